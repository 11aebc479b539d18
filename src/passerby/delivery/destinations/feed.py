"""Reads items of the outbox for all destinations of a process.

Destinations that keep up read the same rows at the same time, so decoded rows are shared. Rows are read and decoded in
a thread, so that the requests of other destinations do not wait.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Final, NamedTuple, TypeVar

from passerby.deliveries.protocol import row_of
from passerby.delivery.destinations.items import Item, items_of
from passerby.outbox.protocol import Outbox

READ_EVENTS: Final = 500
READ_BYTES: Final = 1 << 20
"""Limits of one read, after which other work of the thread continues."""
CACHED_ITEMS: Final = 20_000
"""Items that stay decoded for other destinations."""

ResultT = TypeVar("ResultT")


class Row(NamedTuple):
    """A row of the outbox with its items in their order."""

    id: int
    items: Sequence[Item]


class Feed:
    """Decoded rows of the outbox. Belongs to one event loop; `outbox` is used in one thread only."""

    def __init__(self, outbox: Outbox, thread: Executor) -> None:
        self._outbox = outbox
        self._thread = thread
        self._next: OrderedDict[int, Row] = OrderedDict()
        """The row that follows each id, least recently used first. A row never changes."""
        self._cached = 0

    async def after(self, row: int) -> Row | None:
        """Return the first row with a greater id, None at the end of the outbox."""
        found = self._next.get(row)
        if found is not None:
            self._next.move_to_end(row)
            return found
        previous = row
        for each in await self._in_thread(lambda: self._read(row)):
            self._keep(previous, each)
            found, previous = found or each, each.id
        return found

    async def item(self, number: int) -> Item | None:
        """Return an item by its number, None if its row is no longer stored."""
        row = row_of(number)
        found = await self.after(row - 1)
        if found is None or found.id != row:
            return None
        return next((item for item in found.items if item.number == number), None)

    def _read(self, after: int) -> list[Row]:
        return [Row(each.id, list(items_of(each))) for each in self._outbox.read(after, READ_EVENTS, READ_BYTES)]

    def _keep(self, previous: int, row: Row) -> None:
        if previous in self._next:
            return
        self._next[previous] = row
        self._cached += len(row.items)
        while self._cached > CACHED_ITEMS and len(self._next) > 1:
            self._cached -= len(self._next.popitem(last=False)[1].items)

    async def _in_thread(self, function: Callable[[], ResultT]) -> ResultT:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)
