"""Rules for addresses of targets: an operator of a project must not reach the network of the server (SSRF).

A URL is checked when it is saved and before each request, and every address that its host resolves to is checked before
each connection: names can change what they resolve to. The client connects to the address that was checked, follows no
redirects and uses no proxy of the environment.

The networks that are refused are listed here and not taken from `ipaddress.is_global`, whose answers differ between
Python versions. Sources: IANA's registries of special-purpose addresses (https://www.iana.org/assignments/
iana-ipv4-special-registry, iana-ipv6-special-registry), RFC 6052 (NAT64), RFC 3056 (6to4), RFC 4291 (mapped and
compatible addresses).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

Refusal = Literal["malformed", "scheme", "user_info", "host", "spelling", "port", "address"]

URL_LENGTH: Final = 2_000
HOST_LENGTH: Final = 253
USUAL_PORTS: Final = frozenset({80, 443, *range(8000, 10_000)})

_REFUSED_4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",  # carriers; Alibaba's metadata service
            "127.0.0.0/8",
            "168.63.129.16/32",  # Azure's platform, which answers virtual machines only
            "169.254.0.0/16",  # link-local; metadata services of most clouds
            "172.16.0.0/12",
            "192.0.0.0/24",  # protocol assignments; Oracle's metadata service
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
_GLOBAL_6: Final = IPv6Network("2000::/3")
_REFUSED_6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
            "2001:db8::/32",
            "2620:4f:8000::/48",
            "3fff::/20",  # documentation
        ),
    )
)
_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR: Final = IPv6Network("2002::/16")
_SIX_TO_FOUR_SHIFT: Final = 80

_PRINTABLE: Final = re.compile(r"[!-~]+")
"""ASCII without spaces. A name in other letters has a form in ASCII (`xn--`), and other digits are a disguise."""
_UNUSUAL: Final = re.compile(r'[\\"<>^`{|}]')
"""Characters that clients read differently, the backslash above all, and that RFC 3986 does not allow."""
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DOTTED_QUAD: Final = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}")
_LOOPBACK: Final = IPv4Address("127.0.0.1")


class EgressRefused(ValueError):
    """An address that requests must not be sent to. `code` is the rule, the text says what is wrong."""

    def __init__(self, code: Refusal, reason: str) -> None:
        super().__init__(reason)
        self.code: Final[Refusal] = code


class Policy(NamedTuple):
    """What the installation's settings allow in addition."""

    allow_http: bool = False
    allow_networks: tuple[Network, ...] = ()
    allow_ports: frozenset[int] = frozenset()


class Target(NamedTuple):
    """The host and port of a URL. `address` is set if the host is an address: it is not resolved then."""

    scheme: str
    host: str
    port: int
    address: Address | None


def parse_networks(text: str) -> tuple[Network, ...]:
    """Return the networks of a list in CIDR form, separated by commas. Raises ValueError for one that is none."""
    return tuple(ip_network(each.strip()) for each in text.split(",") if each.strip())


def check_url(url: str, policy: Policy) -> Target:
    """Return the target of a URL. Raises EgressRefused."""
    if len(url) > URL_LENGTH or not _PRINTABLE.fullmatch(url) or _UNUSUAL.search(url):
        raise EgressRefused(
            "malformed",
            f"The URL must have at most {URL_LENGTH} printable ASCII characters. Write a name in other letters in its "
            "ASCII form (xn--…), and percent-encode the rest.",
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise EgressRefused("malformed", f"The URL cannot be read: {error}.") from error
    if parts.scheme != "https" and not (parts.scheme == "http" and policy.allow_http):
        raise EgressRefused("scheme", "The URL must begin with https://.")
    if "@" in parts.netloc:
        raise EgressRefused("user_info", "The URL must have no user name and no password; use a header.")
    if port is None:
        port = 443 if parts.scheme == "https" else 80
    if port not in USUAL_PORTS and port not in policy.allow_ports:
        raise EgressRefused(
            "port", f"Port {port} is not allowed: only 80, 443, 8000 to 9999, and those of the settings."
        )
    host = parts.hostname or ""
    in_brackets = "[" in parts.netloc
    if not re.fullmatch(rf"{re.escape(f'[{host}]' if in_brackets else host)}(?::[0-9]*)?", parts.netloc.lower()):
        raise EgressRefused("malformed", "The host of the URL cannot be read.")  # something around the brackets
    address = _literal(host, in_brackets=in_brackets)
    if address is None and f".{host.removesuffix('.')}".endswith(".localhost"):
        address = _LOOPBACK  # RFC 6761 section 6.3
    if address is not None:
        check_address(address, policy)
    return Target(parts.scheme, host, port, address)


def _literal(host: str, *, in_brackets: bool) -> Address | None:
    """Return the address that a host is, or None for a name. Raises EgressRefused for what is neither."""
    if in_brackets:
        try:
            address = IPv6Address(host)
        except AddressValueError as error:
            raise EgressRefused("host", f"{host} is not an IPv6 address.") from error
        if address.scope_id is not None:
            raise EgressRefused("host", "An address with a zone is local to this machine.")
        return address
    name = host.removesuffix(".")
    labels = name.split(".")
    if len(name) > HOST_LENGTH or not all(map(_LABEL.fullmatch, labels)):
        raise EgressRefused("host", f"{host or 'An empty text'} is not the name of a host.")
    if not _NUMERIC.fullmatch(labels[-1]):
        return None
    # C libraries read `0x7f.1`, `017700000001` and `2130706433` as addresses, and clients skip their resolver for them.
    if not _DOTTED_QUAD.fullmatch(host):
        raise EgressRefused("spelling", "Write an IPv4 address as four decimal numbers without leading zeros.")
    try:
        return IPv4Address(host)
    except AddressValueError as error:
        raise EgressRefused("host", f"{host} is not an IPv4 address.") from error


def check_address(address: Address | str, policy: Policy) -> Address:
    """Return an address that may be connected to. Raises EgressRefused for addresses that are not public.

    An IPv4 address within an IPv6 one (mapped, NAT64, 6to4) is judged as that IPv4 address. An address in a network
    that the policy allows is allowed.
    """
    try:
        given = ip_address(address) if isinstance(address, str) else address
    except ValueError as error:
        raise EgressRefused("host", f"{address} is not an address.") from error
    if isinstance(given, IPv6Address) and given.scope_id is not None:
        raise EgressRefused("address", f"{given} is local to this machine.")
    judged = _unwrapped(given)
    if any(judged in network for network in policy.allow_networks if network.version == judged.version):
        return given
    if not is_public(judged):
        raise EgressRefused("address", f"{given} is not a public address.")
    return given


def check_resolved(addresses: Iterable[str], policy: Policy) -> list[Address]:
    """Return the addresses that a name resolves to. Raises EgressRefused if any of them, or none, may be used.

    One bad address refuses all: a name with a public and a private address is an attack or a mistake.
    """
    checked = [check_address(address, policy) for address in addresses]
    if not checked:
        raise EgressRefused("host", "The name has no address.")
    return checked


def is_public(address: Address) -> bool:
    """Return whether an address is a public one that is reached in the same way from everywhere."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_4)
    return address in _GLOBAL_6 and not any(address in network for network in _REFUSED_6)


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address within an IPv6 address, else the address itself."""
    if isinstance(address, IPv6Address):
        if address in _MAPPED or address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
        if address in _SIX_TO_FOUR:
            return IPv4Address(int(address) >> _SIX_TO_FOUR_SHIFT & 0xFFFF_FFFF)
    return address
