"""The ingest port's application: takes a request, lets its dialect decide, keeps the messages, answers.

Plain ASGI, and as few steps as can be: around the dialect's own work a request costs some ten microseconds here, where
a framework's layers cost several times that. What happens rarely stands in functions of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec
import uuid_utils

from passerby import logs
from passerby.dialects.common.unreadable import settled
from passerby.dialects.contract import Call, Credentials, Fault, Inquiry, Outcome, Reply, Request, RequestFault
from passerby.edge.answers import BROKEN, NOT_FOUND, fault_headers, start
from passerby.edge.asgi import Receive, Scope, Send
from passerby.edge.budget import Budget
from passerby.edge.commit import GroupCommit, Told
from passerby.edge.cors import preflight
from passerby.edge.directory import Directory, NoDirectory
from passerby.edge.headers import Headers
from passerby.edge.metrics import NO_DIALECT, Counts
from passerby.edge.rates import RateLimits
from passerby.edge.reading import ClientGone, Unread, read_rest
from passerby.edge.refusals import Noted, Refusals
from passerby.edge.routes import match as match_any
from passerby.edge.unpack import GZIP_MAGIC, unpack
from passerby.log.protocol import LogWriter
from passerby.proxies import FORWARDED, X_FORWARDED_FOR, X_REAL_IP, TrustedProxies
from passerby.sdk.serving import DIALECT as SDK
from passerby.settings import EdgeSettings

PROBED = "/"
"""The path that our own health check and load balancers ask for, to see whether anything answers: no client does."""

_log = logs.get("edge")
_uuid7 = uuid_utils.uuid7
_time_ns = time.time_ns

Clock = Callable[[], int]
Match = Callable[[str], Call | None]


def now() -> int:
    """The time in milliseconds."""
    return _time_ns() // 1_000_000


def new_id() -> str:
    """A UUIDv7 in canonical text."""
    return str(_uuid7())


class _Unauthorised(Exception):
    """The key of a request opens nothing, by this reply of its dialect; its body was not read."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


class Pending(NamedTuple):
    """What a request will be answered with once its messages are on disk."""

    call: Call
    reply: Reply


