"""Which messages are repeats of ones that were applied before, by the key that the caller gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from passerby.log.protocol import Entry
from passerby.messages import Message
from passerby.state.protocol import SeenKey, State

HOUR_MS: Final = 60 * 60 * 1000
WINDOWS_MS: Final[Mapping[str, int]] = MappingProxyType({"webengage": 4 * HOUR_MS})
"""How long a key counts, by dialect (WebEngage, Tracking Events, `x-request-id`: 4 hours)."""
DEFAULT_WINDOW_MS: Final = 24 * HOUR_MS
GRACE_MS: Final = HOUR_MS
"""How much longer a key is kept than it counts, as messages lie in the log a little out of the order in which they were
received: whether one of them is a repeat must not depend on what was in the batch before."""


class Sifted(NamedTuple):
    """A batch without its repeats, and the number of repeats of each project."""

    fresh: Sequence[Entry]
    repeats: Mapping[int, int]


def sift(entries: Sequence[Entry], state: State) -> Sifted:
    """Part the repeats from the rest, and let the state remember the keys of the rest.

    A key counts from the received time of the message that brought it. Times are those of the messages, never the
    clock's, so that a batch applied again comes to the same.
    """
    keyed = {_key(message): message.received_at for _, message in entries if message.deduplication_key}
    if not keyed:
        return Sifted(entries, {})
    expiries, new = state.expiries(keyed), dict[SeenKey, int]()
    fresh, repeats = [], Counter[int]()
    for entry in entries:
        message = entry.message
        if message.deduplication_key:
            key = _key(message)
            if expiries.get(key, 0) > message.received_at:
                repeats[message.project] += 1
                continue
            new[key] = expiries[key] = message.received_at + WINDOWS_MS.get(message.dialect, DEFAULT_WINDOW_MS)
        fresh.append(entry)
    state.remember(new)
    state.forget(min(keyed.values()) - GRACE_MS)
    return Sifted(fresh, repeats)


def _key(message: Message) -> SeenKey:
    return SeenKey(message.project, message.dialect, message.deduplication_key)
