"""Explains why an identifier belongs to a profile: the chain of decisions that led there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from passerby.identity.namespaces import FORMER_USER_ID
from passerby.messages import Identifier
from passerby.state.manager.connector import Connector
from passerby.state.manager.decisions import RecordColumns, record_of
from passerby.state.manager.identity_snapshot import key_of
from passerby.state.manager.ids import to_text
from passerby.state.views import HistoryEntry

NOW: Final = 2**63 - 1
"""A time after all others, to select merges that are in force now."""

LONGEST: Final = 1_000
"""Decisions in one chain, the last ones: a device that many users share may have been reassigned 100,000 times."""

Row = tuple[Any, ...]


class Held(NamedTuple):
    """A known identifier: its row, and its canonical owner."""

    row: int
    owner: bytes


def held(db: Connector, project: int, identifier: Identifier) -> Held | None:
    """Return the owner of an identifier; a customer id may be a former one, from before a manual merge."""
    row = db.row("explain.holder", key_of(project, identifier))
    if row is not None:
        return Held(*row)
    if identifier.namespace != "user_id":
        return None
    return held(db, project, identifier._replace(namespace=FORMER_USER_ID))


def chain(db: Connector, project: int, canonical: bytes, identifier: Identifier) -> list[HistoryEntry] | None:
    """Return the last decisions from an identifier to a profile; None if the profile does not hold it."""
    found = held(db, project, identifier)
    if found is None or found.owner != canonical:
        return None
    if identifier.namespace == FORMER_USER_ID:  # it was attached as a customer id
        identifier = identifier._replace(namespace="user_id")
    # The query reads the newest first, to bound it; the chain is in the order of time.
    given: list[Row] = db.rows("explain.given", (*key_of(project, identifier), LONGEST))
    return [entry_of(row) for row in deque(_linked(db, given[::-1], canonical), maxlen=LONGEST)]


def _linked(db: Connector, given: Sequence[Row], canonical: bytes) -> Iterator[Row]:
    """Yield the decisions that attached or moved the identifier, and the merges that led from each to the next.

    A merge is part of the chain if it was in force when the next decision was made.
    """
    for number, row in enumerate(given):
        yield row
        until, goal = (given[number + 1][0], given[number + 1][6]) if number + 1 < len(given) else (NOW, canonical)
        profile = row[7]
        while goal is not None and profile != goal:
            merge = db.row("explain.absorbed", (profile, until))
            if merge is None:
                break
            yield merge
            profile = merge[7]


def made_by(db: Connector, project: int, message_id: str, profiles: Iterable[bytes]) -> list[HistoryEntry]:
    """Return the decisions that a message caused about these profiles, each once, oldest first."""
    rows: dict[int, Row] = {}
    for profile in profiles:
        for number, *row in db.rows("explain.made_by", (project, message_id, profile)):
            rows[number] = tuple(row)
    return [entry_of(rows[number]) for number in sorted(rows)]


def entry_of(row: Row) -> HistoryEntry:
    """Decode a row of the history."""
    at, kind, message_id, namespace, value, scope, from_, to, merge_id, *record = row
    rule, actor, detail = record_of(kind, RecordColumns._make(record[:4]))
    return HistoryEntry(
        at=at,
        kind=kind,
        message_id=message_id,
        identifier=identifier_of(namespace, value, scope),
        from_=_id(from_),
        to=_id(to),
        merge_id=_id(merge_id),
        rule=rule,
        actor=actor,
        detail=detail,
        by=identifier_of(*record[4:]),
    )


def identifier_of(namespace: str | None, value: str, scope: str) -> Identifier | None:
    """Decode an identifier from its three columns; None if the namespace is empty or null."""
    return Identifier(namespace, value, scope) if namespace else None


def _id(blob: bytes | None) -> str | None:
    return None if blob is None else to_text(blob)
