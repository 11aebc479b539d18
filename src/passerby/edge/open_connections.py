"""The open connections of one server: their number, their deadlines, and shutdown."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from passerby.edge.shared import Edge

if TYPE_CHECKING:  # connection.py imports this module
    from passerby.edge.connection import EdgeConnection


class Connections:
    """The open connections of one server, and what they share.

    `leaving` are those that linger. They do not count towards the limit, so rejected clients take no place.
    """

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self.open: set[EdgeConnection] = set()
        self.leaving: set[EdgeConnection] = set()
        self.none_open = asyncio.Event()
        self.none_open.set()

    def add(self, connection: EdgeConnection) -> int:
        """Add a connection; return how many are open and do not linger."""
        self.open.add(connection)
        self.none_open.clear()
        return len(self.open) - len(self.leaving)

    def remove(self, connection: EdgeConnection) -> None:
        self.open.discard(connection)
        self.leaving.discard(connection)
        if not self.open:
            self.none_open.set()

    def stop(self) -> None:
        """Close each connection once the requests that it has begun are answered."""
        # Copies here and below: a connection that closes at once removes itself from the set.
        for connection in list(self.open):
            connection.stop()

    def abort(self) -> None:
        """Close all connections immediately; responses that are not sent are lost."""
        for connection in list(self.open):
            connection.abort()

    def sweep(self, now: float) -> None:
        """Enforce the deadlines. `now` is the event loop's time; to be called about once a second."""
        for connection in list(self.open):
            connection.sweep(now)
