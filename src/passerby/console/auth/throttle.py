"""Throttles sign-in attempts: a delay that grows with each wrong password, for a user name from one network.

Nothing locks a user out everywhere: attempts from elsewhere do not count against one's own network, and a browser that
has signed in before (identified by its device cookie) is counted separately. An address that tries many names is
delayed as well, whatever the name.

What is kept is bounded: beyond MOST keys, those that failed longest ago are forgotten first. It is kept in memory, so a
restart forgets all of it; `passerby users unlock` lets one user try again at once.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from typing import NamedTuple

FREE_PER_USER = 5
"""Wrong passwords of one user name from one network, or from one known device, before there are delays."""
FREE_PER_ADDRESS = 30
"""Wrong passwords from one address, for whatever names, before there are delays."""
FIRST_DELAY_MS = 1_000
LONGEST_DELAY_MS = 15 * 60 * 1000
FORGET_MS = 60 * 60 * 1000
"""Without another failure, those before are forgotten after this time."""
MOST = 4_096
_MINUTE = 60
_NETWORK_BITS = 64
_SITE_BITS = 48
"""Of an IPv6 address: the bits that are the same for a household, and for a customer of a provider."""


class Attempt(NamedTuple):
    """A sign-in attempt: user name, address, and the known device of this user (empty: none)."""

    user: str
    address: str
    device: str = ""


class _Limit(NamedTuple):
    key: str
    free: int


class Throttle:
    """Counts failed attempts and says how long the next one has to wait. Belongs to one event loop. Times: ms."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._failures: OrderedDict[str, tuple[int, int]] = OrderedDict()
        """By key: how many, and when the last of them was."""

    def wait_ms(self, attempt: Attempt, now: int, unlocked_at: int = 0) -> int:
        """How long an attempt has to wait, 0 for not at all. What failed before `unlocked_at` does not count."""
        return max(self._wait_ms(limit, now, unlocked_at) for limit in _limits(attempt))

    def tried(self, attempt: Attempt, now: int) -> None:
        """Count a failure, before the password is looked at: many at once would all be let through otherwise."""
        for key, _ in _limits(attempt):
            count, last = self._failures.get(key, (0, now))
            self._failures[key] = (count + 1 if now - last < FORGET_MS else 1, now)
            self._failures.move_to_end(key)
        while len(self._failures) > self._most:
            self._failures.popitem(last=False)

    def succeeded(self, attempt: Attempt) -> None:
        """Take the failure back. The user's own are forgotten, of the address this one only: others may share it."""
        own, *shared = _limits(attempt)
        self._failures.pop(own.key, None)
        for key, _ in shared:
            if key in self._failures:
                count, last = self._failures[key]
                self._failures[key] = (count - 1, last)

    def _wait_ms(self, limit: _Limit, now: int, unlocked_at: int) -> int:
        count, last = self._failures.get(limit.key, (0, now))
        if count < limit.free or last < unlocked_at or now - last >= FORGET_MS:
            return 0
        doubled = min(count - limit.free, LONGEST_DELAY_MS.bit_length())
        return max(0, last + min(FIRST_DELAY_MS << doubled, LONGEST_DELAY_MS) - now)


def _limits(attempt: Attempt) -> tuple[_Limit, ...]:
    """What an attempt counts against, the user's own first."""
    if attempt.device:
        return (_Limit(f"device {attempt.device}", FREE_PER_USER),)
    network, site = _network(attempt.address, _NETWORK_BITS), _network(attempt.address, _SITE_BITS)
    return _Limit(f"user {network} {attempt.user}", FREE_PER_USER), _Limit(f"address {site}", FREE_PER_ADDRESS)


def _network(address: str, bits: int) -> str:
    """The network of an IPv6 address, because one client can use all of it; any other address unchanged."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(ipaddress.ip_network((found, bits), strict=False))
