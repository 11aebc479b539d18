"""Encoding of the event store's rows: one JSON object a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from passerby.catalogue.earlier_rejections import upgraded
from passerby.event_store.protocol import DailyCount, EventCounts
from passerby.messages import NO_REJECTION_DETAIL, Assurance, Rejection, RejectionDetail, Semantic, StoredEvent
from passerby.positions import Position


class First(msgspec.Struct):
    """Log position and id of an event, by which a stored batch is found."""

    position: Position
    id: str


class _Row(msgspec.Struct):
    """A stored row: `StoredEvent` with objects as JSON text, as they were written; without a `semantic`, that is ""."""

    project: int
    profile_id: str
    time: int
    id: str
    name: str
    received_at: int
    position: Position
    properties: str
    rejected: str
    context: str
    session_id: str
    dialect: str
    semantic: str
    assurance: Assurance


class _Rejected(msgspec.Struct):
    """As `passerby.messages.Rejection`; rows of an earlier version have `reason`, a sentence, in place of the rule."""

    name: str
    value: Any
    kind: str = ""
    detail: RejectionDetail = NO_REJECTION_DETAIL
    reason: str = ""


class _Profile(msgspec.Struct):
    profile_id: str


class _Count(msgspec.Struct):
    events: int
    name: str = ""
    day: int = 0


class _Counts(msgspec.Struct):
    name: str
    events: int
    sessions: int
    purchases: int
    whole: int


_row = msgspec.json.Decoder(_Row)
_first = msgspec.json.Decoder(First)
_profile = msgspec.json.Decoder(_Profile)
_count = msgspec.json.Decoder(_Count)
_counts = msgspec.json.Decoder(_Counts)
_object = msgspec.json.Decoder(dict[str, Any])
_rejected = msgspec.json.Decoder(list[_Rejected])
_semantic = msgspec.json.Decoder(Semantic)


def first_of(rows: bytes) -> First:
    """Return log position and id of the first event of a batch."""
    line, _, _ = rows.partition(b"\n")
    return _first.decode(line)


def pieces(rows: bytes, size: int) -> Iterator[bytes]:
    """Divide rows into pieces of at most this many bytes, or of one row where that is longer.

    The same rows give the same pieces, so a repeated batch finds its pieces by their first rows.
    """
    begin = 0
    while begin < len(rows):
        end = rows.rfind(b"\n", begin, begin + size) + 1
        if not end:  # the next row alone is longer
            end = rows.find(b"\n", begin + size) + 1 or len(rows)
        if len(rows) - begin <= size:
            end = len(rows)
        yield rows[begin:end]
        begin = end


def decode(row: bytes) -> StoredEvent:
    """Decode a stored row into the event that was written."""
    stored = _row.decode(row)
    return StoredEvent(
        project=stored.project,
        profile_id=stored.profile_id,
        time=stored.time,
        id=stored.id,
        name=stored.name,
        received_at=stored.received_at,
        position=stored.position,
        properties=_object.decode(stored.properties),
        rejected=[
            Rejection(each.name, each.value, *upgraded(each.kind or each.reason, each.detail))
            for each in _rejected.decode(stored.rejected)
        ],
        context=_object.decode(stored.context),
        session_id=stored.session_id,
        dialect=stored.dialect,
        semantic=_semantic.decode(stored.semantic) if stored.semantic else None,
        assurance=stored.assurance,
    )


def profiles_of(rows: list[bytes]) -> list[str]:
    """Decode rows of a profile id."""
    return [_profile.decode(row).profile_id for row in rows]


def count_of(rows: list[bytes]) -> int:
    """Decode a row of one number."""
    return _count.decode(rows[0]).events


def names_of(rows: list[bytes]) -> dict[str, int]:
    """Decode rows of a name and a number."""
    counts = map(_count.decode, rows)
    return {count.name: count.events for count in counts}


def counts_of(rows: list[bytes]) -> EventCounts:
    """Decode rows of counts: the first is the total of all events, each following one is of one name."""
    whole, *names = map(_counts.decode, rows)
    return EventCounts({each.name: each.events for each in names}, whole.sessions, whole.purchases)


def daily_counts_of(rows: list[bytes]) -> list[DailyCount]:
    """Decode rows of a name, a day and a number."""
    return [DailyCount(count.name, count.day, count.events) for count in map(_count.decode, rows)]


def probes(value: str) -> tuple[str, str]:
    """Return two JSON objects whose `value` is what a text may mean: the string, and the value that it is as JSON."""
    text = msgspec.json.encode({"value": value}).decode()
    try:
        json = msgspec.json.encode({"value": msgspec.json.decode(value)}).decode()
    except (msgspec.DecodeError, RecursionError):
        json = text
    return text, json
