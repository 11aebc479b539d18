"""Looking into the log from behind: what came last, and one message by its id. Work for either is bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import UUID

import apsw

from passerby import sql
from passerby.log.protocol import Entry
from passerby.messages import Message

_SQL = sql.load("passerby.log", "queries.sql")

BATCHES: Final = 5_000
MESSAGES: Final = 5_000
"""How many batches, and messages of a project in them, are looked at for the newest ones."""
EARLY_MS: Final = 250
LATE_MS: Final = 30_000
"""How much before or after the time within a message's id its batch may have been written: clocks of several processes
agree, and an edge gives up a request that waits longer than that for the disk."""
NAMING: Final = 20
"""How many batches are read that mention an id: others' messages may do so, too."""

Decode = Callable[[int, int, bytes], list[Message]]
"""(position of the last message, number of messages, body) to the messages of a batch."""


def newest(
    connection: apsw.Connection, project: int, limit: int, fits: Callable[[Message], bool], decode: Decode
) -> list[Entry]:
    """The newest messages of a project that fit, newest first, among a bounded number."""
    found: list[Entry] = []
    looked = 0
    for number, (last, count, body) in enumerate(_back(connection, project)):
        if body is not None:
            ours = [entry for entry in _entries(last, decode(last, count, body)) if entry.message.project == project]
            looked += len(ours)
            found += [entry for entry in reversed(ours) if fits(entry.message)]
        if len(found) >= limit or looked >= MESSAGES or number >= BATCHES:
            break
    return found[:limit]


def _back(connection: apsw.Connection, project: int) -> Iterator[Any]:
    cursor = connection.execute(_SQL["batches_back"], (f'$."{project}"',))
    try:
        yield from cursor
    finally:
        cursor.close()


def _entries(last: int, messages: list[Message]) -> Iterator[Entry]:
    return map(Entry, range(last - len(messages) + 1, last + 1), messages)


def find(connection: apsw.Connection, project: int, id_: str, decode: Decode) -> Entry | None:
    """The message of a project with this id (a UUIDv7), while the log holds it.

    Batches lie in the order of their receipt, nearly: halving the positions finds those of the id's own time.
    """
    made = UUID(id_).int >> 80
    begin = _first_since(connection, made - EARLY_MS)
    end = _first_since(connection, made + LATE_MS)
    for last, count, body in _naming(connection, begin, end, id_):
        for entry in _entries(last, decode(last, count, body)):
            if (entry.message.id, entry.message.project) == (id_, project):
                return entry
    return None


def _naming(connection: apsw.Connection, begin: int, end: int, id_: str) -> Iterator[Any]:
    """The batches between two positions that mention an id, one after the other: mostly the first one is it."""
    cursor = connection.execute(_SQL["naming"], (begin, end, id_, NAMING))
    try:
        yield from cursor
    finally:
        cursor.close()


def _first_since(connection: apsw.Connection, moment: int) -> int:
    """The position of the first batch that was received at a moment (ms) or later; that of the last, if none was."""
    low, high = 0, int(connection.execute(_SQL["head"]).get)
    while low < high:
        middle = (low + high) // 2
        row: Any = connection.execute(_SQL["batch_from"], (middle,)).fetchone()
        last, received_at = row
        if received_at >= moment:
            high = middle
        else:
            low = last + 1
    return low
