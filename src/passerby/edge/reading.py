"""Reading a body that does not come in one piece, within its limits."""

from __future__ import annotations

from passerby.dialects.contract import Fault, RequestFault
from passerby.edge.asgi import OVERDUE, Event, Receive, Scope
from passerby.edge.budget import Budget


class Unread(RequestFault):
    """A fault after which the rest of the body is not wanted: the connection ends with the answer."""


class ClientGone(Exception):
    """The client left before its request was complete: there is nobody to answer."""


async def read_rest(first: Event, scope: Scope, receive: Receive, limit: int, budget: Budget) -> bytes:
    """The body that `first` begins. Raises ClientGone, or Unread when it is too large, too slow or one too many.

    What is read counts against `budget` until the body is complete, so that many slow senders together cannot fill
    the memory.
    """
    pieces = _Pieces(limit, budget)
    event = first
    try:
        while pieces.take(event, overdue=OVERDUE in scope.get("state", ())):
            event = await receive()
        return b"".join(pieces.held)
    finally:
        budget.taken -= pieces.size


class _Pieces:
    """What has come of a body so far."""

    def __init__(self, limit: int, budget: Budget) -> None:
        self.held: list[bytes] = []
        self.size = 0
        self._limit = limit
        self._budget = budget

    def take(self, event: Event, *, overdue: bool) -> bool:
        """Add what the server received; returns whether there is more to come."""
        if event["type"] == "http.disconnect":
            raise ClientGone
        piece: bytes = event["body"]
        if self.size + len(piece) > self._limit:
            raise Unread(Fault.TOO_LARGE)
        if self._budget.spent:
            raise Unread(Fault.OVERLOADED)
        self._budget.taken += len(piece)
        self.size += len(piece)
        self.held.append(piece)
        more: bool = event["more_body"]
        if more and overdue:
            raise Unread(Fault.TOO_SLOW)
        return more
