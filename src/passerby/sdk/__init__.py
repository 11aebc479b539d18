"""The JavaScript SDKs served by Passerby: one for browsers and one for mobile apps, with a common core.

- `js/` — the sources, ES modules without dependencies
- `bundles/` — these bundled and minified by `make sdk` (tools/sdk/build.py), committed
- `files` — the files to serve, built once
- `serving` — serves them
"""
