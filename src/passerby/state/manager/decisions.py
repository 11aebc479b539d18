"""Decision records as columns of `history` and `merges`: rule, actor and detail (see `passerby.identity.decisions`).

Rows of an earlier version have the text of that time as `rule`, and null as `detail`, until the backfill has converted
them. A reader converts such a row by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, get_args

import msgspec

from passerby.identity import earlier_reasons
from passerby.identity.decisions import NO_DETAIL, WORKER, Actor, ActorKind, DecisionDetail, DecisionKind, Rule
from passerby.state.manager.connector import Connector

_NO_DETAIL: Final = "{}"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(DecisionDetail).decode


class RecordColumns(NamedTuple):
    """The columns `rule`, `actor`, `actor_name` and `detail` (JSON; null in a row of an earlier version)."""

    rule: Rule
    actor: ActorKind
    actor_name: str
    detail: str | None


_OF_WORKER: Final[Mapping[Rule, RecordColumns]] = {
    rule: RecordColumns(rule, WORKER.kind, WORKER.name, _NO_DETAIL) for rule in get_args(Rule)
}
"""The columns of the worker's decisions without detail, which nearly all are: shared, to avoid allocations."""


def columns_of_record(rule: Rule, actor: Actor, detail: DecisionDetail) -> RecordColumns:
    """Encode a decision's rule, actor and detail for the database."""
    if detail is NO_DETAIL and actor is WORKER:
        return _OF_WORKER[rule]
    text = _NO_DETAIL if detail == NO_DETAIL else _encode(detail).decode()
    return RecordColumns(rule, actor.kind, actor.name, text)


def record_of(kind: DecisionKind, columns: RecordColumns) -> tuple[Rule, Actor, DecisionDetail]:
    """Decode rule, actor and detail of a decision of this kind."""
    rule, actor, name, detail = columns
    if detail is None:
        return earlier_reasons.parsed(kind, rule)
    return rule, Actor(actor, name), NO_DETAIL if detail == _NO_DETAIL else _decode(detail)


def fill_history(db: Connector, place: str, limit: int) -> tuple[str | None, int]:
    """Convert the next rows of `history` after a row number, as a slice of a backfill.

    Returns the row to continue from, None at the end, and how many rows were read.
    """
    rows: list[Any] = db.rows("decisions.next_decisions", (int(place or 0), limit))
    converted = [(row, *_converted(kind, text)) for row, kind, text, detail in rows if detail is None]
    db.run_many("decisions.convert_decision", converted)
    return (str(rows[-1][0]) if len(rows) == limit else None), len(rows)


def fill_merges(db: Connector, place: str, limit: int) -> tuple[str | None, int]:
    """Convert the next rows of `merges` after an id (its hexadecimal digits), as a slice of a backfill."""
    rows: list[Any] = db.rows("decisions.next_merges", (bytes.fromhex(place), limit))
    converted = [(id_, *_converted("merged", text)) for id_, text, detail in rows if detail is None]
    db.run_many("decisions.convert_merge", converted)
    return (rows[-1][0].hex() if len(rows) == limit else None), len(rows)


def fill_detachments(db: Connector, place: str, limit: int) -> tuple[str | None, int]:
    """Convert the next rows of `detachments` after an id (its hexadecimal digits), as a slice of a backfill."""
    rows: list[Any] = db.rows("decisions.next_detachments", (bytes.fromhex(place), limit))
    old = ((id_, *earlier_reasons.author(text)) for id_, text, actor in rows if not actor)
    db.run_many("decisions.convert_detachment", [(id_, who.kind, who.name, comment) for id_, who, comment in old])
    return (rows[-1][0].hex() if len(rows) == limit else None), len(rows)


def _converted(kind: DecisionKind, text: str) -> RecordColumns:
    return columns_of_record(*earlier_reasons.parsed(kind, text))
