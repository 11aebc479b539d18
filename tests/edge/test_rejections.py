"""Rejected requests are buffered after the response and written later; a flood of them costs little."""

from __future__ import annotations

import asyncio
import io
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.dialects.dialect_calls import APP_ID, MOBILE_KEY, PROJECT, TRACK, WRITE_KEY, Keys
from tests.edge.client import Client
from tests.edge.edge_server import RunningEdge, until
from tests.edge.test_maintenance import run_until

from passerby.dialects.common.causes import Cause
from passerby.dialects.contract import Call, Outcome
from passerby.edge import rejections
from passerby.edge.headers import Head
from passerby.edge.maintenance import write_rejections
from passerby.edge.rejections import CapturedRequest, RejectionBuffer, RejectionWriter
from passerby.edge.shared import match
from passerby.proxies import TrustedProxies
from passerby.rejected_requests.record import NO_PROJECT
from passerby.rejected_requests.sqlite.store import SqliteRejectedReader, SqliteRejectedWriter

EVENT = b'{"mobileId":"m1","event":"Viewed"}'
MINUTE = 60_000
PADDING = "x" * 100_000


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SqliteRejectedWriter]:
    with closing(SqliteRejectedWriter(tmp_path / "refused.db")) as writer:
        yield writer


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[SqliteRejectedReader]:
    with closing(SqliteRejectedReader(tmp_path / "refused.db")) as reader:
        yield reader


@pytest.fixture
def rejection_writer(writer: SqliteRejectedWriter) -> RejectionWriter:
    return RejectionWriter(writer, Keys(), TrustedProxies())


def noted(**fields: Any) -> CapturedRequest:
    return CapturedRequest(
        **{
            "at": 5 * MINUTE + 1,
            "call": None,
            "status": 404,
            "reason": "r",
            "head": Head("GET", "/nothing", "", [], ""),
            "body": b"",
            **fields,
        }
    )


@pytest.mark.parametrize("size", [0, 9 << 10, (9 << 10) + 1, 4_000_000])
def test_little_is_held_of_a_large_body_that_waits(size: int) -> None:
    waiting = RejectionBuffer()
    waiting.add(noted(body=b"b" * size))
    [held] = waiting.take()[0]
    assert len(held.body) == min(size, (9 << 10) + (size > 9 << 10))


@pytest.mark.parametrize(
    "sent", [f'{{"writeKey":"{WRITE_KEY}","batch":["{PADDING}"', f'{{"batch":["{PADDING}"],"writeKey":"{WRITE_KEY}"']
)
def test_the_project_of_a_large_body_is_found_by_the_key_at_either_end(
    rejection_writer: RejectionWriter, reader: SqliteRejectedReader, sent: str
) -> None:
    waiting = RejectionBuffer()
    waiting.add(noted(call=match("/v1/batch"), body=sent.encode()))
    rejection_writer.write(*waiting.take())
    assert len(reader.newest([PROJECT], limit=10)) == 1


def test_an_accepted_request_is_not_recorded_as_rejected(edge: RunningEdge, client: Client) -> None:
    assert client.ask(TRACK, EVENT).status == 202
    assert edge.edge.rejections.take() == ([], Counter())


def test_a_probe_whether_anything_answers_leaves_nothing_either(edge: RunningEdge, client: Client) -> None:
    assert client.ask("/", method="GET").status == 404
    assert edge.edge.rejections.take() == ([], Counter())


def test_what_is_refused_is_kept_under_the_project_of_its_key(
    edge: RunningEdge, client: Client, rejection_writer: RejectionWriter, reader: SqliteRejectedReader
) -> None:
    assert client.ask(TRACK, b"no json").status == 400
    assert client.ask(TRACK, b"{}").status == 400
    assert client.ask(TRACK.replace(MOBILE_KEY, "another-key-0"), EVENT).status == 401
    assert client.ask("/no/such/path", method="GET").status == 404
    assert client.ask("/api/v4/external_ids", f'{{"id":"{APP_ID}"}}'.encode()).status in {400, 404}
    until(lambda: len(edge.edge.rejections._buffered) == 5)  # noqa: SLF001 - how many wait
    rejection_writer.write(*edge.edge.rejections.take())
    *_, unknown, invalid, not_json = reader.newest([PROJECT, NO_PROJECT], limit=10)
    assert (not_json.project, not_json.reason) == (PROJECT, "not_json")
    assert not_json.cause == Cause("malformed", {"problem": "Expecting value: line 1 column 1 (char 0)"})
    assert not_json.answer == ""
    assert (not_json.body, not_json.status, not_json.method) == ("no json", 400, "POST")
    assert not_json.client == "127.0.0.0/24"
    assert invalid.reason == "invalid"
    assert "event" in invalid.answer
    assert (unknown.project, unknown.reason) == (NO_PROJECT, "unknown_key")
    assert unknown.path == "/api/v1/mobile/anot…/track"
    assert unknown.body == EVENT.decode()
    assert [each.dialect for each in reader.newest([NO_PROJECT], limit=10)][-2:] == ["none", "crossengage"]


