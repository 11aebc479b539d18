"""Which requests come from the console's own pages.

Browsers say where a request comes from: in `Sec-Fetch-Site` where the console is reached by HTTPS or on the same
machine, and in `Origin` with every form. What says neither comes from no browser, and has the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a request with these headers was sent by a page of this very origin."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin, host = headers.get("origin", ""), headers.get("host", "")
    return bool(host) and urlsplit(origin).netloc == host
