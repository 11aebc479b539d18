"""Carrying events from the outbox into the store, whatever happens in between."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from tests.delivery.outboxes import MemoryOutbox
from tests.event_store.chdb.making import ANN, BOB, PROJECT, numbered
from tests.positions import at

from passerby.delivery import relay as relays
from passerby.delivery.relay import Relay
from passerby.event_store.chdb.store import ChdbEventStore
from passerby.event_store.protocol import EventStoreFailed
from passerby.outbox.protocol import OutboxBatch
from passerby.positions import Position, Positions

PATIENCE_SECONDS = 30


class Writable(Protocol):
    """As much of a store as is written to here."""

    def write(self, rows: bytes, token: str) -> None: ...


class Killed(BaseException):
    """What a kill is to the code that it hits."""


class Ledger:
    """Keeps batches, each once for its token: what a store promises, and no more."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.tokens: set[str] = set()

    def write(self, rows: bytes, token: str) -> None:
        if token not in self.tokens:
            self.tokens.add(token)
            self.kept.append(rows)


class Watched:
    """A store that notes what is asked of it, and can fail before or after it has done it."""

    def __init__(self, store: Writable | None = None) -> None:
        self.store = store
        self.calls: list[str] = []
        self.tokens: list[str] = []
        self.rows: list[bytes] = []
        self.before: list[BaseException] = []
        self.after: list[BaseException] = []
        self.refilling = False
        self.damaged = False
        self.undeletable = False

    def write(self, rows: bytes, token: str) -> None:
        self.tokens.append(token)
        self._do("write", rows, token)

    def refill(self, rows: bytes) -> None:
        self._do("refill", rows, "")

    def delete(self, project: int, profiles: Sequence[str]) -> None:
        self.calls.append(f"delete {project} {' '.join(profiles)}")
        if self.undeletable:
            raise EventStoreFailed
        if self.after:
            raise self.after.pop()

    def refilled(self) -> None:
        self.calls.append("refilled")
        self.refilling = False

    def heal(self) -> None:
        self.calls.append("heal")
        self.damaged, self.refilling = False, True

    def _do(self, call: str, rows: bytes, token: str) -> None:
        if self.before:
            raise self.before.pop()
        self.calls.append(call)
        self.rows.append(rows)
        if self.store:
            self.store.write(rows, token)
        if self.after:
            raise self.after.pop()


def positions(store: ChdbEventStore) -> list[int]:
    return sorted(event.position for event in store.timeline(PROJECT, [ANN], limit=10_000))


def carry_all(relay: Relay) -> None:
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
def running(outbox: MemoryOutbox) -> Iterator[Relay]:
    """A relay at work in its thread, on a store that keeps nothing."""
    relay = Relay(outbox, Watched(), pause_seconds=0.005)
    relay.start()
    yield relay
    assert relay.stop(PATIENCE_SECONDS)


