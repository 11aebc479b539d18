"""What was refused, on its way to where people can see it: noted while a request is answered, written later.

An accepted request does nothing here. A refused one costs a few microseconds, and beyond so many a second less than
one: it is only counted.
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
from passerby.dialects.project_hint import KeyDirectory, project_of
from passerby.edge.headers import Head
from passerby.edge.metrics import NO_DIALECT
from passerby.proxies import TrustedProxies
from passerby.rejected_requests import redaction
from passerby.rejected_requests.protocol import RejectedWriter
from passerby.rejected_requests.record import NO_PROJECT, Count, Refused

WAITING: Final = 200
"""Refused requests that wait to be written, about a second's; more are counted only."""
BODY_BEGIN: Final = 8 << 10
BODY_END: Final = 1 << 10
"""Bytes held of a body that waits, at its two ends: keys stand before or behind a batch. As a whole, 200 bodies of
4 MB, each a few KB of gzip, would be held at once."""
EXCERPT_BYTES: Final = BODY_BEGIN + BODY_END
MINUTE_MS: Final = 60_000
_ERROR_MEMBERS: Final = frozenset(member for dialect in registry.ALL for member in dialect.error_members)
"""Where a path is no vendor's."""


class Rejection(NamedTuple):
    """A rejected request: the code of its fault, with its cause, or with the dialect's own answer.

    Of a large `body`, only the two ends are held.
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
    """The body, or the two ends of a large one."""
    if len(body) > EXCERPT_BYTES:
        return bytes(body[:BODY_BEGIN] + b"\n" + body[-BODY_END:])
    return bytes(body)


class RejectionBuffer:
    """Notes refused requests for one event loop, up to a number; `take` hands them over."""

    def __init__(self) -> None:
        self._noted: list[Rejection] = []
        self._left_out: Counter[tuple[str, int]] = Counter()

    def note(self, noted: Rejection) -> None:
        """Keep this for later, or only count it where too much waits."""
        if len(self._noted) < WAITING:
            self._noted.append(noted._replace(body=excerpt(noted.body)))
        else:
            self._left_out[dialect_of(noted.call), noted.at - noted.at % MINUTE_MS] += 1

    def take(self) -> tuple[list[Rejection], Counter[tuple[str, int]]]:
        """What was noted since the last time, and how many there were beside that, by dialect and minute (ms)."""
        taken = self._noted, self._left_out
        self._noted, self._left_out = [], Counter()
        return taken


def dialect_of(call: Call | None) -> str:
    """The dialect of a call; the word for none where a path is no vendor's."""
    return call.dialect if call else NO_DIALECT


class RejectionWriter:
    """Writes what was noted, redacted, under the project whose key came with it.

    Slow: for a thread beside the requests. Who calls while another thread is at it waits for that.
    """

    def __init__(self, writer: RejectedWriter, credentials: KeyDirectory, proxies: TrustedProxies) -> None:
        self._lock = threading.Lock()
        self._writer = writer
        self._credentials = credentials
        self._proxies = proxies

    def keep(self, noted: Sequence[Rejection], left_out: Counter[tuple[str, int]]) -> None:
        """Write these. What was only counted belongs to no project: nobody looked whose it was."""
        refused = [self._record(each) for each in noted]
        counts: Counter[tuple[int, int, str]] = Counter()
        for each in refused:
            counts[each.project, each.at - each.at % MINUTE_MS, each.dialect] += 1
        for (dialect, minute), count in left_out.items():
            counts[NO_PROJECT, minute, dialect] += count
        if counts:
            with self._lock:
                self._writer.keep(refused, [Count(*key, count) for key, count in counts.items()])

    def count_uses(self, uses: Mapping[int, int], now: int) -> None:
        """Add how many times keys were used, by their ids, to the minute of `now` (ms)."""
        if uses:
            with self._lock:
                self._writer.count_uses(uses, now)

    def tidy(self, now: int) -> None:
        """Let go of what is too old by `now` (ms)."""
        with self._lock:
            self._writer.tidy(now)

    def _record(self, noted: Rejection) -> Refused:
        call, head = noted.call, noted.head
        parameters = call.parameters if call else {}
        # Of several headers of one name the last counts, as for an accepted request.
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        parts = RequestParts(parameters, head.query, headers, noted.body)
        dialect = dialect_of(call)
        return Refused(
            project=project_of(dialect, parts, self._credentials) or NO_PROJECT,
            at=noted.at,
            dialect=dialect,
            call=call.name if call else "unknown",
            status=noted.status,
            reason=noted.reason,
            cause=noted.cause,
            answer=_messages(noted.answer.decode("utf-8", "replace"), dialect)[: redaction.TEXT_LIMIT],
            method=head.method,
            path=redaction.path(head.path, head.query, parameters.values()),
            client=redaction.client(self._proxies.client(head.client, head.headers)),
            body=redaction.body(noted.body),
        )


def _messages(answer: str, dialect: str) -> str:
    """Return the sentences of a vendor's JSON error, else its text.

    They are the dialect's `error_members` at any depth: a batch has one for each bad entry.
    """
    spoken = registry.NAMED.get(dialect)
    members = spoken.error_members if spoken else _ERROR_MEMBERS
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
