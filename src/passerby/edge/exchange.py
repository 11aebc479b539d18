"""One request and its response: the rules of the ingest port, in the order in which they apply.

A request is handled by callbacks and without a task, because a coroutine, its task and the events of ASGI cost more
than everything else together (docs/decisions/0053-one-request-path-at-the-edge.md). Only calls that look up the state
run in a task.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec

from passerby import logs
from passerby.dialects.common.causes import Cause
from passerby.dialects.common.invalid import reject_unreadable
from passerby.dialects.contract import Call, Fault, Lookup, Outcome, Reply, Request, RequestFault
from passerby.edge.answers import INTERNAL_ERROR, NOT_FOUND, fault_headers
from passerby.edge.cors import preflight
from passerby.edge.gzip import GZIP_MAGIC, decompress
from passerby.edge.headers import Head, Headers
from passerby.edge.metrics import NO_DIALECT
from passerby.edge.rejections import EXCERPT_BYTES, CapturedRequest, dialect_of, excerpt
from passerby.edge.shared import Edge, new_id
from passerby.proxies import FORWARDED, X_FORWARDED_FOR, X_REAL_IP
from passerby.sdk.serving import DIALECT as SDK

PROBED: Final = "/"
"""The path that health checks and load balancers request. No client sends to it, so it is not kept as rejected."""

_log = logs.get("edge")
_tasks: Final[set[asyncio.Task[None]]] = set()
"""Lookups in progress: the event loop holds only weak references to its tasks."""


class Unread(RequestFault):
    """A fault after which the rest of the body is not read; the connection is closed if there is any."""


class Unauthorised(Exception):
    """The key in path, query or headers is unknown. The body is not read; `reply` is the dialect's error."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


