"""Which messages are repeats of ones that were applied before, by the key that the caller gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from passerby.dialects import registry
from passerby.dialects.dialect import DAY_MS, HOUR_MS
from passerby.log.protocol import Entry
from passerby.messages import Message
from passerby.settings import WorkerSettings
from passerby.state.protocol import SeenKey, State

GRACE_MS: Final = HOUR_MS
"""How much longer a key is kept than it counts, as messages lie in the log a little out of the order in which they were
received: whether one of them is a repeat must not depend on what was in the batch before."""


def windows(settings: WorkerSettings) -> Mapping[str, int]:
    """Return how long deduplication keys count, by dialect, in milliseconds."""
    setting = round(settings.deduplication_days * DAY_MS)
    return {
        dialect.name: setting if dialect.deduplication_window_ms is None else dialect.deduplication_window_ms
        for dialect in registry.ALL
    }


WINDOWS_MS: Final = windows(WorkerSettings())


class Deduplicated(NamedTuple):
    """A batch without its repeats, and the number of repeats of each project."""

    fresh: Sequence[Entry]
    repeats: Mapping[int, int]


def deduplicate(entries: Sequence[Entry], state: State, windows: Mapping[str, int] = WINDOWS_MS) -> Deduplicated:
    """Part the repeats from the rest, and let the state remember the keys of the rest.

    A key counts from the received time of the message that brought it, for the window of its dialect (ms). Times are
    those of the messages, never the clock's, so that a batch applied again comes to the same. An invalid message has no
    effect, so its key stays free for the message that its sender corrects.
    """
    keyed = {_key(message): message.received_at for _, message in entries if _has_key(message)}
    if not keyed:
        return Deduplicated(entries, {})
    expiries, new = state.expiries(keyed), dict[SeenKey, int]()
    fresh, repeats = [], Counter[int]()
    for entry in entries:
        message = entry.message
        if _has_key(message):
            key = _key(message)
            if expiries.get(key, 0) > message.received_at:
                repeats[message.project] += 1
                continue
            new[key] = expiries[key] = message.received_at + windows.get(message.dialect, DAY_MS)
        fresh.append(entry)
    state.remember(new)
    state.forget(min(keyed.values()) - GRACE_MS)
    return Deduplicated(fresh, repeats)


def _has_key(message: Message) -> bool:
    return message.deduplication_key != "" and message.kind != "invalid"


def _key(message: Message) -> SeenKey:
    return SeenKey(message.project, message.dialect, message.deduplication_key)
