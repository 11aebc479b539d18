"""The console: server-rendered pages over the services that the management API uses.

- `routing` — how a page is declared: one function loads its data, a template renders it, `.json` returns it as JSON
- `context` — what the console works with; `routing` adds what a request to a project needs
- `auth/` — login, sessions, login throttling, permissions of routes, and CSRF protection
- `middleware` — security headers, JSON representations, and rejected forms shown again
- `rendering`, `error_pages`, `static` — templates, error pages, and static files
- `presenters/`, `charts/` — texts and SVG charts made of the services' types
- `pages/` — one module per page; `templates/` and `static/` hold their templates, styles and scripts
"""
