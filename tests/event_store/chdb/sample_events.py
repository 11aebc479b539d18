"""Sample events, and their outbox rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from passerby.messages import StoredEvent

PROJECT = 1
ANN = "0192f0a0-0000-7000-8000-00000000000a"
BOB = "0192f0a0-0000-7000-8000-00000000000b"
NOON = 1_700_000_000_000

_numbers = itertools.count(1)


def event_id(number: int) -> str:
    """A UUIDv7; a greater number makes a greater one."""
    return str(UUID(int=(NOON << 80) | (7 << 76) | (2 << 62) | number))


def event(number: int | None = None, **changes: Any) -> StoredEvent:
    """An event of Ann's like any other but for its number, with some fields set differently."""
    number = next(_numbers) if number is None else number
    usual: dict[str, Any] = {
        "project": PROJECT,
        "profile_id": ANN,
        "time": NOON + number,
        "id": event_id(number),
        "name": "viewed",
        "received_at": NOON + number,
        "position": number,
        "properties": {"price": 39.8, "count": 3},
        "rejected": [],
        "context": {"device": {"os": "Android"}},
        "session_id": "s1",
        "dialect": "webengage",
    }
    return StoredEvent(**usual | changes)


def rows(events: Iterable[StoredEvent]) -> bytes:
    """Events as the worker writes them into the outbox."""
    return b"".join(msgspec.json.encode(event) + b"\n" for event in events)


def numbered(first: int, count: int, **changes: Any) -> bytes:
    """Rows of so many events with consecutive numbers."""
    return rows(event(number, **changes) for number in range(first, first + count))
