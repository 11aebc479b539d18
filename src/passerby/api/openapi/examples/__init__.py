"""Examples of requests and responses for the OpenAPI description, by subject."""
