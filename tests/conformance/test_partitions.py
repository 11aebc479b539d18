"""Everything that uses the log works with three partitions as it does with the embedded engine's one."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import apsw
import msgspec
import pytest
from tests.api.api_client import ApiClient, InProcessServer
from tests.conformance.partitioned import PartitionedLog, by_partition
from tests.delivery.sinks import MemorySink
from tests.state.state_builder import ident

from passerby.delivery.relay import Relay
from passerby.doctor.deep import check_identity
from passerby.doctor.positions import compare
from passerby.edge import unapplied
from passerby.edge.unapplied import Unapplied
from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.log.protocol import Entry, LogReader
from passerby.messages import Message, StoredEvent
from passerby.monitoring.meter import Meter
from passerby.outbox.protocol import Delivered
from passerby.positions import START, Positions, from_text, offset_of, partition_of
from passerby.services import health, tail
from passerby.services.health import PositionsCheck
from passerby.services.items import Wanted
from passerby.services.readers import Readers
from passerby.services.tail import Tail, id_of, place_of
from passerby.settings import LogSettings, OutboxSettings
from passerby.state.protocol import Progress
from passerby.state.sqlite.applied import read_progress
from passerby.state.sqlite.engine import SqliteStateEngine
from passerby.state.sqlite.outbox import SqliteOutbox
from passerby.state.sqlite.store import SqliteState
from passerby.storage.data_dir import DataDir
from passerby.worker.batch import Applied, Worker
from passerby.worker.loop import Loop

PEOPLE: Final = 20
_events: Final = msgspec.json.Decoder(StoredEvent)


@pytest.fixture
def log() -> PartitionedLog:
    return PartitionedLog(3)


@pytest.fixture
def server(tmp_path: Path, log: PartitionedLog) -> Iterator[InProcessServer]:
    with closing(InProcessServer(tmp_path, log)) as server:
        yield server


@pytest.fixture
def api(server: InProcessServer) -> ApiClient:
    return ApiClient(server)


def say(api: ApiClient, count: int = 60) -> list[Message]:
    """Have events of people on all partitions accepted."""
    said = [
        api.append(kind="track", name=f"E{number}", identifiers=(ident("mobile_id", f"m{number % PEOPLE}"),))
        for number in range(count)
    ]
    assert len(list(api.server.log_engine.head())) == 3
    return said


def reader_of(api: ApiClient, *partitions: int) -> LogReader:
    assert isinstance(api.server.log_engine, PartitionedLog)
    return api.server.log_engine.open_reader(partitions)


def apply(api: ApiClient, *partitions: int) -> None:
    """Apply what these partitions hold."""
    api.server.apply(reader_of(api, *partitions))


def partition(api: ApiClient, message: Message) -> int:
    """Where a message is."""
    entry = api.server.context.archive.find(api.project, message.id)
    assert entry is not None
    return partition_of(entry.position)


def carried(api: ApiClient) -> list[StoredEvent]:
    """The events of the outbox, in its order."""
    with closing(apsw.Connection(str(api.server.folder / "state.db"))) as connection:
        bodies: list[Any] = connection.execute("SELECT body FROM outbox ORDER BY id").fetchall()
    return [event for (body,) in bodies for event in _events.decode_lines(body)]


def worker_on(path: Path) -> tuple[SqliteState, Worker]:
    state = SqliteState(path)
    return state, Worker(state, lambda _: DEFAULT_POLICY)


def run(worker: Worker, reader: LogReader, begin: Positions, until: Callable[[Positions], bool]) -> Positions:
    """Run the worker's loop until it has come so far, or for a thousand rounds."""
    rounds = iter(range(1_000))

    def between() -> None:
        if until(state.positions()) or next(rounds, None) is None:
            loop.stop()

    state = worker._state  # noqa: SLF001 - the state that the loop's worker writes to
    loop = Loop(worker, reader, 7, between)
    return loop.run(begin)


