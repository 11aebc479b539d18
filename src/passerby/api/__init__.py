"""The management API: routes that translate HTTP requests into calls of `services`.

- `app` puts the routes together
- `profiles`, `merges`, `catalogue`, `stats`, `operations`, … are the routes
- `authorization` turns a bearer token into the actor of services; `needs` declares the scope of each route
- `examples`, `describe`, `openapi` and `reference` are the OpenAPI description, and the page generated from it
- `server` serves the application
"""
