"""Bounds on trying passwords: so many failures for a user, and for an address, within a time.

What is kept is bounded too: beyond MOST names or addresses, those that failed longest ago are forgotten first. It is
kept in memory, so that a restart forgives everybody.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict

FAILURES_PER_USER = 10
FAILURES_PER_ADDRESS = 30
WINDOW_MS = 10 * 60 * 1000
MOST = 4_096
_NETWORK_BITS = 64
"""Of an IPv6 address, what whoever has one may vary at will does not count."""


class Attempts:
    """Who has failed to sign in, how often, and when last. Belongs to one event loop. Times: milliseconds."""

    def __init__(self, most: int = MOST) -> None:
        self._users = _Failures(FAILURES_PER_USER, most)
        self._addresses = _Failures(FAILURES_PER_ADDRESS, most)

    def refused(self, user: str, address: str, now: int) -> bool:
        """Whether there were so many failures that not even the right password is looked at."""
        return self._users.too_many(user, now) or self._addresses.too_many(_network(address), now)

    def tried(self, user: str, address: str, now: int) -> None:
        """Count a failure, before the password is looked at: many at once would all be let through otherwise."""
        self._users.add(user, now)
        self._addresses.add(_network(address), now)

    def succeeded(self, user: str, address: str) -> None:
        """It was none. Forget the user's failures, and of the address this one only: others may be behind it."""
        self._users.forget(user)
        self._addresses.take_back(_network(address))


class _Failures:
    """Failures by key: how many since the first of them, which begins a window."""

    def __init__(self, allowed: int, most: int) -> None:
        self._allowed = allowed
        self._most = most
        self._found: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def too_many(self, key: str, now: int) -> bool:
        begun, count = self._found.get(key, (now, 0))
        return count >= self._allowed and now - begun < WINDOW_MS

    def add(self, key: str, now: int) -> None:
        begun, count = self._found.get(key, (now, 0))
        self._found[key] = (begun, count + 1) if now - begun < WINDOW_MS else (now, 1)
        self._found.move_to_end(key)
        if len(self._found) > self._most:
            self._found.popitem(last=False)

    def forget(self, key: str) -> None:
        self._found.pop(key, None)

    def take_back(self, key: str) -> None:
        if key in self._found:
            begun, count = self._found[key]
            self._found[key] = begun, count - 1


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(ipaddress.ip_network((found, _NETWORK_BITS), strict=False))