def test_an_internal_error_is_captured(start: Callable[..., RunningEdge], lines: io.StringIO) -> None:
    def breaks(*_: object) -> Outcome:
        raise ZeroDivisionError

    def match(path: str) -> Call:
        del path
        return Call("segment", "track", frozenset({"GET"}), 100, {}, breaks, lambda *_: pytest.fail("no fault"))

    running = start(match=match)
    with closing(Client(running.port)) as client:
        assert client.ask("/", method="GET").status == 500
    ((one,), _) = running.edge.rejections.take()
    assert (one.reason, one.status) == ("internal_error", 500)
    assert "internal error while handling" in lines.getvalue()


def test_beyond_what_is_written_they_are_only_counted(
    rejection_writer: RejectionWriter, reader: SqliteRejectedReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejections, "BUFFERED", 3)
    queue = RejectionBuffer()
    for _ in range(10):
        queue.add(noted())
    rejection_writer.write(*queue.take())
    assert len(reader.newest([NO_PROJECT], limit=100)) == 3
    assert reader.counted(NO_PROJECT, 0, 10 * MINUTE, 60) == [("none", 5 * MINUTE, 10)]
    assert queue.take() == ([], Counter())


def test_nothing_is_written_for_an_empty_buffer(
    rejection_writer: RejectionWriter, reader: SqliteRejectedReader
) -> None:
    rejection_writer.write([], Counter())
    assert reader.head() == 0


def test_a_failed_write_does_not_end_the_periodic_task(
    writer: SqliteRejectedWriter, reader: SqliteRejectedReader, lines: io.StringIO
) -> None:
    class Failing(RejectionWriter):
        tries = 0

        def write(self, rejections: Any, uncaptured: Any) -> None:
            Failing.tries += 1
            if Failing.tries == 1:
                raise apsw.FullError("disk")
            super().write(rejections, uncaptured)

    queue = RejectionBuffer()

    async def tasks() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(write_rejections(queue, Failing(writer, Keys(), TrustedProxies()), _now, seconds=0.001))
            group.create_task(_rejecting(queue))

    run_until(tasks(), lambda: reader.head() > 1)
    assert "cannot write rejected requests" in lines.getvalue()


def _now() -> int:
    return time.time_ns() // 1_000_000


async def _rejecting(queue: RejectionBuffer) -> None:
    while True:
        queue.add(noted(at=_now()))
        await asyncio.sleep(0.002)


def test_uses_of_keys_are_written(rejection_writer: RejectionWriter, reader: SqliteRejectedReader) -> None:
    rejection_writer.count_uses({}, MINUTE)
    assert reader.uses(MINUTE) == {}
    rejection_writer.count_uses({3: 2}, MINUTE + 1)
    assert reader.uses(MINUTE + 1) == {3: (MINUTE, 2)}


@pytest.mark.parametrize(
    "sent, status, kept",
    [
        ('{"field":"event","type":"NOT_NULL","message":"event is required."}', 400, "event is required."),
        ('{"errors":[{"code":"2","title":"Invalid Field","details":"Send a name."}]}', 400, "Send a name."),
        (
            '{"updated":[{"id":"a","success":true},{"errors":[{"message":"No id."},{"message":"No email."}]}]}',
            400,
            "No id. No email.",
        ),
        ('{"error":{"code":"no","message":"No such key.","details":{}}}', 401, "No such key."),
        ('{"status":false}', 400, '{"status":false}'),
        ('{"message":', 400, '{"message":'),
        ('{"a":' * 100_000, 400, ('{"a":' * 100)),
        ("plain words", 400, "plain words"),
        ("", 401, ""),
    ],
)
def test_the_sentences_of_a_json_error_are_stored(
    rejection_writer: RejectionWriter, reader: SqliteRejectedReader, sent: str, status: int, kept: str
) -> None:
    rejection_writer.write([noted(answer=sent.encode(), status=status)], Counter())
    (found,) = reader.newest([NO_PROJECT], limit=1)
    assert found.answer == kept
