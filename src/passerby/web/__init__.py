"""HTTP parts that the management API and the console share: query parameters, error responses and event streams."""
