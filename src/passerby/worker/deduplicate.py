"""Deduplication: drops messages whose deduplication key, given by the client, was seen within its window."""

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
"""How long a key is stored beyond its window. Messages are not exactly in the order of their received times in the log,
so a key must still be there for a slightly older message: the result must not depend on how the log was cut into
batches."""


def windows(settings: WorkerSettings) -> Mapping[str, int]:
    """Return the deduplication window of each dialect, in milliseconds; a vendor's own window takes precedence."""
    setting = round(settings.deduplication_days * DAY_MS)
    return {
        dialect.name: setting if dialect.deduplication_window_ms is None else dialect.deduplication_window_ms
        for dialect in registry.ALL
    }


WINDOWS_MS: Final = windows(WorkerSettings())


class Deduplicated(NamedTuple):
    """A batch without duplicates, and the number of duplicates by project."""

    fresh: Sequence[Entry]
    repeats: Mapping[int, int]


def deduplicate(entries: Sequence[Entry], state: State, windows: Mapping[str, int] = WINDOWS_MS) -> Deduplicated:
    """Drop messages whose deduplication key was seen within its window; store the new keys.

    A window (ms, by dialect) starts at the received time of the key's first message. The clock is never read, so that
    a batch that is applied again gives the same result. The key of an invalid message is not stored: the client may
    send the corrected message with the same key.
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
            # In `expiries` as well: a later message of this batch with the key is a duplicate.
            new[key] = expiries[key] = message.received_at + windows.get(message.dialect, DAY_MS)
        fresh.append(entry)
    state.remember(new)
    # Not by the clock: a batch that is applied again, later, must find the same keys.
    state.forget(min(keyed.values()) - GRACE_MS)
    return Deduplicated(fresh, repeats)


def _has_key(message: Message) -> bool:
    return message.deduplication_key != "" and message.kind != "invalid"


def _key(message: Message) -> SeenKey:
    return SeenKey(message.project, message.dialect, message.deduplication_key)
