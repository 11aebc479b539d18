"""The properties of identity (docs/explanation/identity.md), checked on a real state and log while they are in use.

Nothing is written. A table is gone through in batches, each in a read transaction of its own, so that neither the
worker nor the write-ahead log's checkpoints wait for longer than one takes. What is written meanwhile is seen or not:
each check compares only what one moment shows, or bounds by two moments what changes in between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any, Final, NamedTuple

import msgspec

from passerby.engines import LogEngine, StateEngine
from passerby.identity.stage import Stage
from passerby.positions import Position, Positions
from passerby.state.manager.connector import Connector

BATCH: Final = 5_000
"""Rows looked at in one transaction: some milliseconds."""
EXAMPLES: Final = 5
"""How many of the broken rows are named."""

Progress = Callable[[str, int], None]
"""Is told, batch by batch, which claim is being checked, and on how many rows it was."""


class Verdict(msgspec.Struct, kw_only=True, rename={"number": "property"}):
    """What checking one claim came to. `number` is the property's in identity.md; `examples` name broken rows."""

    number: int
    claim: str
    checked: int
    broken: int = 0
    examples: list[str] = []

    @property
    def well(self) -> bool:
        return self.broken == 0


class _Table(NamedTuple):
    """A table to go through: the statement that gives its keys, and the key before the first."""

    keys: str
    start: tuple[Any, ...]


_IDENTIFIERS = _Table("identifier_keys", (0,))
_PROFILES = _Table("profile_keys", (b"",))
_MERGES = _Table("merge_keys", (b"",))
_HISTORY = _Table("history_keys", (0,))
_OUTBOX = _Table("outbox_keys", (0,))
_LINKS = _Table("link_keys", (-1, "", "", "", b""))
_SEPARATIONS = _Table("separation_keys", (-1, "", "", "", b"", b""))

_CLAIMS: Final = (
    (1, "an identifier is at home in one profile", _IDENTIFIERS, "deep.owner"),
    (1, "an owner is the profile that the merges of the home lead to", _PROFILES, "deep.unfollowed"),
    (1, "a profile's row repeats what its members' identifiers say", _PROFILES, "deep.card"),
    (2, "a profile has at most one customer id", _PROFILES, "deep.one_customer"),
    (2, "no message has moved a customer id", _HISTORY, "deep.customer_moved"),
    (3, "every batch is applied once, in the log's order", _OUTBOX, "deep.applied_once"),
    (4, "every merged profile leads to one that stands for itself", _PROFILES, "deep.leads_nowhere"),
    (4, "an alias is looked up when its value arrives", _IDENTIFIERS, "deep.unseen_aliases"),
    (6, "a merged profile points to its winner, an undone one does not", _MERGES, "deep.merged_by"),
    (6, "an undo is remembered, and what a merge moved is known", _MERGES, "deep.remembered"),
    (7, "identifiers stay within a project", _IDENTIFIERS, "deep.foreign_identifiers"),
    (7, "merges stay within a project", _MERGES, "deep.foreign_merges"),
    (7, "the history stays within a project", _HISTORY, "deep.foreign_history"),
    (7, "links of hints stay within a project", _LINKS, "deep.foreign_links"),
    (7, "separations stay within a project", _SEPARATIONS, "deep.foreign_separations"),
)
"""All that is broken row by row. Whether the order of messages matters (4) cannot be seen from a state; that every
merge leads to one profile can."""


def examine_deep(state: StateEngine, log: LogEngine, progress: Progress, batch: int = BATCH) -> Iterator[Verdict]:
    """Check every property that state and log show; nothing where there is no state yet."""
    if not (state.exists() and log.exists()):
        return
    with closing(state.open_connector()) as db:
        for number, claim, table, query in _CLAIMS:
            yield _go_through(db, number, claim, table, query, progress, batch)
        yield _check_messages(db, log)
        yield from _check_totals(db, progress, batch)


def _go_through(  # noqa: PLR0913, PLR0917 - a claim has as many parts
    db: Connector, number: int, claim: str, table: _Table, query: str, progress: Progress, batch: int
) -> Verdict:
    verdict = Verdict(number=number, claim=claim, checked=0)
    for rows, found in _batches(db, table, query, batch):
        verdict.checked += rows
        verdict.broken += len(found)
        verdict.examples += [str(row[0]) for row in found[: EXAMPLES - len(verdict.examples)]]
        progress(claim, verdict.checked)
    return verdict


def _batches(db: Connector, table: _Table, query: str, batch: int) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
    """How many rows each batch has, and what the query finds in it."""
    after = table.start
    while True:
        with db.snapshot():
            keys = db.rows(f"deep.{table.keys}", (*after, batch))
            found = db.rows(query, (*after, *keys[-1])) if keys else []
        if not keys:
            return
        yield len(keys), found
        after = keys[-1]


def _totals(db: Connector) -> dict[tuple[int, str], int]:
    with db.snapshot():
        return {(project, name): value for project, name, value in db.rows("deep.totals")}


def _check_messages(db: Connector, engine: LogEngine) -> Verdict:
    """Accepted = applied + duplicates + waiting, for each project. What is waiting is counted between two moments."""
    verdict = Verdict(number=5, claim="accepted = applied + duplicates + waiting", checked=0)
    totals = _totals(db)
    applied = Positions(Position(value) for (_, name), value in totals.items() if name.partition(".")[0] == "position")
    with closing(engine.open_reader()) as log:
        for project in sorted({project for project, _ in totals} - {0}):
            least = log.accepted(project)
            seen = totals.get((project, "applied"), 0) + totals.get((project, "duplicates"), 0)
            waiting, _ = log.waiting(project, applied)
            most = log.accepted(project)
            verdict.checked += most
            _judge(verdict, f"project {project}", least <= seen + waiting <= most)
    return verdict


def _check_totals(db: Connector, progress: Progress, batch: int) -> Iterator[Verdict]:
    """What the profiles come to, and what the totals say before and after counting them."""
    events = Verdict(number=5, claim="each applied event is one of its profile's", checked=0)
    stages = Verdict(number=5, claim="profiles are counted by stage", checked=0)
    before = _totals(db)
    counted = Counter[tuple[int, str]]()
    for rows, found in _batches(db, _PROFILES, "deep.counted", batch):
        for project, stage, canonical, happened in found:
            counted[project, Stage(stage).label] += canonical
            counted[project, "events"] += happened
        stages.checked += rows
        progress(stages.claim, stages.checked)
    after = _totals(db)
    for key, value in counted.items():
        low, high = before.get(key, 0), after.get(key, 0)
        if key[1] == "events":
            events.checked += value
            if _deleted(before, key[0]) == _deleted(after, key[0]):  # else the counts also fell
                _judge(events, f"project {key[0]}", low <= value <= high)
        elif before == after:  # stages also fall: while messages are applied no two moments bound them
            _judge(stages, f"project {key[0]}, {key[1]}", value == high)
    yield events
    yield stages


def _deleted(totals: Mapping[tuple[int, str], int], project: int) -> int:
    return totals.get((project, "deleted_profiles"), 0)


def _judge(verdict: Verdict, where: str, holds: bool) -> None:  # noqa: FBT001 - what was compared
    if not holds:
        verdict.broken += 1
        verdict.examples.append(where)