class Exchange:
    """One request, from its head to its response.

    The connection appends to `body`, sets `complete` after the last piece, and calls `proceed` after each of these
    once all earlier requests are answered. `respond` is called once, with the response.
    """

    __slots__ = (
        "_call",
        "_edge",
        "_held",
        "_raw",
        "_reply",
        "_respond",
        "answered",
        "body",
        "complete",
        "expects_continue",
        "head",
        "keep_alive",
        "wire_bytes",
    )

    def __init__(
        self,
        edge: Edge,
        head: Head,
        raw: dict[bytes, bytes],
        respond: Callable[[Reply, bytes], None],
        *,
        keep_alive: bool,
    ) -> None:
        """`raw` holds the headers by lower-case name. `respond` takes the reply and the page's origin for CORS."""
        self._edge = edge
        self._raw = raw
        self._respond = respond
        self._call: Call | None = None
        self._reply: Reply
        self._held = 0
        self.head = head
        self.keep_alive = keep_alive
        self.expects_continue = b"expect" in raw
        self.body: bytes | bytearray = b""
        self.wire_bytes = 0
        """Bytes received for the body with its framing, apart from the first and the last read."""
        self.complete = False
        self.answered = False

    def proceed(self, *, overdue: bool = False) -> None:
        """Process the request as far as possible with what has arrived of it. Never raises.

        `overdue`: the body took too long to arrive.
        """
        try:
            call = self._call
            if call is None:
                call = self._call = self._edge.match(self.head.path)
                if call is None:
                    if self.head.path != PROBED:
                        self._capture(NOT_FOUND, Fault.UNKNOWN_PATH.value)
                    self._answer(NOT_FOUND)
                    return
                if self.head.method not in call.methods:
                    if self.head.method != "OPTIONS":
                        raise RequestFault(Fault.METHOD_NOT_ALLOWED)  # noqa: TRY301 - answered as every other fault
                    self._answer(preflight(call, Headers(self._raw)))
                    return
                # The parser has checked that it is a number. With chunks there is none: see `_check_arriving`.
                length = self._raw.get(b"content-length")
                if length and int(length) > call.body_limit:
                    raise Unread(Fault.TOO_LARGE)  # noqa: TRY301 - as above
            # A body that came in one read skips this: it is in memory already, and the dialect checks its key.
            if not self.complete or self._held or len(self.body) > call.body_limit:
                self._check_arriving(call, overdue=overdue)
            if self.complete:
                self._handle(call)
        except Exception as error:  # noqa: BLE001 - every request is answered, and the next one served
            self._fail(error)

    def _check_arriving(self, call: Call, *, overdue: bool) -> None:
        """Check a body that does not arrive at once. What is read of it counts against the budget.

        The key is checked before more than the first piece is read, and before `100 Continue` is sent. Many clients
        send head and body separately, so nothing is checked before the first piece. Raises Unread, Unauthorised.
        """
        if not self.body and not self.expects_continue and not overdue:
            return
        budget = self._edge.budget
        if not self._held:  # once: what was read before is held from here on
            self._check_key(call)
        size = len(self.body)
        if size > call.body_limit:
            raise Unread(Fault.TOO_LARGE)
        if size > self._held or not self.complete:
            if budget.spent:
                raise Unread(Fault.OVERLOADED)
            budget.taken += size - self._held
            self._held = size
        if overdue and not self.complete:
            raise Unread(Fault.TOO_SLOW)

    def _handle(self, call: Call) -> None:
        """Have the dialect handle a request whose body has arrived."""
        self.release()  # a group commit counts the messages instead, a lookup the body
        body = bytes(self.body) if isinstance(self.body, bytearray) else self.body
        sniffed = call.sniff_gzip and body.startswith(GZIP_MAGIC)
        if sniffed or b"content-encoding" in self._raw:
            self._check_key(call)  # clients without a key cannot have megabytes decompressed
            encoding = self._raw.get(b"content-encoding", b"").decode("latin-1")
            body = decompress(body, "gzip" if sniffed else encoding, call.body_limit)
        self.body = body
        request = self._request(body)
        if call.look_up is None:
            self._commit(call, request, call.handle(request, call.parameters, self._edge.credentials))
            return
        asked = call.look_up(request, call.parameters, self._edge.credentials)
        if isinstance(asked, Outcome):
            self._commit(call, request, asked)
            return
        if self._edge.budget.spent:
            raise RequestFault(Fault.OVERLOADED)
        task = asyncio.get_running_loop().create_task(self._look_up(call, request, asked))
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)

    async def _look_up(self, call: Call, request: Request, asked: Outcome | Lookup) -> None:
        """Look up what the call needs to know first. Meanwhile its body counts against the budget."""
        edge, size = self._edge, len(request.body)
        try:
            edge.budget.taken += size
            try:
                while isinstance(asked, Lookup):
                    asked = asked.proceed(await edge.lookup.known(asked))
            finally:
                edge.budget.taken -= size
            self._commit(call, request, asked)
        except Exception as error:  # noqa: BLE001 - as in `proceed`
            self._fail(error)

    def _commit(self, call: Call, request: Request, outcome: Outcome) -> None:
        """Add the messages to the group commit and answer when they are durable; at once if there are none."""
        if request.unreadable:
            outcome = reject_unreadable(request, outcome)
        messages = outcome.messages
        self._reply = outcome.reply
        if call.rate and (messages or outcome.reply.status < 400):  # noqa: PLR2004 - where errors begin
            # Counted here, because only an accepted request is: see `RateLimits`.
            factor = self._edge.credentials.settings(messages[0].project).rate_factor if messages else None
            self._edge.rates.count(call, factor)
        if messages:
            self._edge.commit.add(messages, len(request.body), self._on_commit)
            if len(self.body) > EXCERPT_BYTES:  # do not hold it while the disk is slow
                self.body = excerpt(self.body)
        else:
            self._on_commit(None)

    def _on_commit(self, fault: Fault | None) -> None:
        """Answer when the messages are durable (`None`) or the write has failed. Never raises."""
        try:
            reply = self._reply
            if fault is not None:
                self._fail(RequestFault(fault))
            elif reply.status >= 400:  # noqa: PLR2004 - where errors begin
                self._reject(reply, "invalid", answer=reply.body)
            else:
                self._answer(reply)
        except Exception as error:  # noqa: BLE001 - as in `proceed`
            self._fail(error)

    def _request(self, body: bytes) -> Request:
        head, raw = self.head, self._raw
        client = head.client
        # Most requests have none of these headers: three lookups are cheaper than the call.
        if X_FORWARDED_FOR in raw or FORWARDED in raw or X_REAL_IP in raw:
            client = self._edge.proxies.client(client, head.headers)
        url = self._edge.settings.public_url
        return Request(head.method, head.path, head.query, Headers(raw), body, self._edge.clock(), client, new_id, url)

    def _check_key(self, call: Call) -> None:
        """Raise Unauthorised if the key in path, query or headers is unknown."""
        if call.authorise is not None:
            reply = call.authorise(self._request(b""), call.parameters, self._edge.credentials)
            if reply is not None:
                raise Unauthorised(reply)

    def _fail(self, error: Exception) -> None:
        """Answer a request that cannot be handled. To be called in the `except` block, so the log has the traceback."""
        self.release()
        call = self._call
        if isinstance(error, Unread | Unauthorised) and not self.complete:
            self.keep_alive = False  # the next request begins after bytes that are not read
        if isinstance(error, Unauthorised):
            self._reject(error.reply, Fault.UNKNOWN_KEY.value, answer=error.reply.body)
        elif isinstance(error, RequestFault) and call is not None:
            reply = call.fault(error.fault, error.detail)
            reply = msgspec.structs.replace(reply, headers=(*reply.headers, *fault_headers(error)))
            self._reject(reply, error.fault.value, cause=error.cause)
        else:
            dialect, name = (call.dialect, call.name) if call else (NO_DIALECT, "unknown")
            _log.exception("internal error while handling a request", dialect=dialect, call=name)
            self._edge.counts.internal_error(dialect)
            self._capture(INTERNAL_ERROR, "internal_error")
            self._answer(INTERNAL_ERROR)

    def _reject(self, reply: Reply, reason: str, *, cause: Cause | None = None, answer: bytes = b"") -> None:
        """Answer with an error of the dialect, which is counted and kept for inspection (see `_capture`)."""
        self._edge.counts.refused(dialect_of(self._call), reason)
        self._capture(reply, reason, cause, answer)
        self._answer(reply)

    def _capture(self, reply: Reply, reason: str, cause: Cause | None = None, answer: bytes = b"") -> None:
        """Keep the request with the code of its fault, and the fault's cause or the dialect's own answer."""
        # A compressed body tells a reader nothing, and the keys in it could not be redacted.
        body = b"" if self.body.startswith(GZIP_MAGIC) else excerpt(self.body)
        at = self._edge.clock()
        self._edge.rejections.add(CapturedRequest(at, self._call, reply.status, reason, self.head, body, cause, answer))

    def _answer(self, reply: Reply) -> None:
        if self.answered:  # an exception after the answer ends here, too
            return
        self.answered = True
        call, origin = self._call, self._raw.get(b"origin", b"")
        if call is None:
            self._edge.counts.answered(NO_DIALECT, "unknown", reply.status)
        else:
            self._edge.counts.answered(call.dialect, call.name, reply.status)
            if call.dialect == SDK:
                origin = b""  # files are the same for the pages of all origins, so that caches keep one
        self._respond(reply, origin)

    def abandon(self) -> None:
        """Drop the response: the client disconnected or sent malformed bytes. A commit in progress goes on."""
        self.release()
        self._respond = lambda _reply, _origin: None

    def release(self) -> None:
        """Release the body's share of the budget."""
        if self._held:
            self._edge.budget.taken -= self._held
            self._held = 0
