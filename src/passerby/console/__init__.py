"""The console: pages over the management API's own types, for people.

- `screens` — how a page is declared: one function gathers, a template renders, and `.json` gives the same as data
- `access` — who may see or do what: every route says so, or the console does not start
- `signing`, `throttle` — signing in and out, and the delays between wrong passwords
- `shell`, `origins` — what surrounds every answer: the strict content policy, and who may send forms
- `rendering`, `failures`, `static` — templates, pages that say what went wrong, and files
- `story/`, `drawing/`, `telling` — words and pictures made of the API's types, and what templates call of them
- `pages/` — the screens, one file each; `templates/` and `static/` hold what they are made of
"""
