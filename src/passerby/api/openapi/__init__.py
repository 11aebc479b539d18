"""The OpenAPI description of the management API, and the reference page generated from it."""
