"""Client address of a request that came through reverse proxies.

The address of the TCP peer is the client's, unless the peer is a trusted proxy (setting `trusted_proxies`): then the
hops that the proxies recorded are read from right to left, and the first one that is not a trusted proxy itself is the
client. Hops to the left of it were written by the client and are ignored, as are the headers of any other peer.

Sources: `Forwarded` is RFC 7239; `X-Forwarded-For` and `X-Real-IP` are read as nginx, HAProxy, Envoy and the load
balancers of the large clouds write them. The edge and the console use the same function.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, Literal

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
ProxyHeader = Literal["auto", "x-forwarded-for", "forwarded", "x-real-ip"]

X_FORWARDED_FOR: Final = b"x-forwarded-for"
FORWARDED: Final = b"forwarded"
X_REAL_IP: Final = b"x-real-ip"
_X_FORWARDED_PROTO: Final = b"x-forwarded-proto"

MOST_HOPS: Final = 20
"""Hops of one request that are read at most, from the right."""
MOST_NETWORKS: Final = 1_000
_HEADER_BYTES: Final = 4_096
"""Bytes of a header's value that are read at most, from the right."""
_CACHED_BYTES: Final = 256
"""Longer values are read again each time, which bounds the size of the cache."""
_LONGEST_HOP: Final = 64
"""Characters of an address with brackets, zone and port; longer values are not read."""
_PORTS: Final = 65_535

Headers = Sequence[tuple[bytes, bytes]]


class Networks:
    """A list of networks, as CIDRs separated by commas. Immutable, compared by value."""

    __slots__ = ("_networks",)

    def __init__(self, written: object = "") -> None:
        """Parse such a text, or a list of texts. Raises ValueError for anything but networks."""
        parts = written.split(",") if isinstance(written, str) else written
        if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
            raise ValueError("Expected a list of networks, such as 10.0.0.0/8,::1")
        if len(parts) > MOST_NETWORKS:
            raise ValueError(f"Expected at most {MOST_NETWORKS} networks, got {len(parts)}")
        self._networks: tuple[Network, ...] = tuple(
            ipaddress.ip_network(part.strip(), strict=False) for part in parts if part.strip()
        )

    def __contains__(self, address: Address) -> bool:
        return any(address in network for network in self._networks)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Networks) and self._networks == other._networks

    def __hash__(self) -> int:
        return hash(self._networks)

    def __str__(self) -> str:
        return ",".join(str(network) for network in self._networks)

    __repr__ = __str__


LOOPBACK: Final = Networks("127.0.0.0/8,::1/128")


def headers_of(header: ProxyHeader) -> tuple[bytes, ...]:
    """Return the headers to read, in order of preference.

    `X-Forwarded-For` is preferred because most proxies append to it and pass a client's `Forwarded` on untouched.
    """
    return (X_FORWARDED_FOR, FORWARDED, X_REAL_IP) if header == "auto" else (header.encode(),)


class TrustedProxies:
    """The proxies whose headers are believed, and the header that they write."""

    def __init__(self, networks: Networks = LOOPBACK, header: ProxyHeader = "auto") -> None:
        self._networks = networks
        self._headers = headers_of(header)
        self._looked_up = lru_cache(4_096)(self._look_up)
        self._cached = lru_cache(4_096)(self._furthest)

    def client(self, peer: str, headers: Headers) -> str:
        """Return the client's address. `headers` have lower-case names and may hold one name several times.

        It is `peer` if that is not a trusted proxy, or if the headers hold no address. Never raises.
        """
        if not self._looked_up(peer)[1]:
            return peer
        for name in self._headers:
            values = tuple([value for key, value in headers if key == name])
            if len(values) == 1 and len(values[0]) <= _CACHED_BYTES:
                return self._cached(peer, name, values)
            if values:
                return self._furthest(peer, name, values)
        return peer

    def scheme(self, peer: str, headers: Headers, scheme: str) -> str:
        """Return `http` or `https`: the client's scheme as reported by a trusted proxy; else `scheme` itself."""
        if not self._looked_up(peer)[1]:
            return scheme
        given = dict(headers)
        proto = given.get(_X_FORWARDED_PROTO, b"")[:_LONGEST_HOP].decode("latin-1").partition(",")[0]
        if not proto and FORWARDED in given:
            proto = _parameter(given[FORWARDED][-_HEADER_BYTES:].decode("latin-1").partition(",")[0], "proto")
        proto = proto.strip().lower()
        return proto if proto in {"http", "https"} else scheme

    def _furthest(self, peer: str, name: bytes, values: Sequence[bytes]) -> str:
        """Return the first hop that is not a trusted proxy, else the last one before the end or an unreadable hop."""
        found = peer
        for _, hop in zip(range(MOST_HOPS), _hops(name, values), strict=False):
            address, trusted = self._looked_up(hop) if len(hop) <= _LONGEST_HOP else ("", False)
            if not address:
                return found
            found = address
            if not trusted:
                return found
        return found

    def _look_up(self, hop: str) -> tuple[str, bool]:
        """Return the canonical address of a hop, and whether it is a trusted proxy; `"", False` if it is none.

        A hop is an address such as `192.0.2.1:80`, `2001:db8::1%eth0` or `[2001:db8::1]:80`.
        """
        text = hop.strip()
        if text.startswith("["):
            text, bracket, rest = text[1:].partition("]")
            if not bracket or (rest and not _is_port(rest)):
                return "", False
        elif text.count(":") == 1:  # an IPv6 address has at least two colons
            text, colon, rest = text.partition(":")
            if not _is_port(colon + rest):
                return "", False
        try:
            parsed = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            return "", False
        # A socket that serves both versions reports IPv4 clients as `::ffff:192.0.2.1`.
        address = getattr(parsed, "ipv4_mapped", None) or parsed
        return str(address), address in self._networks


def _hops(name: bytes, values: Sequence[bytes]) -> Iterator[str]:
    """Yield the hops in a header's values, the nearest first.

    Elements of `Forwarded` are split at every comma, even between quotes: a quotation mark that a client left open
    would otherwise swallow what the proxies appended, and no address holds a comma.
    """
    for value in reversed(values):
        for element in reversed(value[-_HEADER_BYTES:].decode("latin-1").rsplit(",", MOST_HOPS)):
            yield _parameter(element, "for") if name == FORWARDED else element.strip()


def _parameter(element: str, wanted: str) -> str:
    """Return a parameter of one element of `Forwarded`, without quotes; empty if it is missing."""
    for pair in element.split(";"):
        name, _, value = pair.partition("=")
        if name.strip().lower() == wanted:
            return value.strip().strip('"')
    return ""


def _is_port(text: str) -> bool:
    return re.fullmatch(r":[0-9]{1,5}", text) is not None and int(text[1:]) <= _PORTS
