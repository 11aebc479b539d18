"""Buffers rejected requests in memory and flushes them once a second.

A rejected request costs a few microseconds. Above `BUFFERED` a second it is only counted, so a flood of bad requests
cannot fill the memory or slow the accepted ones.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from passerby.dialects import registry
from passerby.dialects.common.causes import Cause
from passerby.dialects.contract import Call
from passerby.dialects.dialect import RequestParts
from passerby.edge.headers import Head
from passerby.edge.metrics import NO_DIALECT
from passerby.proxies import TrustedProxies
from passerby.rejected_requests import redaction
from passerby.rejected_requests.protocol import RejectedWriter
from passerby.rejected_requests.record import NO_PROJECT, Count, RejectedRequest

BUFFERED: Final = 200
"""Rejected requests held until the next flush, a second later; further ones are only counted."""
BODY_BEGIN: Final = 8 << 10
BODY_END: Final = 1 << 10
"""Bytes held of the beginning and the end of a body: clients send their key before or after the batch. Whole bodies
could be 200 times 4 MB, each sent as a few KB of gzip."""
EXCERPT_BYTES: Final = BODY_BEGIN + BODY_END
MINUTE_MS: Final = 60_000
_ERROR_MEMBERS: Final = frozenset(member for dialect in registry.ALL for member in dialect.error_members)
"""The members of all dialects together, for requests to an unknown path."""


class CapturedRequest(NamedTuple):
    """A rejected request: the code of its fault with the cause, or with the dialect's own error `answer`.

    A large `body` is reduced to an `excerpt`.
    """

    at: int
    call: Call | None
    status: int
    reason: str
    head: Head
    body: bytes
    cause: Cause | None = None
    answer: bytes = b""


def excerpt(body: bytes | bytearray) -> bytes:
    """Return a body, or the beginning and the end of a large one."""
    if len(body) > EXCERPT_BYTES:
        return bytes(body[:BODY_BEGIN] + b"\n" + body[-BODY_END:])
    return bytes(body)


class RejectionBuffer:
    """A bounded buffer of rejected requests. Not thread-safe."""

    def __init__(self) -> None:
        self._buffered: list[CapturedRequest] = []
        self._uncaptured: Counter[tuple[str, int]] = Counter()

    def add(self, rejection: CapturedRequest) -> None:
        """Buffer a rejected request; only count it if the buffer is full."""
        if len(self._buffered) < BUFFERED:
            self._buffered.append(rejection._replace(body=excerpt(rejection.body)))
        else:
            self._uncaptured[dialect_of(rejection.call), rejection.at - rejection.at % MINUTE_MS] += 1

    def take(self) -> tuple[list[CapturedRequest], Counter[tuple[str, int]]]:
        """Empty the buffer: return its requests, and the number of uncaptured ones by dialect and minute (ms)."""
        taken = self._buffered, self._uncaptured
        self._buffered, self._uncaptured = [], Counter()
        return taken


def dialect_of(call: Call | None) -> str:
    """Return the dialect of a call, `NO_DIALECT` for an unknown path."""
    return call.dialect if call else NO_DIALECT


class RejectionWriter:
    """Redacts rejected requests and writes them under the project of the key in each.

    To be called from background threads, which it serialises: the writer's connection belongs to one thread at a time.
    """

    def __init__(self, writer: RejectedWriter, credentials: registry.KeyDirectory, proxies: TrustedProxies) -> None:
        self._lock = threading.Lock()
        self._writer = writer
        self._credentials = credentials
        self._proxies = proxies

    def write(self, rejections: Sequence[CapturedRequest], uncaptured: Counter[tuple[str, int]]) -> None:
        """Write what `RejectionBuffer.take` returns. Uncaptured requests are counted for no project."""
        rejected = []
        for rejection in rejections:
            call, head = rejection.call, rejection.head
            parameters = call.parameters if call else {}
            # Of several headers with one name the last, as for an accepted request.
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
            parts = RequestParts(parameters, head.query, headers, rejection.body)
            dialect = dialect_of(call)
            record = RejectedRequest(
                project=registry.project_hint(dialect, parts, self._credentials) or NO_PROJECT,
                at=rejection.at,
                dialect=dialect,
                call=call.name if call else "unknown",
                status=rejection.status,
                reason=rejection.reason,
                cause=rejection.cause,
                answer=_messages(rejection.answer.decode("utf-8", "replace"), dialect)[: redaction.TEXT_LIMIT],
                method=head.method,
                path=redaction.path(head.path, head.query, parameters.values()),
                client=redaction.client(self._proxies.client(head.client, head.headers)),
                body=redaction.body(rejection.body),
            )
            rejected.append(record)
        counts: Counter[tuple[int, int, str]] = Counter()
        for each in rejected:
            counts[each.project, each.at - each.at % MINUTE_MS, each.dialect] += 1
        for (dialect, minute), count in uncaptured.items():
            counts[NO_PROJECT, minute, dialect] += count
        if counts:
            with self._lock:
                self._writer.add(rejected, [Count(*key, count) for key, count in counts.items()])

    def count_uses(self, uses: Mapping[int, int], now: int) -> None:
        """Add the number of uses of keys, by their ids, to the minute of `now` (ms)."""
        if uses:
            with self._lock:
                self._writer.count_uses(uses, now)

    def prune(self, now: int) -> None:
        """Delete expired requests at `now` (ms), and aggregate old counts."""
        with self._lock:
            self._writer.prune(now)


def _messages(answer: str, dialect: str) -> str:
    """Return the sentences of a dialect's JSON error; the text itself if it is not JSON or has none.

    Sentences are the values of the dialect's `error_members` at any depth: a batch has one for each rejected entry.
    """
    named = registry.NAMED.get(dialect)
    members = named.error_members if named else _ERROR_MEMBERS
    if not answer.startswith("{"):
        return answer
    try:
        found = list(_sentences(msgspec.json.decode(answer), members))
    except (msgspec.DecodeError, RecursionError):
        return answer
    return " ".join(found) or answer


def _sentences(answer: object, members: Container[str]) -> Iterator[str]:
    if isinstance(answer, dict):
        for name, value in answer.items():
            if isinstance(value, str) and value and name in members:
                yield value
            else:
                yield from _sentences(value, members)
    elif isinstance(answer, list):
        for each in answer:
            yield from _sentences(each, members)
