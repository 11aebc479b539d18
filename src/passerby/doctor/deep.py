"""The properties of identity (docs/explanation/identity.md), checked on a real data folder while it serves.

Nothing is written. A table is gone through in batches, each in a read transaction of its own, so that neither the
worker nor the write-ahead log's checkpoints wait for longer than one takes. What is written meanwhile is seen or not:
each check compares only what one moment shows, or bounds by two moments what changes in between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any, Final, NamedTuple

import apsw
import msgspec

from passerby.engines import LogEngine
from passerby.identity.stage import Stage
from passerby.positions import Position, Positions
from passerby.storage import sql
from passerby.storage.data_dir import DataDir
from passerby.storage.sqlite import BUSY_TIMEOUT_MS

_SQL = sql.load("passerby.doctor", "deep.sql")

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
    (1, "an identifier is at home in one profile", _IDENTIFIERS, _SQL["owner"]),
    (1, "an owner is the profile that the merges of the home lead to", _PROFILES, _SQL["unfollowed"]),
    (1, "a profile's row repeats what its members' identifiers say", _PROFILES, _SQL["card"]),
    (2, "a profile has at most one customer id", _PROFILES, _SQL["one_customer"]),
    (2, "no message has moved a customer id", _HISTORY, _SQL["customer_moved"]),
    (3, "every batch is applied once, in the log's order", _OUTBOX, _SQL["applied_once"]),
    (4, "every merged profile leads to one that stands for itself", _PROFILES, _SQL["leads_nowhere"]),
    (4, "an alias is looked up when its value arrives", _IDENTIFIERS, _SQL["unseen_aliases"]),
    (6, "a merged profile points to its winner, an undone one does not", _MERGES, _SQL["merged_by"]),
    (6, "an undo is remembered, and what a merge moved is known", _MERGES, _SQL["remembered"]),
    (7, "identifiers stay within a project", _IDENTIFIERS, _SQL["foreign_identifiers"]),
    (7, "merges stay within a project", _MERGES, _SQL["foreign_merges"]),
    (7, "the history stays within a project", _HISTORY, _SQL["foreign_history"]),
    (7, "links of hints stay within a project", _LINKS, _SQL["foreign_links"]),
    (7, "separations stay within a project", _SEPARATIONS, _SQL["foreign_separations"]),
)
"""All that is broken row by row. Whether the order of messages matters (4) cannot be seen from a state; that every
merge leads to one profile can."""


def examine_deep(folder: DataDir, log: LogEngine, progress: Progress, batch: int = BATCH) -> Iterator[Verdict]:
    """Check every property that a data folder shows; nothing where there is no state yet."""
    if not (folder.state.exists() and log.exists()):
        return
    with closing(_open(folder)) as connection:
        for number, claim, table, query in _CLAIMS:
            yield _go_through(connection, number, claim, table, query, progress, batch)
        yield _check_messages(connection, log)
        yield from _check_totals(connection, progress, batch)


def _open(folder: DataDir) -> apsw.Connection:
    connection = apsw.Connection(str(folder.state), flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    return connection


def _go_through(  # noqa: PLR0913, PLR0917 - a claim has as many parts
    connection: apsw.Connection, number: int, claim: str, table: _Table, query: str, progress: Progress, batch: int
) -> Verdict:
    verdict = Verdict(number=number, claim=claim, checked=0)
    for rows, found in _batches(connection, table, query, batch):
        verdict.checked += rows
        verdict.broken += len(found)
        verdict.examples += [str(row[0]) for row in found[: EXAMPLES - len(verdict.examples)]]
        progress(claim, verdict.checked)
    return verdict


def _batches(
    connection: apsw.Connection, table: _Table, query: str, batch: int
) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
    """How many rows each batch has, and what the query finds in it."""
    after = table.start
    while True:
        with connection:
            keys: list[Any] = connection.execute(_SQL[table.keys], (*after, batch)).fetchall()
            found: list[Any] = connection.execute(query, (*after, *keys[-1])).fetchall() if keys else []
        if not keys:
            return
        yield len(keys), found
        after = keys[-1]


def _totals(connection: apsw.Connection) -> dict[tuple[int, str], int]:
    return {(project, name): value for project, name, value in connection.execute(_SQL["totals"])}


def _check_messages(connection: apsw.Connection, engine: LogEngine) -> Verdict:
    """Accepted = applied + duplicates + waiting, for each project. What is waiting is counted between two moments."""
    verdict = Verdict(number=5, claim="accepted = applied + duplicates + waiting", checked=0)
    totals = _totals(connection)
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


def _check_totals(connection: apsw.Connection, progress: Progress, batch: int) -> Iterator[Verdict]:
    """What the profiles come to, and what the totals say before and after counting them."""
    events = Verdict(number=5, claim="each applied event is one of its profile's", checked=0)
    stages = Verdict(number=5, claim="profiles are counted by stage", checked=0)
    before = _totals(connection)
    counted = Counter[tuple[int, str]]()
    for rows, found in _batches(connection, _PROFILES, _SQL["counted"], batch):
        for project, stage, canonical, happened in found:
            counted[project, Stage(stage).label] += canonical
            counted[project, "events"] += happened
        stages.checked += rows
        progress(stages.claim, stages.checked)
    after = _totals(connection)
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