class Edge:
    """The application of one edge process. Made, called and closed within one running event loop."""

    def __init__(  # noqa: PLR0913 - all that an edge works with, each of it something else in a test
        self,
        credentials: Credentials,
        log: LogWriter,
        settings: EdgeSettings,
        clock: Clock = now,
        *,
        match: Match = match_any,
        directory: Directory | None = None,
        proxies: TrustedProxies | None = None,
    ) -> None:
        self.budget = Budget(settings.pending_bytes)
        self.counts = Counts()
        self.refusals = Refusals()
        self._credentials = credentials
        self.clock = clock
        self.proxies = proxies or TrustedProxies()
        self._match = match
        self._directory = directory or NoDirectory()
        self._rates = RateLimits(settings.rate_factor, time.monotonic)
        self._commit = GroupCommit(log, self.budget, clock)
        self._public_url = settings.public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        call = self._match(scope["path"])
        if call is None:
            self.counts.answered(NO_DIALECT, "unknown", NOT_FOUND.status)
            if scope["path"] != PROBED:
                self._note(None, NOT_FOUND.status, Fault.UNKNOWN_PATH.value, scope)
            await _send(send, NOT_FOUND)
            return
        try:
            reply = await self._take(call, scope, receive)
        except RequestFault as fault:
            await self._refuse(call, fault, scope, send)
        except _Unauthorised as refusal:
            await self._turn_away(call, refusal.reply, scope, send)
        except ClientGone:
            return
        except Exception:  # noqa: BLE001 - whatever it is, the client gets an answer and the next one too
            await self._confess(call, scope, send)
        else:
            self.counts.answered(call.dialect, call.name, reply.status)
            await _send(send, reply, origin=_origin(call, scope))

    async def _take(self, call: Call, scope: Scope, receive: Receive) -> Reply:
        """What a request is answered with; its messages are on disk when this returns.

        Raises RequestFault, _Unauthorised, ClientGone.
        """
        headers = dict(scope["headers"])
        method = scope["method"]
        if method not in call.methods:
            return _other_method(call, method, headers)
        length = headers.get(b"content-length")
        if length and int(length) > call.body_limit:
            raise Unread(Fault.TOO_LARGE)
        body = await self._body(call, scope, receive, headers)
        request = self._request(scope, headers, body)
        try:
            if call.inquire is None:
                outcome = call.handle(request, call.parameters, self._credentials)
            else:
                outcome = await self._inquire(call.inquire(request, call.parameters, self._credentials), len(body))
            outcome = settled(request, outcome)
            refused = outcome.reply.status >= 400  # noqa: PLR2004 - where errors begin
            if refused and not outcome.messages:
                return self._invalid(call, outcome.reply, scope, body)
            if call.rate:
                self._count_rate(call, outcome)
            if outcome.messages and (fault := await self._commit.keep(outcome.messages, len(body))):
                raise RequestFault(fault)  # noqa: TRY301 - to carry the body, as every other fault of this request
        except RequestFault as refusal:
            refusal.body = body
            raise
        return self._invalid(call, outcome.reply, scope, body) if refused else outcome.reply

    async def _body(self, call: Call, scope: Scope, receive: Receive, headers: dict[bytes, bytes]) -> bytes:
        """The body, read in full and unpacked. Raises RequestFault, _Unauthorised, ClientGone."""
        event = await receive()
        if event.get("more_body", True) or len(event["body"]) > call.body_limit:
            self._check_key(call, scope, headers)
            body = await read_rest(event, scope, receive, call.body_limit, self.budget)
        else:
            body = event["body"]
        if b"content-encoding" in headers or call.sniff_gzip:
            self._check_key(call, scope, headers)
            body = _unpacked(call, headers, body)
        return body

    def _request(self, scope: Scope, headers: dict[bytes, bytes], body: bytes) -> Request:
        return Request(
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            Headers(headers),
            body,
            self.clock(),
            self._client(scope, headers),
            new_id,
            self._public_url,
        )

    def _check_key(self, call: Call, scope: Scope, headers: dict[bytes, bytes]) -> None:
        """Raise _Unauthorised where the key outside of the body opens nothing: the rest of the body is not read."""
        if call.authorise is not None:
            reply = call.authorise(self._request(scope, headers, b""), call.parameters, self._credentials)
            if reply is not None:
                raise _Unauthorised(reply)

    def _client(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        """The client's address: the peer's, or what a trusted proxy says."""
        address: str = scope["client"][0] if scope["client"] else ""
        if X_FORWARDED_FOR in headers or FORWARDED in headers or X_REAL_IP in headers:
            return self.proxies.client(address, scope["headers"])
        return address

    def take_whole(self, request: Request, told: Told) -> Pending | None:
        """Take a request that came in one piece, without the steps of ASGI; `told` hears when it is on disk.

        None for all that is not simply accepted: ask through ASGI then, which knows about everything else. Nothing of
        the request is kept, and nothing counted, until then.
        """
        call = self._match(request.path)
        if (
            call is None
            or self.budget.spent
            or call.inquire is not None
            or request.method not in call.methods
            or len(request.body) > call.body_limit
            or (call.sniff_gzip and request.body.startswith(GZIP_MAGIC))
        ):
            return None
        try:
            outcome = call.handle(request, call.parameters, self._credentials)
            if request.unreadable:
                outcome = settled(request, outcome)
            if outcome.reply.status >= 400 or not outcome.messages:  # noqa: PLR2004 - where errors begin
                return None
            if call.rate:
                self._count_rate(call, outcome)
            self._commit.add(outcome.messages, len(request.body), told)
        except Exception:  # noqa: BLE001 - whatever it is, it happens again on the way that can answer it
            return None
        return Pending(call, outcome.reply)

    def _count_rate(self, call: Call, outcome: Outcome) -> None:
        """Count a request against its key's rate. Raises RateExceeded."""
        project = outcome.messages[0].project if outcome.messages else None
        self._rates.count(call, None if project is None else self._credentials.settings(project).rate_factor)

    def settle(self, pending: Pending, fault: Fault | None) -> Reply:
        """What such a request is answered with, now that this became of it."""
        call, reply = pending.call, pending.reply
        if fault is not None:
            self.counts.refused(call.dialect, fault.value)
            reply = call.fault(fault, "")
            reply = msgspec.structs.replace(reply, headers=(*reply.headers, *fault_headers(RequestFault(fault))))
        self.counts.answered(call.dialect, call.name, reply.status)
        return reply

    async def _inquire(self, asked: Outcome | Inquiry, size: int) -> Outcome:
        """What a call comes to that has to know something first; its body of this size is held for that long."""
        if isinstance(asked, Outcome):
            return asked
        if self.budget.spent:
            raise RequestFault(Fault.OVERLOADED)
        self.budget.taken += size
        try:
            while isinstance(asked, Inquiry):
                asked = asked.proceed(await self._directory.known(asked))
        finally:
            self.budget.taken -= size
        return asked

    def _invalid(self, call: Call, reply: Reply, scope: Scope, body: bytes) -> Reply:
        """The reply to what the dialect refused, which is noted."""
        self.counts.refused(call.dialect, "invalid")
        self._note(call, reply.status, "invalid", scope, body, answer=reply.body)
        return reply

    async def _refuse(self, call: Call, fault: RequestFault, scope: Scope, send: Send) -> None:
        reply = call.fault(fault.fault, fault.detail)
        self.counts.refused(call.dialect, fault.fault.value)
        self.counts.answered(call.dialect, call.name, reply.status)
        self._note(call, reply.status, fault.fault.value, scope, fault.body, detail=fault.detail)
        await _send(send, reply, fault_headers(fault), _origin(call, scope))

    async def _turn_away(self, call: Call, reply: Reply, scope: Scope, send: Send) -> None:
        """Refuse a request by its key, and end the connection, as its body is not read."""
        reason = Fault.UNKNOWN_KEY.value
        self.counts.refused(call.dialect, reason)
        self.counts.answered(call.dialect, call.name, reply.status)
        self._note(call, reply.status, reason, scope, answer=reply.body)
        await _send(send, reply, [("Connection", "close")])

    async def _confess(self, call: Call, scope: Scope, send: Send) -> None:
        """Answer a request that an exception stopped which nobody expected."""
        _log.exception("a request met a mistake of ours", dialect=call.dialect, call=call.name)
        self.counts.mistaken(call.dialect)
        self.counts.answered(call.dialect, call.name, BROKEN.status)
        self._note(call, BROKEN.status, "mistake", scope)
        await _send(send, BROKEN, origin=_origin(call, scope))

    def _note(  # noqa: PLR0913 - the fields of a rejected request
        self,
        call: Call | None,
        status: int,
        reason: str,
        scope: Scope,
        body: bytes = b"",
        *,
        detail: str = "",
        answer: bytes = b"",
    ) -> None:
        """Keep a rejected request with the code of its fault, and its detail or the dialect's own answer."""
        self.refusals.note(Noted(self.clock(), call, status, reason, scope, body, detail, answer))

    def close(self) -> None:
        """Finish what is being written. To be called when no request is open any more."""
        self._commit.close()


def _other_method(call: Call, method: str, headers: dict[bytes, bytes]) -> Reply:
    """The answer to a method that is not the call's own. Raises RequestFault for all but OPTIONS."""
    if method == "OPTIONS":
        return preflight(call, Headers(headers))
    raise RequestFault(Fault.METHOD_NOT_ALLOWED)


def _unpacked(call: Call, headers: dict[bytes, bytes], body: bytes) -> bytes:
    encoding = headers.get(b"content-encoding", b"").decode("latin-1")
    if call.sniff_gzip and body.startswith(GZIP_MAGIC):
        encoding = "gzip"
    return unpack(body, encoding, call.body_limit)


def _origin(call: Call, scope: Scope) -> bytes:
    """The origin of the page that calls, or b"". Files for every page are the same for all, so that caches keep one."""
    if call.dialect == SDK:
        return b""
    found = (value for name, value in scope["headers"] if name == b"origin")
    return bytes(next(found, b""))


async def _send(send: Send, reply: Reply, extra: Iterable[tuple[str, str]] = (), origin: bytes = b"") -> None:
    await send(start(reply, tuple(extra), origin))
    await send({"type": "http.response.body", "body": reply.body})


def create_app(  # noqa: PLR0913 - as above
    credentials: Credentials,
    log: LogWriter,
    settings: EdgeSettings | None = None,
    clock: Clock = now,
    *,
    match: Match = match_any,
    directory: Directory | None = None,
    proxies: TrustedProxies | None = None,
) -> Edge:
    """The ASGI application."""
    return Edge(credentials, log, settings or EdgeSettings(), clock, match=match, directory=directory, proxies=proxies)
