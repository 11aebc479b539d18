"""Reads merges."""

from __future__ import annotations

from typing import Any

from passerby.messages import Identifier
from passerby.state.manager.connector import Connector
from passerby.state.manager.decisions import RecordColumns, record_of
from passerby.state.manager.explain import identifier_of
from passerby.state.manager.ids import to_text
from passerby.state.manager.undo import dependent_merge
from passerby.state.views import Merge, MergeDetail

_LISTS = {None: "merges.all", True: "merges.undone", False: "merges.in_force"}


def newest(db: Connector, project: int, before: bytes, limit: int, undone: bool | None) -> list[Merge]:  # noqa: FBT001 - a condition, passed on
    """See `passerby.state.views.StateReader.merges`."""
    return [Merge(**_fields(row)) for row in db.rows(_LISTS[undone], (project, before, limit))]


def one(db: Connector, project: int, merge: bytes) -> MergeDetail | None:
    """See `passerby.state.views.StateReader.merge`."""
    row = db.row("merges.one", (project, merge))
    if row is None:
        return None
    later = None if row[-1] is not None else dependent_merge(db, merge, row[1])
    moved = db.rows("merges.moved", (merge,))
    return MergeDetail(
        **_fields(row),
        moved=[Identifier(*row) for row in moved],
        undoable=row[-1] is None and later is None,
        built_on=None if later is None else to_text(later),
    )


def _fields(row: tuple[Any, ...]) -> dict[str, Any]:
    id_, winner, loser, at, message_id, *columns, undone_at = row
    evidence, record = columns[:6], RecordColumns._make(columns[6:])
    rule, actor, detail = record_of("merged", record)
    return {
        "id": to_text(id_),
        "winner": to_text(winner),
        "loser": to_text(loser),
        "at": at,
        "message_id": message_id,
        "via": identifier_of(*evidence[:3]),
        "by": identifier_of(*evidence[3:]),
        "rule": rule,
        "actor": actor,
        "detail": detail,
        "undone_at": undone_at,
    }
