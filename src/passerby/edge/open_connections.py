"""The open connections of one server: counted, swept, and ended together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from passerby.edge.shared import Edge

if TYPE_CHECKING:  # a connection belongs to these, and they know nothing of it but when to end
    from passerby.edge.connection import EdgeConnection


class Connections:
    """The open connections of one server, and what they share.

    `leaving` are those that linger: they do not count as open, so that a client that is turned away takes no place.
    """

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self.open: set[EdgeConnection] = set()
        self.leaving: set[EdgeConnection] = set()
        self.none_open = asyncio.Event()
        self.none_open.set()

    def add(self, connection: EdgeConnection) -> int:
        """Take a connection in; returns how many are open that do not linger."""
        self.open.add(connection)
        self.none_open.clear()
        return len(self.open) - len(self.leaving)

    def remove(self, connection: EdgeConnection) -> None:
        self.open.discard(connection)
        self.leaving.discard(connection)
        if not self.open:
            self.none_open.set()

    def stop(self) -> None:
        """End each connection when the requests that it has begun are answered."""
        for connection in list(self.open):
            connection.stop()

    def abort(self) -> None:
        """End all connections now."""
        for connection in list(self.open):
            connection.abort()

    def sweep(self, now: float) -> None:
        """End what takes too long. `now` is the event loop's time; to be called about once a second."""
        for connection in list(self.open):
            connection.sweep(now)
