"""The management API: reading profiles, timelines, history, catalogue and counts, and taking a merge back.

- `app` — the routes put together, over what a `Desk` holds
- `desk` — the parts that the routes work with
- `profiles`, `merges`, `catalogue`, `stats`, `operations` — the routes
- `answers`, `cursors`, `parameters`, `errors` — what goes out and comes in
- `authorization` — whose token it is
- `visibility` — `wait=`: until everything acknowledged is to be seen
- `readers` — the threads in which the engines are read
- `health` — the checks behind `/healthz`
- `openapi`, `reference` — the description, and the page made of it
- `server` — the console role
"""
