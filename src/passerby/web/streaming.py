"""Server-sent events of the tail, as a stream that a browser's EventSource reads and resumes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import msgspec
from litestar import Litestar, Response
from litestar.params import HeaderParameter, QueryParameter
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from passerby.schemas.live import live_batch_json
from passerby.services.items import Wanted
from passerby.services.tail import LOOK_SECONDS, LiveBatch, Place, Tail, id_of
from passerby.web.errors import PRIVATE, AnyRequest

After = Annotated[
    str | None,
    QueryParameter(name="after", max_length=40, description="Start after this `cursor` of `/v1/live/recent`."),
]
LastEventId = Annotated[
    str | None,
    HeaderParameter(name="Last-Event-ID", description="Start after this event; browsers send it when they reconnect."),
]

GATHER_ITEMS = 10
GATHER_SECONDS = 0.3
"""A batch is sent at this number of items, or this long after its first."""
KEEP_ALIVE_SECONDS = 15.0
"""Time without items after which a comment is sent: proxies close idle connections."""
SLOW_SECONDS = 10.0
"""Time that a client has to read a chunk. A slower one is disconnected, and resumes after its last event."""
RETRY_MS = 2_000
"""Delay after which a client reconnects."""

MEDIA_TYPE = "text/event-stream"
_HEADERS = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no"))


async def follow(
    tail: Tail, projects: tuple[int, ...], wanted: Wanted, place: Place | None, may: Callable[[], bool]
) -> AsyncIterator[bytes]:
    """Yield the server-sent events of items that match a filter, for as long as `may` returns True.

    Starts after `place`, or now. Messages are those of the first of `projects`.
    """
    head = await tail.head()
    # A client may send any cursor, also one of a server whose log was longer: none leads beyond the end.
    place = head if place is None else Place(place.positions.met(head.positions), min(place.refused, head.refused))
    yield b"retry: %d\nid: %b\n\n" % (RETRY_MS, id_of(place).encode())
    loop = asyncio.get_running_loop()
    sent_at = loop.time()
    while may() and not tail.is_ending():
        batch = await tail.after(place, projects, wanted)
        if 0 < len(batch.items) < GATHER_ITEMS:
            # A few are sent together with those of the next moment: the page redraws once for all of them.
            await asyncio.sleep(GATHER_SECONDS)
            more = await tail.after(batch.place, projects, wanted)
            batch = LiveBatch(batch.items + more.items, batch.skipped + more.skipped, more.place)
        place = batch.place
        if batch.items or batch.skipped:
            sent_at = loop.time()
            data = msgspec.json.encode(live_batch_json(batch))
            yield b"event: items\nid: %b\ndata: %b\n\n" % (id_of(place).encode(), data)
        elif loop.time() - sent_at >= KEEP_ALIVE_SECONDS:
            sent_at = loop.time()
            yield b": nothing new\nid: %b\n\n" % id_of(place).encode()
        await asyncio.sleep(LOOK_SECONDS)


class EventStream(Response[bytes]):
    """Response that streams until the chunks end, the client disconnects, or the client is too slow.

    Counts as a follower of the tail until then. Raises ServiceError where there are too many.
    """

    def __init__(self, tail: Tail, chunks: AsyncIterator[bytes]) -> None:
        super().__init__(b"", media_type=MEDIA_TYPE)
        tail.enter()
        self._tail = tail
        self._chunks = chunks

    def to_asgi_response(self, app: Litestar | None, request: AnyRequest, **_: Any) -> ASGIResponse:  # noqa: ARG002 - the framework's signature
        """Return the ASGI response."""
        return _Answer(self._tail, self._chunks)


class _Answer(ASGIResponse):
    def __init__(self, tail: Tail, chunks: AsyncIterator[bytes]) -> None:
        super().__init__()
        self._tail = tail
        self._chunks = chunks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        async def disconnected() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        tasks = [asyncio.ensure_future(each) for each in (self._send(send), disconnected())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # raises what the task raised
        finally:
            self._tail.leave()
            for task in tasks:
                task.cancel()
            # Until both have ended: a task that goes on could use the connection of the next request.
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self, send: Send) -> None:
        private = [(name.lower().encode(), value.encode()) for name, value in PRIVATE.items()]
        await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS, *private]})
        with contextlib.suppress(TimeoutError):
            async for chunk in self._chunks:
                async with asyncio.timeout(SLOW_SECONDS):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
