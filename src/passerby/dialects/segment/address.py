"""Public address of the ingest port, as the settings of an SDK have to name it.

The setting `edge.public_url` takes precedence. Without it, the address is the one that the client used:
`X-Forwarded-Host`, else `Host`; and `X-Forwarded-Proto` or `Forwarded`, else `https` if the request comes from a page
that was loaded over HTTPS (browsers block its calls to plain HTTP), else `http`. These headers need no trusted proxy:
the answer goes to their sender alone and is never cached.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from passerby.dialects.contract import Request

HOST_LIMIT: Final = 261
"""Characters of a host name of the longest length (RFC 1035, 2.3.4) with a port."""

_HOST: Final = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9])?\.?|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
)
_LOOPBACK: Final = re.compile(r"(?:localhost|[^:]*\.localhost|127\.[0-9.]+|\[::1\])\.?(?::[0-9]+)?", re.IGNORECASE)
_FORWARDED_PROTO: Final = re.compile(r'(?:^|[;,\s])proto="?(https?)"?(?:$|[;,\s])', re.IGNORECASE)
_HEADER_LIMIT: Final = 1_024


class Address(NamedTuple):
    """`host` is without a scheme and may have a port and a path. `certain`: the scheme was stated, not guessed."""

    scheme: str
    host: str
    certain: bool

    @property
    def url(self) -> str:
        """The address as a URL without a slash at its end."""
        return f"{self.scheme}://{self.host}"


def public_address(request: Request) -> Address | None:
    """Return the address by which the sender reaches this server; None without a valid host in the headers."""
    if request.public_url:
        scheme, _, host = request.public_url.partition("://")
        return Address(scheme, host.rstrip("/"), certain=True)
    # Of several proxies the first, which talked to the client: each adds its value at the end.
    stated_host, stated_scheme, forwarded = (
        request.headers.get(name, "")[:_HEADER_LIMIT].partition(",")[0].strip()
        for name in ("x-forwarded-host", "x-forwarded-proto", "forwarded")
    )
    host = stated_host or request.headers.get("host", "")
    if len(host) > HOST_LIMIT or not _HOST.fullmatch(host):
        return None
    if stated_scheme.lower() in {"http", "https"}:
        return Address(stated_scheme.lower(), host, certain=True)
    if found := _FORWARDED_PROTO.search(forwarded):
        return Address(found[1].lower(), host, certain=True)
    # Browsers allow pages of HTTPS to call loopback addresses without TLS.
    secure = request.headers.get("origin", "").startswith("https://") and not _LOOPBACK.fullmatch(host)
    return Address("https" if secure else "http", host, certain=False)