class TestWorker:
    def test_the_loop_applies_every_partition_once(self, api: ApiClient) -> None:
        say(api)
        head = api.server.log_engine.head()
        state, worker = worker_on(api.server.folder / "state.db")
        with closing(state):
            reached = run(worker, reader_of(api, 0, 1, 2), START, lambda at: at.has_reached(head))
            assert reached == state.positions() == head
        assert Counter(event.name for event in carried(api)) == Counter(f"E{number}" for number in range(60))
        assert api.get("/v1/stats").json()["applied"] == 60

    def test_a_row_of_the_outbox_holds_one_partition_in_order(self, api: ApiClient) -> None:
        say(api)
        api.server.apply()
        with closing(SqliteOutbox(api.server.folder / "state.db", OutboxSettings())) as outbox:
            batches = outbox.read(0, 1_000, 1 << 20)
        assert [partition_of(batch.last_position) for batch in batches] == [0, 1, 2]
        for batch in batches:
            events = _events.decode_lines(batch.body)
            assert {partition_of(event.position) for event in events} == {partition_of(batch.last_position)}
            assert [event.position for event in events] == sorted(event.position for event in events)
            assert batch.last_position == events[-1].position

    def test_a_partition_without_events_has_no_row(self, api: ApiClient) -> None:
        say(api)
        for number in range(PEOPLE):
            api.append(kind="identify", identifiers=(ident("mobile_id", f"m{number}"),), traits={"n": number})
        api.server.apply(reader_of(api, 0))
        head = api.server.log_engine.head()
        assert api.server.reader.positions() == Positions(each for each in head if partition_of(each) == 0)
        identified = [e for e in reader_of(api, 1).read(START, 1_000) if e.message.kind == "identify"]
        seen = [e for e in reader_of(api, 2).read(START, 1_000) if e.message.kind == "track"]
        state, worker = worker_on(api.server.folder / "state.db")
        with closing(state):
            worker.apply([*identified, *seen])
        assert Counter(partition_of(event.position) for event in carried(api)).keys() == {0, 2}

    def test_two_workers_share_the_partitions(self, api: ApiClient) -> None:
        say(api, 200)
        head = api.server.log_engine.head()
        path = api.server.folder / "state.db"
        reached: dict[tuple[int, ...], Positions] = {}

        def work(*owned: int) -> None:
            own = Positions(each for each in head if partition_of(each) in owned)
            state, worker = worker_on(path)
            with closing(state):
                reached[owned] = run(worker, reader_of(api, *owned), START, lambda at: at.has_reached(own))

        threads = [threading.Thread(target=work, args=owned) for owned in ((0, 2), (1,))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert api.server.reader.positions() == head == reached[0, 2].joined(reached[1,])
        assert Counter(event.name for event in carried(api)) == Counter(f"E{number}" for number in range(200))
        for part in by_partition(Entry(event.position, event) for event in carried(api)).values():  # type: ignore[arg-type]
            assert [entry.position for entry in part] == sorted(entry.position for entry in part)

    def test_a_worker_that_takes_over_a_partition_continues_after_the_other(self, api: ApiClient) -> None:
        """The one that lost the partition still holds what it read, and tries to apply it."""
        say(api)
        path = api.server.folder / "state.db"
        late = reader_of(api, 1).read(START, 1_000)
        apply(api, 1)
        apply(api, 0)
        state, zombie = worker_on(path)
        with closing(state):
            before = carried(api)
            assert zombie.apply(late) == Applied(state.positions())
            assert carried(api) == before
            head = api.server.log_engine.head()
            assert run(zombie, reader_of(api, 0, 1, 2), START, lambda at: at.has_reached(head)) == head
        assert len(carried(api)) == 60

    def test_a_message_that_cannot_be_applied_moves_its_partition_only(self, api: ApiClient) -> None:
        say(api)
        first = {part: entries[0] for part, entries in by_partition(reader_of(api, 0, 1, 2).read(START, 60)).items()}
        state, worker = worker_on(api.server.folder / "state.db")
        with closing(state):
            assert worker.dead_letter(first[2], "fault") == Applied(
                Positions([first[2].position]), messages=1, dead_lettered=1
            )
            assert state.positions() == Positions([first[2].position])
        api.server.apply()
        assert len(carried(api)) == 59
        assert api.get("/v1/stats").json()["applied"] == 60

    def test_the_log_keeps_what_the_slowest_partition_needs(self, api: ApiClient, log: PartitionedLog) -> None:
        say(api)
        apply(api, 0, 2)
        reader_of(api).commit_offset("worker", api.server.reader.positions())
        log.open_writer(LogSettings(retention_days=1)).prune(1 << 60)
        api.server.apply()
        assert len(carried(api)) == 60


class TestRelay:
    def test_events_are_visible_partition_by_partition(self, api: ApiClient) -> None:
        say(api)
        apply(api, 1)
        with closing(SqliteOutbox(api.server.folder / "state.db", OutboxSettings())) as outbox:
            sink = MemorySink(Delivered())
            relay = Relay(outbox, sink)
            relay.step()
            assert visible(sink) == api.server.reader.positions() != api.server.log_engine.head()
            api.server.apply()
            while relay.step().batches:
                pass
            assert visible(sink) == api.server.log_engine.head()
            rows = [row for batch in sink.kept.values() for row in _events.decode_lines(batch.body)]
            assert sorted(row.name for row in rows) == sorted(f"E{number}" for number in range(60))
            relay.commit()
            later = MemorySink()
            Relay(outbox, later).step()
            assert visible(later) == visible(sink)


def visible(sink: MemorySink) -> Positions:
    """The positions up to which a sink has every event."""
    assert sink.recorded is not None
    return sink.recorded.positions


class TestApi:
    def test_wait_needs_every_partition(self, api: ApiClient) -> None:
        say(api)
        apply(api, 0)
        api.server.deliver()
        assert api.get("/v1/stats", wait=0.01).status_code == 503
        apply(api, 2)
        api.server.deliver()
        late = api.get("/v1/stats", wait=0.01)
        assert late.status_code == 503
        details = late.json()["error"]["details"]
        head = api.server.log_engine.head()
        assert details["accepted"] == str(head)
        assert Positions.parse(details["applied"]) == api.server.reader.positions()
        apply(api, 1)
        assert api.get("/v1/stats", wait=0.01).status_code == 503
        api.server.deliver()
        assert api.get("/v1/stats", wait=1).json()["waiting"] == 0

    def test_a_partition_far_ahead_makes_up_for_none(self, api: ApiClient) -> None:
        ahead = say(api)
        api.server.apply()
        api.server.deliver()
        behind = next(each for each in ahead if partition(api, each) == 1)
        api.append(kind="track", name="Late", identifiers=behind.identifiers)
        assert api.get("/v1/stats", wait=0.01).status_code == 503

    def test_stats_add_up_and_say_how_long_the_oldest_waits(self, api: ApiClient) -> None:
        say(api)
        apply(api, 0, 2)
        stats = api.get("/v1/stats").json()
        assert stats["accepted"] == 60 == stats["applied"] + stats["waiting"]
        assert stats["waiting"] > 0
        assert 0 <= stats["lag_seconds"] < 600
        assert api.get("/v1/stats").json()["events"] == len(carried(api))

    def test_the_trail_of_a_message_waits_for_its_own_partition(self, api: ApiClient) -> None:
        said = say(api)
        apply(api, 0, 2)
        api.server.deliver()
        for message in said[:PEOPLE]:
            part = partition(api, message)
            found = api.get(f"/v1/events/{message.id}").json()
            outcomes = [step["outcome"] for step in found["trail"]]
            assert outcomes == (["done"] + ["waiting"] * 3 if part == 1 else ["done"] * 4)
            assert type(found["position"]) is (str if part else int)
            assert partition_of(from_text(str(found["position"]))) == part

    def test_an_event_that_its_partition_has_passed_was_not_applied(self, api: ApiClient) -> None:
        say(api)
        api.server.apply()
        api.relay.visible = api.server.reader.positions()
        message = next(each for each in say(api, 60) if partition(api, each) == 2)
        assert api.get(f"/v1/events/{message.id}").json()["trail"][-1]["outcome"] == "waiting"
        api.server.apply()
        api.relay.visible = api.server.reader.positions()
        assert api.get(f"/v1/events/{message.id}").json()["trail"][-1]["outcome"] == "dropped"


class TestLive:
    def _after(self, api: ApiClient, place: tail.Place) -> tail.LiveBatch:
        context = api.server.context
        live = Tail(context.log, context.refused, Readers(1), lambda: False)
        return asyncio.run(live.after(place, (api.project,), Wanted()))

    def test_a_stream_continues_from_a_cursor_in_every_partition(self, api: ApiClient) -> None:
        say(api, 30)
        cursor = api.get("/v1/live/recent").json()["cursor"]
        place = place_of(cursor)
        assert place is not None
        assert id_of(place) == cursor
        assert place.positions == api.server.log_engine.head()
        said = say(api, 30)
        result = self._after(api, place)
        assert {item.id for item in result.items} == {message.id for message in said}
        assert (result.skipped, result.place.positions) == (0, api.server.log_engine.head())
        assert self._after(api, result.place).items == []

    def test_a_stream_too_far_behind_reports_how_many_messages_are_missing(
        self, api: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tail, "HELD", 6)
        place = place_of(api.get("/v1/live/recent").json()["cursor"])
        assert place is not None
        say(api, 60)
        result = self._after(api, place)
        assert (len(result.items), result.skipped) == (6, 54)
        assert result.place.positions == api.server.log_engine.head()

    def test_what_followers_share_is_bounded_and_says_what_it_lacks(
        self, api: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tail, "HELD", 8)
        monkeypatch.setattr(tail, "LOOK_SECONDS", 0.0)
        context = api.server.context
        live = Tail(context.log, context.refused, Readers(1), lambda: False)

        async def test() -> None:
            begin = place = await live.head()
            shown = skipped = 0
            for _ in range(5):
                say(api, 30)
                result = await live.after(place, (api.project,), Wanted())
                shown, skipped, place = shown + len(result.items), skipped + result.skipped, result.place
            assert shown + skipped == 150
            slow = await live.after(begin, (api.project,), Wanted())
            assert len(slow.items) + slow.skipped == 150

        asyncio.run(test())

    def test_recent_messages_are_those_of_all_partitions(self, api: ApiClient) -> None:
        said = say(api, 30)
        items = api.get("/v1/live/recent", limit=30).json()["items"]
        assert {item["id"] for item in items} == {message.id for message in said}

    @pytest.mark.parametrize("cursor", ["12.3", "0:12,2:4.3"])
    def test_cursors_of_the_last_release_and_of_this_one_are_read(self, api: ApiClient, cursor: str) -> None:
        place = place_of(cursor)
        assert place is not None
        assert (id_of(place), place.refused, place.positions.offset()) == (cursor, 3, 12)
        del api

    @pytest.mark.parametrize("cursor", ["", "12", "a.1", "1:.2", "0:1;1:2.3", "9999:1.2", "1:2:3.4", f"{10**17}.1"])
    def test_other_texts_are_no_cursors(self, cursor: str) -> None:
        assert place_of(cursor) is None


class TestChecks:
    def test_positions_are_in_order_where_they_are_in_every_partition(self, api: ApiClient) -> None:
        say(api)
        apply(api, 1)
        applied, head = api.server.reader.positions(), api.server.log_engine.head()
        server = api.server
        for relayed, problem in ((START, None), (applied, None), (head, "the event store is ahead of the state")):
            found = health.run(PositionsCheck(lambda relayed=relayed: relayed, server.reader, server.context.log))  # type: ignore[misc]
            assert (found or "").partition(" (")[0] == (problem or "")
            assert compare(Progress(applied, relayed=relayed), head).well == (problem is None)
        lost = Positions(each for each in head if partition_of(each) != 1)
        assert "the state is ahead of the log" in compare(Progress(applied), lost).found

    def test_the_doctor_reads_how_far_each_partition_is(self, api: ApiClient) -> None:
        say(api)
        apply(api, 0, 2)
        path = api.server.folder / "state.db"
        progress = read_progress(path)
        assert progress.positions == api.server.reader.positions()
        assert progress.relayed == START
        with closing(SqliteOutbox(path, OutboxSettings())) as outbox:
            relay = Relay(outbox, MemorySink())
            relay.step()
            assert not relay.step().batches
        assert progress.positions.has_reached(read_progress(path).relayed)
        assert read_progress(path).relayed != START

    def test_the_deep_examination_finds_only_what_is_wrong(self, api: ApiClient) -> None:
        say(api)
        apply(api, 1)
        api.server.apply()
        folder, engine = DataDir(api.server.folder), api.server.log_engine
        folder.log.touch()

        def broken() -> list[str]:
            verdicts = check_identity(SqliteStateEngine(folder.state), engine, lambda _claim, _rows: None)
            return [verdict.claim for verdict in verdicts if not verdict.well]

        assert broken() == []
        claim = "every batch is applied once, in the log's order"
        with closing(apsw.Connection(str(folder.state))) as connection:
            connection.execute("UPDATE progress SET value = value - 2 WHERE name = 'position.1'")
            assert claim in broken()
            connection.execute("UPDATE progress SET value = value + 2 WHERE name = 'position.1'")
            assert broken() == []
            connection.execute(
                "INSERT INTO outbox SELECT NULL, last_position, 1, 2, 3, x'', x'' FROM outbox ORDER BY id LIMIT 1"
            )
            assert claim in broken()

    def test_backlog_and_lag_are_over_all_partitions(self, api: ApiClient) -> None:
        server = api.server
        meter = Meter(DataDir(server.folder), server.context.log, server.context.state, lambda: "", 0)
        said = say(api)
        apply(api, 0, 2)
        waiting = [message for message in said if partition(api, message) == 1]
        taken = meter.sample(waiting[0].received_at + 90_000)
        assert (taken.received, taken.applied) == (60, 60 - len(waiting))
        assert (taken.backlog, taken.lag) == (len(waiting), 90.0)
        apply(api, 1)
        taken = meter.sample(waiting[0].received_at + 90_000)
        assert (taken.received, taken.applied, taken.backlog, taken.lag) == (0, len(waiting), 0, 0.0)


class TestEdge:
    def test_a_call_waits_for_the_partition_that_mentions_its_identifiers(self, api: ApiClient) -> None:
        known = Unapplied(api.server.log_engine.open_reader())
        said = say(api)
        apply(api, 0, 2)
        applied = api.server.reader.positions()
        known.follow(applied)
        for message in said[:PEOPLE]:
            waits = known.is_waiting(api.project, message.identifiers, applied)
            assert waits == (partition(api, message) == 1)
        assert not known.is_behind(applied)
        apply(api, 1)
        known.follow(api.server.reader.positions())
        assert not any(known.is_waiting(api.project, each.identifiers, applied) for each in said)

    def test_the_total_lag_of_all_partitions_limits_waiting(
        self, api: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(unapplied, "FOLLOWED", 20)
        known = Unapplied(api.server.log_engine.open_reader())
        said = say(api)
        known.follow(START)
        assert known.is_behind(START)
        assert not known.is_waiting(api.project, said[-1].identifiers, START)
        assert not known.is_behind(api.server.log_engine.head())


def test_offsets_of_a_partition_may_have_gaps(api: ApiClient) -> None:
    """No test of this module depends on dense offsets."""
    say(api)
    for entries in by_partition(reader_of(api, 0, 1, 2).read(START, 60)).values():
        offsets = [offset_of(entry.position) for entry in entries]
        assert offsets == list(range(2, 2 * len(offsets) + 1, 2))
