"""The JavaScript that Passerby serves: a browser SDK and a mobile one, on one core.

- `js/` — the sources, ES modules without dependencies
- `bundles/` — these bundled and minified by `make sdk` (tools/sdk/build.py), committed
- `files` — the files as they are served, made once
- `serving` — answers requests for them
- `snippets` — what to paste into a page or an app to load one
"""
