"""The management API: routes that translate HTTP requests into calls of `services`.

- `app` builds the ASGI application from the routes; `server` serves it
- `routes/`: the routes, one module a subject
- `openapi/`: the OpenAPI description, its examples, and the reference page generated from it
- `auth` authenticates the bearer token and passes the caller to services; `permissions` lists the scope of each route
- `metrics`: request counts and durations
"""