class TestAStep:
    def test_a_range_is_planned_then_written_then_done(self) -> None:
        outbox, store = MemoryOutbox(3), Watched()
        step = Relay(outbox, store).step()
        assert step == (3, 30, False)
        assert outbox.calls == ["plan 3", "done 3"]
        assert store.calls == ["write"]

    def test_nothing_is_written_where_nothing_is(self, outbox: MemoryOutbox) -> None:
        store = Watched()
        assert Relay(outbox, store).step() == (0, 0, False)
        assert (outbox.calls, store.calls) == ([], [])

    def test_a_write_holds_about_so_many_rows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(relays, "LIMIT_ROWS", 25)
        relay = Relay(MemoryOutbox(7), Watched())
        assert [relay.step() for _ in range(4)] == [(3, 30, True), (3, 30, True), (1, 10, False), (0, 0, False)]

    def test_a_write_holds_about_so_many_bytes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        outbox = MemoryOutbox(5)
        monkeypatch.setattr(relays, "LIMIT_BYTES", len(outbox.batches[0].body) * 3 // 2)
        relay = Relay(outbox, Watched())
        assert [relay.step().batches for _ in range(4)] == [2, 2, 1, 0]

    def test_a_token_belongs_to_a_range_and_its_rows(self) -> None:
        first, second = MemoryOutbox(1), MemoryOutbox()
        second.add(events=9)
        stores = [Watched() for _ in range(3)]
        for outbox, store in zip((first, MemoryOutbox(1), second), stores, strict=True):
            Relay(outbox, store).step()
        tokens = [store.tokens[0] for store in stores]
        assert tokens[0] == tokens[1] != tokens[2]


class TestAfterAKill:
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_the_same_rows_are_written_with_the_same_token(
        self, outbox: MemoryOutbox, store: ChdbEventStore, when: str
    ) -> None:
        outbox.add(3)
        watched = Watched(store)
        getattr(watched, when).append(Killed())
        with pytest.raises(Killed):
            Relay(outbox, watched).step()
        outbox.add(4)
        carry_all(Relay(outbox, watched))
        assert watched.tokens[0] == watched.tokens[1] != watched.tokens[2]
        assert positions(store) == list(range(1, 71))

    def test_a_range_larger_than_one_reading_is_repeated_whole(
        self, outbox: MemoryOutbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outbox.add(6)
        outbox.plan("events", 5)
        monkeypatch.setattr(relays, "LIMIT_ROWS", 20)
        store = Watched()
        Relay(outbox, store).step()
        assert store.rows == [b"".join(batch.body for batch in outbox.batches[:5])]
        assert outbox.relay_position("events") == (5, 5, at(50))

    def test_a_range_that_is_no_longer_there_does_not_hold_up_the_rest(self, outbox: MemoryOutbox) -> None:
        outbox.add(4)
        outbox.plan("events", 2)
        del outbox.batches[:2]
        store = Watched()
        Relay(outbox, store).step()
        assert outbox.relay_position("events").done == 4

    @given(seed=st.integers(0, 1 << 30))
    def test_whenever_it_is_killed_every_event_is_there_once(self, seed: int) -> None:
        dice = random.Random(seed)
        outbox, ledger = MemoryOutbox(), Ledger()
        watched = Watched(ledger)
        for _ in range(12):
            outbox.add(dice.randrange(4))
            faults = dice.choice([watched.before, watched.after, []])
            faults.append(Killed())
            with contextlib.suppress(Killed):
                Relay(outbox, watched).step()
        watched.before.clear()
        watched.after.clear()
        carry_all(Relay(outbox, watched))
        assert b"".join(ledger.kept) == b"".join(batch.body for batch in outbox.batches)


class TestDeletions:
    def test_events_are_deleted_in_the_step_after_what_was_written(self, outbox: MemoryOutbox) -> None:
        outbox.add(2)
        outbox.to_delete = [(1, "a"), (1, "b"), (2, "c")]
        store = Watched()
        Relay(outbox, store).step()
        assert store.calls == ["write", "delete 1 a b", "delete 2 c"]
        assert outbox.calls[-2:] == ["deleted 2", "deleted 1"]
        Relay(outbox, store).step()
        assert len(store.calls) == 3

    def test_events_of_a_deleted_profile_are_not_written(self, outbox: MemoryOutbox, store: ChdbEventStore) -> None:
        outbox.add(2)
        outbox.delete(PROJECT, ANN)
        relay = Relay(outbox, store)
        carry_all(relay)
        assert (positions(store), relay.visible) == ([], at(20))

    def test_later_batches_are_written_as_ever(self, outbox: MemoryOutbox) -> None:
        outbox.add(1)
        outbox.delete(PROJECT, ANN)
        store = Watched()
        carry_all(Relay(outbox, store))
        outbox.add(1)
        carry_all(Relay(outbox, store))
        assert store.calls == [f"delete {PROJECT} {ANN}", "write"]

    def test_a_deletion_that_was_interrupted_is_repeated(self, outbox: MemoryOutbox, store: ChdbEventStore) -> None:
        outbox.add(2)
        carry_all(Relay(outbox, store))
        outbox.delete(PROJECT, ANN)
        interrupted = Watched()
        interrupted.after.append(Killed())
        with pytest.raises(Killed):
            Relay(outbox, interrupted).step()
        carry_all(Relay(outbox, store))
        assert (positions(store), outbox.to_delete) == ([], [])

    def test_a_deletion_that_fails_holds_up_neither_events_nor_what_is_visible(self, outbox: MemoryOutbox) -> None:
        outbox.add(1)
        outbox.ahead = 5
        outbox.to_delete = [(PROJECT, ANN)]
        store = Watched()
        store.undeletable = True
        relay = Relay(outbox, store)
        for calls in (["write", f"delete {PROJECT} {ANN}"], [f"delete {PROJECT} {ANN}"]):
            store.calls.clear()
            with pytest.raises(EventStoreFailed):
                relay.step()
            assert store.calls == calls
        assert (relay.visible, outbox.to_delete) == (at(15), [(PROJECT, ANN)])

    def test_a_range_that_was_written_before_the_deletion_is_repeated_row_by_row(
        self, outbox: MemoryOutbox, store: ChdbEventStore
    ) -> None:
        bob = numbered(1, 5, profile_id=BOB)
        outbox.batches.append(OutboxBatch(1, Position(15), 15, numbered(6, 10) + bob))
        watched = Watched(store)
        watched.after.append(Killed())
        with pytest.raises(Killed):
            Relay(outbox, watched).step()
        outbox.delete(PROJECT, ANN)
        carry_all(Relay(outbox, store))
        assert positions(store) == []
        assert store.total(PROJECT) == 5

    def test_a_new_store_is_filled_without_the_events_of_deleted_profiles(self, outbox: MemoryOutbox) -> None:
        outbox.add(2)
        outbox.batches.append(OutboxBatch(3, Position(25), 5, numbered(21, 5, profile_id=BOB)))
        outbox.delete(PROJECT, ANN)
        outbox.to_delete = []
        store = Watched()
        store.refilling = True
        carry_all(Relay(outbox, store))
        assert (store.calls, store.rows) == (["refill", "refilled"], [outbox.batches[2].body])


class TestWhatIsVisible:
    def test_what_is_written_is_visible(self, outbox: MemoryOutbox) -> None:
        relay = Relay(outbox, Watched())
        assert relay.visible == at(0)
        outbox.add(2)
        relay.step()
        assert relay.visible == at(20)

    def test_what_came_to_no_event_is_visible_when_the_rest_is(self, outbox: MemoryOutbox) -> None:
        relay = Relay(outbox, Watched())
        outbox.add()
        outbox.ahead = 5
        relay.step()
        assert relay.visible == at(10)
        relay.step()
        assert relay.visible == at(15)

    def test_what_was_visible_is_so_after_a_start(self, outbox: MemoryOutbox) -> None:
        outbox.add(3)
        Relay(outbox, Watched()).step()
        outbox.add()
        relay, store = Relay(outbox, Watched()), Watched()
        store.before.append(Killed())
        later = Relay(outbox, store)
        with pytest.raises(Killed):
            later.step()
        assert later.visible == at(30)
        assert relay.visible == at(0)


class TestRefilling:
    def test_a_store_that_asks_for_it_gets_everything_again(self, outbox: MemoryOutbox) -> None:
        outbox.add(3)
        Relay(outbox, Watched()).step()
        store = Watched()
        store.refilling = True
        relay = Relay(outbox, store)
        relay.step()
        assert store.calls == ["refill", "refilled"]
        assert relay.visible == at(30)

    def test_it_goes_on_until_the_outbox_holds_no_more(
        self, outbox: MemoryOutbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(relays, "LIMIT_ROWS", 10)
        outbox.add(3)
        store = Watched()
        store.refilling = True
        relay = Relay(outbox, store)
        while relay.step().batches:
            pass
        assert store.calls == ["refill", "refill", "refill", "refilled"]
        outbox.add()
        relay.step()
        assert store.calls[-1] == "write"

    def test_it_begins_anew_after_a_kill(self, outbox: MemoryOutbox, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(relays, "LIMIT_ROWS", 10)
        outbox.add(3)
        store = Watched()
        store.refilling = True
        for _ in range(2):
            Relay(outbox, store).step()
        assert store.rows == [outbox.batches[0].body] * 2
        assert outbox.calls.count("reset") == 2

    def test_a_damaged_store_is_healed_and_filled_while_it_runs(self, outbox: MemoryOutbox) -> None:
        outbox.add(2)
        store = Watched()
        relay = Relay(outbox, store)
        relay.step()
        store.damaged = True
        outbox.add()
        relay.step()
        assert store.calls == ["write", "heal", "refill", "refilled"]
        assert store.rows[-1] == b"".join(batch.body for batch in outbox.batches)

    def test_damage_during_a_refill_begins_it_anew(self, outbox: MemoryOutbox, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(relays, "LIMIT_ROWS", 10)
        outbox.add(3)
        store = Watched()
        store.refilling = True
        relay = Relay(outbox, store)
        relay.step()
        relay.step()
        store.damaged = True
        relay.step()
        assert store.rows[2] == outbox.batches[0].body


class TestTheThread:
    def test_it_carries_what_comes(self, outbox: MemoryOutbox, running: Relay) -> None:
        for number in range(1, 6):
            outbox.add()
            until(lambda number=number: running.visible == at(number * 10))  # type: ignore[misc]

    def test_a_nudge_is_answered_before_the_pause_is_over(
        self, outbox: MemoryOutbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(relays, "GATHER_SECONDS", 3_600)
        outbox.add()
        relay = Relay(outbox, Watched(), pause_seconds=3_600)
        relay.start()
        until(lambda: relay.visible == at(10))
        for number in range(2, 5):
            outbox.add()
            relay.nudge()
            until(lambda number=number: nudged(relay) == at(number * 10))  # type: ignore[misc]
        assert relay.stop(PATIENCE_SECONDS)

    def test_full_writes_follow_each_other_at_once(self, outbox: MemoryOutbox, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(relays, "GATHER_SECONDS", 3_600)
        monkeypatch.setattr(relays, "LIMIT_ROWS", 10)
        outbox.add(20)
        relay = Relay(outbox, Watched(), pause_seconds=3_600)
        relay.start()
        until(lambda: relay.visible == at(200))
        assert relay.stop(PATIENCE_SECONDS)

    def test_it_goes_on_after_errors_and_says_so(self, outbox: MemoryOutbox, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(relays, "FIRST_RETRY_SECONDS", 0.001)
        store = Watched()
        store.before += [OSError("disk"), EventStoreFailed("MEMORY_LIMIT_EXCEEDED")]
        outbox.add()
        relay = Relay(outbox, store, pause_seconds=0.001)
        with capture_logs() as lines:
            relay.start()
            until(lambda: relay.visible == at(10))
            assert relay.stop(PATIENCE_SECONDS)
        assert [(line["fault"], line["reason"]) for line in lines] == [
            ("EventStoreFailed", "MEMORY_LIMIT_EXCEEDED"),
            ("OSError", ""),
        ]
        assert lines[1]["seconds"] > lines[0]["seconds"]

    def test_it_stops_while_it_waits_to_try_again(self, outbox: MemoryOutbox, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(relays, "FIRST_RETRY_SECONDS", 3_600)
        store = Watched()
        store.before.append(OSError())
        outbox.add()
        relay = Relay(outbox, store)
        relay.start()
        until(lambda: not store.before)
        assert relay.stop(PATIENCE_SECONDS)

    def test_it_says_when_it_could_not_stop_in_time(self, outbox: MemoryOutbox) -> None:
        slow = Slow()
        outbox.add()
        relay = Relay(outbox, slow)
        relay.start()
        until(lambda: slow.writing)
        assert not relay.stop(0.01)
        slow.let_go = True
        assert relay.stop(PATIENCE_SECONDS)


class Slow(Watched):
    """A store whose writes last until they are let go."""

    writing = False
    let_go = False

    def write(self, rows: bytes, token: str) -> None:
        self.writing = True
        until(lambda: self.let_go)
        super().write(rows, token)


def nudged(relay: Relay) -> Positions:
    relay.nudge()
    return relay.visible
