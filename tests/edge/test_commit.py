"""Group commit: concurrent requests share writes within limits, and each receives its result."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from tests.edge.edge_server import GatedLog
from tests.log.log_messages import numbered
from tests.positions import at

from passerby.dialects.contract import Fault, RequestFault
from passerby.edge.commit import GroupCommit, encode_within
from passerby.edge.limits import Budget
from passerby.log.protocol import LogFull
from passerby.log.sqlite.store import SqliteLogReader
from passerby.messages import Message

Test = Callable[[GroupCommit, GatedLog, Budget], Coroutine[Any, Any, None]]


def run(log: GatedLog, test: Test, limit: int = 1 << 20) -> None:
    """Run a test with a group commit of its own."""

    async def main() -> None:
        budget = Budget(limit)
        with closing(GroupCommit(log, budget, lambda: 1)) as commit:
            await test(commit, log, budget)
        await asyncio.sleep(0)

    asyncio.run(main())


def keep(commit: GroupCommit, messages: Sequence[Message], received: int) -> asyncio.Future[Fault | None]:
    """Add the messages of a request; the future is done when they are durable (`None`) or have failed."""
    outcome: asyncio.Future[Fault | None] = asyncio.get_running_loop().create_future()

    def settle(fault: Fault | None) -> None:
        if not outcome.done():  # a test gave it up
            outcome.set_result(fault)

    commit.add(messages, received, settle)
    return outcome


def test_messages_are_on_disk_when_they_are_acknowledged(log: GatedLog, kept: Callable[[], list[Any]]) -> None:
    async def test(commit: GroupCommit, _: GatedLog, budget: Budget) -> None:
        assert await keep(commit, numbered(1, 3), 100) is None
        assert kept() == numbered(1, 3)
        assert budget.taken == 0

    run(log, test)


def test_concurrent_messages_share_one_write(log: GatedLog) -> None:
    async def test(commit: GroupCommit, log: GatedLog, _: Budget) -> None:
        waiting = [keep(commit, numbered(number, number), 100) for number in range(10)]
        assert await asyncio.gather(*waiting) == [None] * 10
        assert log.writes == [10]

    run(log, test)


def test_a_write_holds_no_more_than_a_reader_can_take(log: GatedLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passerby.edge.commit.BATCH_MESSAGES", 4)

    async def test(commit: GroupCommit, log: GatedLog, _: Budget) -> None:
        waiting = [keep(commit, numbered(number, number + 2), 100) for number in range(5)]
        assert await asyncio.gather(*waiting) == [None] * 5
        assert log.writes == [6, 6, 3]

    run(log, test)


def test_nothing_more_is_taken_when_too_much_waits(log: GatedLog, kept: Callable[[], list[Any]]) -> None:
    async def test(commit: GroupCommit, log: GatedLog, budget: Budget) -> None:
        log.open.clear()
        first, second = keep(commit, numbered(1, 1), 100), keep(commit, numbered(2, 2), 100)
        assert budget.spent
        with pytest.raises(RequestFault) as refused:
            await keep(commit, numbered(3, 3), 100)
        assert refused.value.fault is Fault.OVERLOADED
        log.open.set()
        assert (await first, await second) == (None, None)
        assert not budget.taken
        assert await keep(commit, numbered(4, 4), 100) is None

    run(log, test, limit=sum(len(msgspec.json.encode(message)) for message in numbered(1, 2)))
    assert [message.id for message in kept()] == ["1", "2", "4"]


def test_a_refusing_log_is_reported_once_and_so_is_its_recovery(
    log: GatedLog, tmp_path: Path, lines: io.StringIO
) -> None:

    async def test(commit: GroupCommit, log: GatedLog, budget: Budget) -> None:
        log.fault = LogFull("no space")
        assert [await keep(commit, numbered(n, n), 100) for n in range(3)] == [Fault.UNAVAILABLE] * 3
        log.fault = None
        assert [await keep(commit, numbered(n, n), 100) for n in range(3)] == [None] * 3
        assert not budget.taken

    run(log, test)
    assert lines.getvalue().count("cannot write to the log") == 1
    assert lines.getvalue().count("writing to the log again") == 1
    with closing(SqliteLogReader(tmp_path / "log.db")) as reader:
        assert reader.head() == at(3)


def test_a_cancelled_wait_does_not_affect_other_readers(log: GatedLog, kept: Callable[[], list[Any]]) -> None:
    async def test(commit: GroupCommit, log: GatedLog, _: Budget) -> None:
        log.open.clear()
        given_up = keep(commit, numbered(1, 1), 100)
        await asyncio.sleep(0)
        given_up.cancel()
        later = keep(commit, numbered(2, 2), 100)
        log.open.set()
        assert await later is None

    run(log, test)
    assert len(kept()) == 2


def test_closing_finishes_what_was_begun(log: GatedLog, kept: Callable[[], list[Any]]) -> None:
    async def test(commit: GroupCommit, log: GatedLog, _: Budget) -> None:
        log.open.clear()
        begun = keep(commit, numbered(1, 1), 100)
        await asyncio.sleep(0)
        assert not begun.done()
        asyncio.get_running_loop().call_later(0.05, log.open.set)
        await asyncio.to_thread(log.open.wait)

    run(log, test)
    assert len(kept()) == 1


def test_on_a_fast_disk_the_event_loop_writes_by_itself(
    log: GatedLog, kept: Callable[[], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("passerby.edge.commit.THREAD_SECONDS", 0.0)
    monkeypatch.setattr("passerby.edge.commit.SLOW_SECONDS", 3_600.0)

    async def test(commit: GroupCommit, log: GatedLog, budget: Budget) -> None:
        waiting = [keep(commit, numbered(number, number), 100) for number in range(3)]
        assert await waiting[0] is None
        assert await keep(commit, numbered(3, 3), 100) is None
        assert not budget.taken
        log.fault = LogFull("no space")
        assert await keep(commit, numbered(4, 4), 100) is Fault.UNAVAILABLE
        assert set(log.threads) == {threading.main_thread()}

    run(log, test)
    assert log.writes == [3, 1]
    assert len(kept()) == 4


def test_when_the_disk_is_slow_the_thread_takes_over(log: GatedLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passerby.edge.commit.THREAD_SECONDS", 0.0)
    monkeypatch.setattr("passerby.edge.commit.SLOW_SECONDS", 0.0)

    async def test(commit: GroupCommit, log: GatedLog, _: Budget) -> None:
        monkeypatch.setattr("passerby.edge.commit.THREAD_SECONDS", 3_600.0)
        for number in range(3):
            assert await keep(commit, numbered(number, number), 100) is None
        main, *others = log.threads
        assert main is threading.main_thread()
        assert main not in others

    run(log, test)
    assert log.writes == [1, 1, 1]


def test_one_slow_write_among_fast_ones_is_not_a_slow_disk(log: GatedLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passerby.edge.commit.THREAD_SECONDS", 0.0)

    async def test(commit: GroupCommit, log: GatedLog, _: Budget) -> None:
        monkeypatch.setattr("passerby.edge.commit.THREAD_SECONDS", 3_600.0)
        for slow in (3_600.0, 0.0, 3_600.0, 0.0, 3_600.0):
            monkeypatch.setattr("passerby.edge.commit.SLOW_SECONDS", slow)
            assert await keep(commit, numbered(1, 1), 100) is None
        assert set(log.threads) == {threading.main_thread()}

    run(log, test)


def test_messages_out_of_all_proportion_to_their_request_are_refused_and_nothing_is_kept(log: GatedLog) -> None:
    many = [msgspec.structs.replace(message, name="x" * (1 << 20)) for message in numbered(0, 8)]

    async def test(commit: GroupCommit, log: GatedLog, budget: Budget) -> None:
        with pytest.raises(RequestFault) as caught:
            await keep(commit, many, 0)
        assert caught.value.fault is Fault.TOO_LARGE
        assert (budget.taken, log.writes) == (0, [])
        assert await keep(commit, many, 1 << 20) is None

    run(log, test, 64 << 20)


def test_messages_are_no_longer_encoded_once_they_are_too_large() -> None:
    with pytest.raises(RequestFault):
        encode_within(1_000, [*numbered(0, 100), cast("Message", object)])


def test_messages_beyond_the_pending_limit_are_rejected_until_there_is_space(log: GatedLog) -> None:
    large = [msgspec.structs.replace(message, name="x" * 600) for message in numbered(0, 0)]

    async def test(commit: GroupCommit, _: GatedLog, budget: Budget) -> None:
        waiting = keep(commit, large, 100)
        with pytest.raises(RequestFault) as caught:
            await keep(commit, large, 100)
        assert caught.value.fault is Fault.OVERLOADED
        assert await waiting is None
        assert await keep(commit, large * 5, 100) is None
        assert budget.taken == 0

    run(log, test, 1_000)
