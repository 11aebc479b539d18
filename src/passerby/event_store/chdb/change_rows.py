"""Encoding of the rows of `changes`: one JSON object a line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec

from passerby.event_store.protocol import StoredChange
from passerby.outbox.protocol import OutboxBatch
from passerby.outbox.records import Erased, decoded
from passerby.positions import Position


class ChangeRow(msgspec.Struct):
    """A stored change. `body` is the JSON text of the fields that its kind has; `row` and `number` are its place."""

    project: int
    position: Position
    kind: str
    canonical: str
    member: str
    body: str
    row: int
    number: int
    at: int


ERASED: Final = str(Erased.__struct_config__.tag)
"""The kind of the change that says that a profile was erased."""

_object: Final = msgspec.json.Decoder(dict[str, Any]).decode
_encode: Final = msgspec.json.Encoder().encode
_encode_lines: Final = msgspec.json.Encoder().encode_lines
_row: Final = msgspec.json.Decoder(ChangeRow).decode


def rows_of(batches: Sequence[OutboxBatch], erased: Collection[str]) -> bytes:
    """Encode the changes of outbox rows, except those of erased profiles: of these, that they were erased is stored."""
    return _encode_lines(
        [
            row
            for batch in batches
            for number, line in enumerate(batch.changes.splitlines())
            for row in [_encoded(_object(line), batch, number)]
            if row.member not in erased or row.kind == ERASED
        ]
    )


def _encoded(change: dict[str, Any], batch: OutboxBatch, number: int) -> ChangeRow:
    project, position, kind, member = (change.pop(name) for name in ("project", "position", "kind", "profile"))
    canonical = change.pop("canonical", member)
    return ChangeRow(project, position, kind, canonical, member, _encode(change).decode(), batch.id, number, batch.at)


def first_of(rows: bytes) -> ChangeRow:
    """Return the first change of encoded rows."""
    return _row(rows.partition(b"\n")[0])


def changes_of(rows: Sequence[bytes]) -> list[StoredChange]:
    """Decode rows, without changes of kinds that a later version has added."""
    return [
        StoredChange(stored.at, change)
        for stored in map(_row, rows)
        for change in decoded(_encode(_object(stored.body.encode()) | _common(stored)))
    ]


def _common(stored: ChangeRow) -> dict[str, Any]:
    canonical = "" if stored.canonical == stored.member else stored.canonical
    return {
        "kind": stored.kind,
        "project": stored.project,
        "position": stored.position,
        "profile": stored.member,
        "canonical": canonical,
    }
