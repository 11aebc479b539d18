"""CSRF protection by headers of the browser: `Sec-Fetch-Site` and `Origin`.

Browsers send `Sec-Fetch-Site` where the console is reached by HTTPS or on the same machine, and `Origin` with every
form. A request with neither is not from a browser, and is rejected: scripts use the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Return whether a request with these headers was sent by a page of the console itself."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin, host = headers.get("origin", ""), headers.get("host", "")
    return bool(host) and urlsplit(origin).netloc == host
