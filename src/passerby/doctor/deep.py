"""Checks the properties of identity (docs/explanation/identity.md) on a state and log, also while a server uses them.

Read-only. Tables are scanned in batches, each in its own read transaction, because a long one would stop checkpoints of
the write-ahead log. Rows may change between batches, so each check compares data of one transaction, or reads totals
before and after and checks against both as bounds.
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
"""Rows checked in one transaction, which takes some milliseconds."""
EXAMPLES: Final = 5
"""Rows named for each violated property."""

Progress = Callable[[str, int], None]
"""Called after each batch with the claim that is being checked and the number of rows checked."""


class Verdict(msgspec.Struct, kw_only=True, rename={"number": "property"}):
    """The result of checking one claim. `number` is that of the property in identity.md; `examples` are rows."""

    number: int
    claim: str
    checked: int
    broken: int = 0
    examples: list[str] = []

    @property
    def well(self) -> bool:
        return self.broken == 0


class _Table(NamedTuple):
    """A table to scan: the statement that selects its keys in order, and a key before the first."""

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
    (4, "every merged profile leads to a canonical profile", _PROFILES, "deep.leads_nowhere"),
    (4, "an alias is looked up when its value arrives", _IDENTIFIERS, "deep.unseen_aliases"),
    (6, "a merged profile points to its winner, an undone one does not", _MERGES, "deep.merged_by"),
    (6, "an undo is remembered, and what a merge moved is known", _MERGES, "deep.remembered"),
    (7, "identifiers stay within a project", _IDENTIFIERS, "deep.foreign_identifiers"),
    (7, "merges stay within a project", _MERGES, "deep.foreign_merges"),
    (7, "the history stays within a project", _HISTORY, "deep.foreign_history"),
    (7, "links of hints stay within a project", _LINKS, "deep.foreign_links"),
    (7, "separations stay within a project", _SEPARATIONS, "deep.foreign_separations"),
)
"""Claims that are checked row by row. Property 4, independence of the order of messages, cannot be seen in a state; its
consequence that every merge leads to one profile can."""


def check_identity(state: StateEngine, log: LogEngine, progress: Progress, batch: int = BATCH) -> Iterator[Verdict]:
    """Yield a verdict for each claim; none if there is no state yet."""
    if not (state.exists() and log.exists()):
        return
    with closing(state.open_connector()) as db:
        for number, claim, table, query in _CLAIMS:
            verdict = Verdict(number=number, claim=claim, checked=0)
            for rows, found in _batches(db, table, query, batch):
                verdict.checked += rows
                verdict.broken += len(found)
                verdict.examples += [str(row[0]) for row in found[: EXAMPLES - len(verdict.examples)]]
                progress(claim, verdict.checked)
            yield verdict
        yield _check_messages(db, log)
        yield from _check_totals(db, progress, batch)


def _batches(db: Connector, table: _Table, query: str, batch: int) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
    """Yield for each batch the number of rows, and the rows that the query finds in it."""
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
    """Check accepted = applied + duplicates + waiting by project; `accepted` is read before and after `waiting`."""
    verdict = Verdict(number=5, claim="accepted = applied + duplicates + waiting", checked=0)
    totals = _totals(db)
    applied = Positions(Position(value) for (_, name), value in totals.items() if name.partition(".")[0] == "position")
    with closing(engine.open_reader()) as log:
        for project in sorted({project for project, _ in totals} - {0}):
            least = log.accepted(project)  # in this order: messages may be accepted and applied between the calls
            seen = totals.get((project, "applied"), 0) + totals.get((project, "duplicates"), 0)
            waiting, _ = log.waiting(project, applied)
            most = log.accepted(project)
            verdict.checked += most
            _judge(verdict, f"project {project}", least <= seen + waiting <= most)
    return verdict


def _check_totals(db: Connector, progress: Progress, batch: int) -> Iterator[Verdict]:
    """Check the totals against a count of the profiles; they are read before and after it."""
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
