"""The short way of a request that came in one piece: no scope, no task, no events, one write of the answer.

It is for requests that are simply accepted, which is nearly all of them, and costs about half of what uvicorn's way
through ASGI does (docs/decisions/0002-group-commit.md). Whatever else a request may be, ASGI's way finds it out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from passerby.dialects.contract import Fault, Request
from passerby.edge.answers import whole
from passerby.edge.app import Edge, Pending, new_id
from passerby.edge.headers import Headers
from passerby.proxies import FORWARDED, X_FORWARDED_FOR, X_REAL_IP

Headed = list[tuple[bytes, bytes]]

_ELSEWHERE: Final = (b"content-encoding", b"expect")
"""Headers that are understood on the long way only."""


class WholeRequest:
    """One such request in the place of uvicorn's cycle, with the attributes that uvicorn's connection looks at."""

    __slots__ = ("_answer", "_edge", "_origin", "_pending", "disconnected", "keep_alive", "response_complete")

    more_body: Final = False
    message_event: Final = asyncio.Event()
    """Nobody waits for it."""

    def __init__(self, edge: Edge, answer: Callable[[bytes, bool], None], *, keep_alive: bool) -> None:
        """`answer` takes the response, and whether the connection stays open behind it."""
        self._edge = edge
        self._answer = answer
        self._origin = b""
        self._pending: Pending
        self.keep_alive = keep_alive
        self.disconnected = False
        self.response_complete = False

    def take(self, method: bytes, url: bytes, headers: Headed, body: bytes, client_ip: str) -> bool:
        """Have the request kept; returns whether it is on its way. Otherwise nothing has happened."""
        raw = dict(headers)
        if not _is_plain(url) or _ELSEWHERE[0] in raw or _ELSEWHERE[1] in raw:
            return False
        path, _, query = url.decode("ascii").partition("?")
        edge = self._edge
        if X_FORWARDED_FOR in raw or FORWARDED in raw or X_REAL_IP in raw:
            client_ip = edge.proxies.client(client_ip, headers)
        request = Request(method.decode("ascii"), path, query, Headers(raw), body, edge.clock(), client_ip, new_id)
        pending = edge.take_whole(request, self._told)
        if pending is None:
            return False
        self._origin = raw.get(b"origin", b"")
        self._pending = pending
        return True

    def _told(self, fault: Fault | None) -> None:
        """Answer, now that the messages are on disk or cannot be."""
        reply = self._edge.settle(self._pending, fault)
        self.response_complete = True
        if not self.disconnected:
            self._answer(whole(reply, keep_alive=self.keep_alive, origin=self._origin), self.keep_alive)


def _is_plain(url: bytes) -> bool:
    """Whether a request's target is a path, and perhaps a query, with nothing to decode in it."""
    return url[:1] == b"/" and b"%" not in url and b"#" not in url and url.isascii()
