"""Throttles sign-in attempts: a delay that grows with each wrong password, for a user name from one network.

Nothing locks a user out everywhere: attempts from other networks do not count, and a browser that
has signed in before (identified by its device cookie) is counted separately. An address that tries many names is
delayed as well, whatever the name.

What is kept is bounded: beyond MOST keys, those that failed longest ago are forgotten first. It is kept in memory, so a
restart clears it; `passerby users unlock` lets one user try again at once.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from typing import NamedTuple

FREE_PER_USER = 5
"""Wrong passwords of one user name from one network, or from one known device, before there are delays."""
FREE_PER_ADDRESS = 30
"""Wrong passwords from one address, for any names, before there are delays."""
FIRST_DELAY_MS = 1_000
LONGEST_DELAY_MS = 15 * 60 * 1000
FORGET_MS = 60 * 60 * 1000
"""Time without another failure after which failures are forgotten."""
MOST = 4_096
"""Keys in memory."""
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
        """Number of failures and time of the last one, by key; the key that failed longest ago is first."""

    def wait_ms(self, attempt: Attempt, now: int, unlocked_at: int = 0) -> int:
        """Return how long an attempt has to wait, 0 for not at all. Failures before `unlocked_at` do not count."""
        longest = 0
        for key, free in _limits(attempt):
            count, last = self._failures.get(key, (0, now))
            if count >= free and last >= unlocked_at and now - last < FORGET_MS:
                # Shifting by more bits would only make large numbers of which the longest delay is left.
                doubled = min(count - free, LONGEST_DELAY_MS.bit_length())
                longest = max(longest, last + min(FIRST_DELAY_MS << doubled, LONGEST_DELAY_MS) - now)
        return longest

    def tried(self, attempt: Attempt, now: int) -> None:
        """Count an attempt as failed. Call it before the password is checked: many at once would pass otherwise."""
        for key, _ in _limits(attempt):
            count, last = self._failures.get(key, (0, now))
            self._failures[key] = (count + 1 if now - last < FORGET_MS else 1, now)
            self._failures.move_to_end(key)
        while len(self._failures) > self._most:
            self._failures.popitem(last=False)

    def succeeded(self, attempt: Attempt) -> None:
        """Reset the failures of the user, and take this one back from the address, which others may share."""
        own, *shared = _limits(attempt)
        self._failures.pop(own.key, None)
        for key, _ in shared:
            if key in self._failures:
                count, last = self._failures[key]
                self._failures[key] = (count - 1, last)


def _limits(attempt: Attempt) -> tuple[_Limit, ...]:
    """Return the limits that an attempt counts against, the user's own first."""
    if attempt.device:
        return (_Limit(f"device {attempt.device}", FREE_PER_USER),)
    network, site = _network(attempt.address, _NETWORK_BITS), _network(attempt.address, _SITE_BITS)
    return _Limit(f"user {network} {attempt.user}", FREE_PER_USER), _Limit(f"address {site}", FREE_PER_ADDRESS)


def _network(address: str, bits: int) -> str:
    """Return the network of an IPv6 address, because one client can use all of it; any other address unchanged."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(ipaddress.ip_network((found, bits), strict=False))
