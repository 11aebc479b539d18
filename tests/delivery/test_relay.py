"""Rows of the outbox reach a sink in order and at least once, whatever fails in between."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Collection, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from tests.delivery.outboxes import MemoryOutbox
from tests.delivery.sinks import Killed, MemorySink
from tests.positions import at

from passerby.delivery import metrics
from passerby.delivery import relay as relays
from passerby.delivery.protocol import SinkFailed
from passerby.delivery.relay import Relay
from passerby.outbox.protocol import Delivered, OutboxBatch

PATIENCE_SECONDS = 30


def deliver_all(relay: Relay) -> None:
    while relay.step().batches:
        pass


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.fixture
def outbox() -> MemoryOutbox:
    return MemoryOutbox()


@pytest.fixture
def sink() -> MemorySink:
    return MemorySink(Delivered())


class TestAStep:
    def test_rows_are_delivered_and_recorded(self, sink: MemorySink) -> None:
        outbox = MemoryOutbox(3)
        assert Relay(outbox, sink).step() == (3, 30, False)
        assert sink.deliveries == [[1, 2, 3]]
        assert sink.recorded == sink.flushed == Delivered(3, at(30))
        assert outbox.committed == {"events": 3}

    def test_nothing_is_delivered_where_nothing_is(self, outbox: MemoryOutbox, sink: MemorySink) -> None:
        assert Relay(outbox, sink).step() == (0, 0, False)
        assert (outbox.calls, sink.deliveries) == ([], [])

    def test_a_delivery_holds_about_so_many_events(self, monkeypatch: pytest.MonkeyPatch, sink: MemorySink) -> None:
        monkeypatch.setattr(relays, "LIMIT_ROWS", 25)
        relay = Relay(MemoryOutbox(7), sink)
        assert [relay.step() for _ in range(4)] == [(3, 30, True), (3, 30, True), (1, 10, False), (0, 0, False)]

    def test_a_delivery_holds_about_so_many_bytes(self, monkeypatch: pytest.MonkeyPatch, sink: MemorySink) -> None:
        outbox = MemoryOutbox(5)
        monkeypatch.setattr(relays, "LIMIT_BYTES", len(outbox.batches[0].body) * 3 // 2)
        relay = Relay(outbox, sink)
        assert [relay.step().batches for _ in range(4)] == [2, 2, 1, 0]

    def test_a_sink_is_notified_when_it_has_caught_up(self, monkeypatch: pytest.MonkeyPatch, sink: MemorySink) -> None:
        monkeypatch.setattr(relays, "LIMIT_ROWS", 10)
        outbox = MemoryOutbox(2)
        relay = Relay(outbox, sink)
        deliver_all(relay)
        assert sink.calls == ["deliver", "deliver", "caught up"]

    def test_progress_is_committed_from_time_to_time(self, outbox: MemoryOutbox, sink: MemorySink) -> None:
        relay = Relay(outbox, sink)
        for _ in range(9):
            outbox.add()
            relay.step()
        assert sink.recorded == Delivered(9, at(90))
        assert (outbox.calls, sink.flushed) == (["commit 1"], Delivered(1, at(10)))


class TestWhatIsVisible:
    def test_messages_without_events_are_visible_when_the_rest_is(self, outbox: MemoryOutbox, sink: MemorySink) -> None:
        relay = Relay(outbox, sink)
        outbox.add()
        outbox.ahead = 5
        relay.step()
        assert sink.recorded == Delivered(1, at(10))
        relay.step()
        assert sink.recorded == Delivered(1, at(15))

    def test_the_metric_shows_it(self, outbox: MemoryOutbox, sink: MemorySink) -> None:
        outbox.add(2)
        Relay(outbox, sink).step()
        assert metrics.VISIBLE.labels(0)._value.get() == 20  # noqa: SLF001 - the library shows it nowhere else


class TestWhereItContinues:
    def test_after_a_crash_at_the_last_flush(self, sink: MemorySink) -> None:
        outbox = MemoryOutbox(2)
        relay = Relay(outbox, sink)
        relay.step()
        outbox.add(2)
        relay.step()
        sink.restart()
        outbox.add()
        deliver_all(Relay(outbox, sink))
        assert sink.deliveries == [[1, 2], [3, 4], [3, 4, 5]]

    def test_a_sink_without_a_record_adopts_the_outboxs(self) -> None:
        outbox, sink = MemoryOutbox(5), MemorySink()
        outbox.committed = {"events": 3}
        Relay(outbox, sink).step()
        assert sink.deliveries == [[4, 5]]
        assert sink.recorded == Delivered(5, at(50))

    def test_a_sink_without_a_record_keeps_one_where_nothing_is_to_be_delivered(self) -> None:
        outbox, sink = MemoryOutbox(3), MemorySink()
        outbox.committed = {"events": 3}
        Relay(outbox, sink).step()
        assert sink.flushed == Delivered(3, at(30))

    def test_a_state_that_was_restored_from_an_older_copy_is_delivered_again(self) -> None:
        outbox, sink = MemoryOutbox(5), MemorySink(Delivered(9, at(90)))
        outbox.committed = {"events": 3}
        Relay(outbox, sink).step()
        assert sink.deliveries == [[4, 5]]
        assert sink.recorded == Delivered(5, at(50))

    def test_a_sink_that_lost_something_is_filled_again(self, sink: MemorySink) -> None:
        outbox = MemoryOutbox(2)
        refills = metrics.REFILLS._value.get()  # noqa: SLF001 - as above
        relay = Relay(outbox, sink)
        relay.step()
        sink.broken = True
        outbox.add()
        relay.step()
        assert sink.deliveries == [[1, 2], [1, 2, 3]]
        assert metrics.REFILLS._value.get() == refills + 1  # noqa: SLF001 - as above

    def test_rows_that_are_delivered_again_are_not_pruned_meanwhile(
        self, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(relays, "LIMIT_ROWS", 10)
        outbox = MemoryOutbox(3)
        relay = Relay(outbox, sink)
        deliver_all(relay)
        monkeypatch.setattr(relay, "_commit_at", 0.0)
        relay.step()
        sink.broken = True
        relay.step()
        assert outbox.calls == ["commit 1", "commit 3", "commit 0"]

    def test_rows_that_are_no_longer_there_hold_nothing_up(self, sink: MemorySink) -> None:
        outbox = MemoryOutbox(4)
        del outbox.batches[:2]
        Relay(outbox, sink).step()
        assert sink.recorded == Delivered(4, at(40))

    @given(seed=st.integers(0, 1 << 30))
    def test_whenever_it_is_killed_every_row_is_there(self, seed: int) -> None:
        rng = random.Random(seed)
        outbox, sink = MemoryOutbox(), MemorySink(Delivered())
        for _ in range(12):
            outbox.add(rng.randrange(4))
            faults: list[BaseException] = rng.choice([sink.before, sink.after, []])
            faults.append(Killed())
            with contextlib.suppress(Killed):
                relay = Relay(outbox, sink)
                relay.step()
                relay.step()
            sink.restart()
        sink.before.clear()
        sink.after.clear()
        deliver_all(Relay(outbox, sink))
        assert list(sink.kept.values()) == outbox.batches


class TestDeletions:
    def test_profiles_are_erased_in_the_step_after_the_delivery(self, outbox: MemoryOutbox, sink: MemorySink) -> None:
        outbox.add(2)
        outbox.to_delete = [(1, "a"), (1, "b"), (2, "c")]
        Relay(outbox, sink).step()
        assert sink.calls == ["deliver", "caught up", "erase", "erase"]
        assert sink.erased == [(1, ("a", "b")), (2, ("c",))]
        assert outbox.calls[-2:] == ["deleted 2", "deleted 1"]
        Relay(outbox, sink).step()
        assert len(sink.erased) == 2

    def test_a_sink_receives_the_profiles_whose_events_it_must_not_store(
        self, outbox: MemoryOutbox, sink: MemorySink
    ) -> None:
        outbox.add(1)
        outbox.delete(1, "a")
        relay = Relay(outbox, sink)
        relay.step()
        outbox.add(1)
        relay.step()
        assert sink.withheld == [{"a"}, set()]

    def test_one_that_was_interrupted_is_repeated(self, outbox: MemoryOutbox, sink: MemorySink) -> None:
        outbox.to_delete = [(1, "a")]
        sink.after.append(Killed())
        with pytest.raises(Killed):
            Relay(outbox, sink).step()
        Relay(outbox, sink).step()
        assert sink.erased == [(1, ("a",))] * 2
        assert outbox.to_delete == []

    def test_one_that_fails_holds_up_neither_events_nor_what_is_visible(
        self, outbox: MemoryOutbox, sink: MemorySink
    ) -> None:
        outbox.add(1)
        outbox.ahead = 5
        outbox.to_delete = [(1, "a")]
        sink.undeletable = True
        relay = Relay(outbox, sink)
        for delivered in (Delivered(1, at(10)), Delivered(1, at(15))):
            with pytest.raises(SinkFailed):
                relay.step()
            assert sink.recorded == delivered
        assert outbox.to_delete == [(1, "a")]


class TestTheThread:
    @pytest.fixture
    def running(self, outbox: MemoryOutbox, sink: MemorySink) -> Iterator[Relay]:
        relay = Relay(outbox, sink, pause_seconds=0.005)
        relay.start()
        yield relay
        assert relay.stop(PATIENCE_SECONDS)

    @pytest.mark.usefixtures("running")
    def test_it_delivers_what_comes(self, outbox: MemoryOutbox, sink: MemorySink) -> None:
        for number in range(1, 6):
            outbox.add()
            until(lambda number=number: number in sink.kept)  # type: ignore[misc]

    def test_it_makes_its_progress_durable_when_it_is_stopped(self, outbox: MemoryOutbox, sink: MemorySink) -> None:
        relay = Relay(outbox, sink, pause_seconds=0.005)
        relay.start()
        for number in range(1, 6):
            outbox.add()
            until(lambda number=number: number in sink.kept)  # type: ignore[misc]
        assert relay.stop(PATIENCE_SECONDS)
        assert sink.flushed == Delivered(5, at(50))
        assert outbox.committed == {"events": 5}

    def test_a_nudge_is_answered_before_the_pause_is_over(
        self, outbox: MemoryOutbox, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(relays, "GATHER_SECONDS", 3_600)
        outbox.add()
        relay = Relay(outbox, sink, pause_seconds=3_600)
        relay.start()
        until(lambda: 1 in sink.kept)
        for number in range(2, 5):
            outbox.add()
            until(lambda number=number: nudged(relay, sink, number))  # type: ignore[misc]
        assert relay.stop(PATIENCE_SECONDS)

    def test_full_deliveries_follow_each_other_at_once(
        self, outbox: MemoryOutbox, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(relays, "GATHER_SECONDS", 3_600)
        monkeypatch.setattr(relays, "LIMIT_ROWS", 10)
        outbox.add(20)
        relay = Relay(outbox, sink, pause_seconds=3_600)
        relay.start()
        until(lambda: len(sink.kept) == 20)
        assert relay.stop(PATIENCE_SECONDS)

    def test_it_continues_after_errors_and_reports_them(
        self, outbox: MemoryOutbox, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(relays, "FIRST_RETRY_SECONDS", 0.001)
        sink.before += [OSError("disk"), SinkFailed("EventStoreFailed", "MEMORY_LIMIT_EXCEEDED")]
        outbox.add()
        relay = Relay(outbox, sink, pause_seconds=0.001)
        with capture_logs() as lines:
            relay.start()
            until(lambda: 1 in sink.kept)
            assert relay.stop(PATIENCE_SECONDS)
        assert [(line["fault"], line["reason"]) for line in lines] == [
            ("EventStoreFailed", "MEMORY_LIMIT_EXCEEDED"),
            ("OSError", ""),
        ]
        assert lines[1]["seconds"] > lines[0]["seconds"]

    def test_it_stops_while_it_waits_to_try_again(
        self, outbox: MemoryOutbox, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(relays, "FIRST_RETRY_SECONDS", 3_600)
        sink.before.append(OSError())
        outbox.add()
        relay = Relay(outbox, sink)
        relay.start()
        until(lambda: not sink.before)
        assert relay.stop(PATIENCE_SECONDS)

    def test_it_says_when_it_could_not_stop_in_time(self, outbox: MemoryOutbox) -> None:
        slow = Slow(Delivered())
        outbox.add()
        relay = Relay(outbox, slow)
        relay.start()
        until(lambda: slow.writing)
        assert not relay.stop(0.01)
        slow.let_go = True
        assert relay.stop(PATIENCE_SECONDS)


def nudged(relay: Relay, sink: MemorySink, row: int) -> bool:
    relay.nudge()
    return row in sink.kept


class Slow(MemorySink):
    """A sink whose deliveries last until they are let go."""

    writing = False
    let_go = False

    def deliver(self, batches: Sequence[OutboxBatch], erased: Collection[str]) -> None:
        self.writing = True
        until(lambda: self.let_go)
        super().deliver(batches, erased)
