"""A call that looks up the state is answered with its data."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
from tests.dialects.customerlabs.customerlabs_calls import AGENT, EXTERNAL_IDS, IDENTIFY, LOGIN, SESSION, UID
from tests.dialects.dialect_calls import AUTH_TOKEN
from tests.edge.client import Client, request
from tests.edge.edge_server import GatedLog, RunningEdge, until
from tests.state.state_builder import DAY, StateBuilder, ident

from passerby import logs
from passerby.dialects.contract import Lookup, LookupResult, Outcome
from passerby.edge.lookup import NoProfileLookup, StateProfileLookup
from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.log.sqlite.store import SqliteLogReader, SqliteLogWriter
from passerby.messages import Identifier, Message
from passerby.positions import Positions
from passerby.settings import EdgeSettings
from passerby.state.sqlite.reader import SqliteStateReader

V1, V2 = ident("anonymous_id", "v1"), ident("anonymous_id", "v2")
ANN, BOB = ident("email", "ann@x.io"), ident("email", "bob@x.io")

Found = TypeVar("Found")


class Watched(SqliteStateReader):
    """A reader that counts how often it is asked how far the worker is."""

    looks = 0

    def positions(self) -> Positions:
        self.looks += 1
        return super().positions()


class LookupEnvironment:
    """A state, a log, and what a directory over them answers."""

    def __init__(self, folder: Path) -> None:
        self.builder = StateBuilder(folder / "state.db")
        self.writer = SqliteLogWriter(folder / "log.db")
        self.reader = Watched(folder / "state.db")
        self.log = SqliteLogReader(folder / "log.db")

    def accept(self, number: int = 1) -> None:
        """Have so many messages in the log."""
        message = msgspec.json.encode(
            Message(project=1, id="m", dialect="t", kind="identify", identifiers=(V1,), time=DAY, received_at=DAY)
        )
        self.writer.append([message] * number, {1: number}, DAY)

    def asked(self, ask: Callable[[StateProfileLookup], Awaitable[Found]], patience_seconds: float = 20) -> Found:
        """What is answered to whatever is asked of a directory."""

        async def within() -> Found:
            directory = StateProfileLookup(self.reader, self.log, lambda _: DEFAULT_POLICY, patience_seconds)
            with closing(directory):
                return await ask(directory)

        return asyncio.run(within())

    def known(self, *identifiers: Identifier, device: Identifier = V1, patience_seconds: float = 20) -> LookupResult:
        return self.asked(lambda directory: directory.known(lookup(*identifiers, device=device)), patience_seconds)

    def close(self) -> None:
        for part in (self.builder, self.writer, self.reader, self.log):
            part.close()


def lookup(*identifiers: Identifier, device: Identifier = V1) -> Lookup:
    return Lookup(1, identifiers, device, _never)


def _never(_known: LookupResult) -> Outcome:
    raise AssertionError


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[LookupEnvironment]:
    environment = LookupEnvironment(tmp_path)
    yield environment
    environment.close()


def test_it_finds_the_profile_and_the_device(environment: LookupEnvironment) -> None:
    environment.builder.identify(V1, ANN, city="Thane")
    environment.builder.apply(kind="identify", identifiers=(V1,), context={"additional_info": {"model": "Pixel 9"}})
    known = environment.known(V1)
    assert known.profile is not None
    assert known.profile.traits == {"city": "Thane"}
    assert known.device == {"model": "Pixel 9"}


def test_without_identifiers_it_finds_what_the_device_stated_and_no_profile(environment: LookupEnvironment) -> None:
    environment.builder.identify(V1, ANN, city="Thane")
    said = {"dialect": "customerlabs", "kind": "identify", "identifiers": (V1, ident("idfa", "ad-1"))}
    environment.builder.apply(**said, traits={"age": 25}, context={"external_ids": {"facebook__fbp": "fb.1"}})
    assert environment.known() == LookupResult(
        traits={"age": 25}, external_ids={"facebook__fbp": "fb.1", "idfa": "ad-1"}
    )


def test_what_is_asked_is_cleaned_as_messages_are(environment: LookupEnvironment) -> None:
    environment.builder.identify(V1, ANN, city="Thane")
    environment.builder.apply(kind="identify", identifiers=(V1,), context={"additional_info": {"model": "Pixel 9"}})
    known = environment.known(ident("email", " ANN@x.io"), device=ident("anonymous_id", " v1 "))
    assert known.profile is not None
    assert known.device == {"model": "Pixel 9"}
    assert environment.known(ident("anonymous_id", "null"), device=ident("anonymous_id", "null")) == LookupResult()


def test_it_is_the_profile_that_a_message_would_be_recorded_under(environment: LookupEnvironment) -> None:
    environment.builder.identify(V1, ANN, city="Thane")
    environment.builder.identify(V2, BOB, city="Porto")
    known = environment.known(V1, BOB)
    assert known.profile is not None
    assert known.profile.traits == {"city": "Porto"}


def test_a_new_device_belongs_to_the_profile_whose_alias_named_it(environment: LookupEnvironment) -> None:
    environment.builder.identify(ANN, ident("previous_id", V1.value), city="Thane")
    environment.builder.identify(V2, city="Porto")
    known = environment.known(V1)
    assert known.profile is not None
    assert known.profile.traits == {"city": "Thane"}
    known = environment.known(V1, V2)
    assert known.profile is not None
    assert known.profile.traits == {"city": "Thane"}
    assert environment.known(ident("anonymous_id", "v3")).profile is None


def test_a_new_user_of_a_known_device_receives_no_data_of_the_previous_user(environment: LookupEnvironment) -> None:
    environment.builder.identify(V1, ANN, city="Thane")
    assert environment.known(V1, BOB).profile is None


def test_it_finds_a_profile_and_a_deduplication_key_without_a_device(environment: LookupEnvironment) -> None:
    environment.builder.apply(kind="identify", identifiers=(ANN,), traits={"city": "Thane"}, deduplication_key="k-1")

    def ask(identifier: Identifier, key: str) -> LookupResult:
        asked = Lookup(1, (identifier,), None, _never, ("test", key))
        return environment.asked(lambda directory: directory.known(asked))

    found = ask(ANN, "k-1")
    assert found.profile is not None
    assert (found.seen, found.behind) == (True, False)
    owner = environment.reader.profile_of(1, ANN)
    assert owner is not None
    assert found.profile_id == owner.id
    assert ask(BOB, "k-2") == LookupResult()


def test_it_reports_that_it_is_behind_where_it_did_not_wait(environment: LookupEnvironment) -> None:
    environment.builder.identify(V1, city="Thane")
    assert not environment.known(V1, patience_seconds=0).behind
    environment.accept(2)
    assert environment.known(V1, patience_seconds=0).behind
    assert not environment.known(ANN, device=V2, patience_seconds=0).behind


def test_nothing_is_done_by_asking(environment: LookupEnvironment) -> None:
    environment.builder.identify(V1, ANN)
    environment.builder.track("Seen", V2)
    assert environment.known(V1, V2).profile is not None
    assert environment.reader.profile_of(1, V1) != environment.reader.profile_of(1, V2)


def test_it_waits_until_what_was_acknowledged_is_applied(environment: LookupEnvironment) -> None:
    async def ask(directory: StateProfileLookup) -> LookupResult:
        environment.accept()
        asking = asyncio.ensure_future(directory.known(lookup(V1)))
        await asyncio.to_thread(until, lambda: environment.reader.looks > 2)
        assert not asking.done()
        environment.builder.identify(V1, city="Thane")
        return await asking

    known = environment.asked(ask)
    assert known.profile is not None
    assert known.profile.traits == {"city": "Thane"}


def test_it_waits_no_longer_than_it_has_patience(environment: LookupEnvironment) -> None:
    environment.builder.identify(V1, city="Thane")
    environment.accept(5)
    known = environment.known(V1, patience_seconds=0)
    assert known.profile is not None
    assert known.profile.traits == {"city": "Thane"}


def test_a_lookup_without_pending_messages_does_not_wait_for_others(environment: LookupEnvironment) -> None:
    environment.builder.identify(V2, city="Porto")

    async def ask(directory: StateProfileLookup) -> tuple[LookupResult, bool]:
        environment.accept(5)
        other = asyncio.ensure_future(directory.known(lookup(V1)))
        known = await asyncio.wait_for(directory.known(lookup(V2, device=V2)), 20)
        waited = not other.done()
        for _ in range(5):
            environment.builder.identify(V1)
        await other
        return known, waited

    known, waited = environment.asked(ask, patience_seconds=3_600)
    assert waited
    assert known.profile is not None
    assert known.profile.traits == {"city": "Porto"}


def test_concurrent_lookups_share_one_query(environment: LookupEnvironment) -> None:
    environment.builder.identify(V1, city="Thane")

    async def ask(directory: StateProfileLookup) -> list[LookupResult]:
        return await asyncio.gather(*(directory.known(lookup(V1)) for _ in range(200)))

    found = environment.asked(ask)
    assert len(found) == 200
    assert all(one.profile is not None for one in found)
    assert environment.reader.looks < 100


def test_lookups_started_before_the_stop_are_answered(environment: LookupEnvironment) -> None:
    environment.builder.identify(V1, city="Thane")
    environment.accept(5)

    async def ask(directory: StateProfileLookup) -> list[LookupResult]:
        asking = [asyncio.ensure_future(directory.known(lookup(V1))) for _ in range(2)]
        await asyncio.to_thread(until, lambda: environment.reader.looks > 1)
        directory.close()
        return await asyncio.gather(*asking)

    assert all(known.profile is not None for known in environment.asked(ask, patience_seconds=3_600))


def test_a_cancelled_lookup_causes_no_error(environment: LookupEnvironment) -> None:
    async def ask(directory: StateProfileLookup) -> LookupResult:
        asking = asyncio.ensure_future(directory.known(lookup(V1)))
        await asyncio.sleep(0)
        asking.cancel()
        return await directory.known(lookup(V1))

    assert environment.asked(ask) == LookupResult()


def test_where_there_is_no_state_yet_nothing_is_known_until_there_is(tmp_path: Path) -> None:
    lines = io.StringIO()
    logs.configure("info", "json", lines)
    environment = LookupEnvironment(tmp_path)
    environment.builder.identify(V1, city="Thane")
    environment.reader = Watched(tmp_path / "later.db")

    async def ask(directory: StateProfileLookup) -> tuple[LookupResult, LookupResult, LookupResult]:
        found = [await directory.known(lookup(V1)) for _ in range(2)]
        (tmp_path / "state.db").rename(tmp_path / "later.db")
        return found[0], found[1], await directory.known(lookup(V1))

    environment.builder.close()
    before, still, after = environment.asked(ask)
    assert before == still == LookupResult(behind=True)
    assert after.profile is not None
    assert lines.getvalue().count("cannot read the state") == 1
    for part in (environment.writer, environment.reader, environment.log):
        part.close()


def test_an_edge_without_a_state_finds_no_profile() -> None:
    assert asyncio.run(NoProfileLookup().known(lookup(V1))) == LookupResult(behind=True)


class RecordingLookup:
    """A profile lookup that returns the same for every query and records the queries."""

    def __init__(self) -> None:
        self.asked: list[Lookup] = []
        self.open = threading.Event()
        self.open.set()

    async def known(self, lookup: Lookup) -> LookupResult:
        self.asked.append(lookup)
        await asyncio.to_thread(self.open.wait, 20)
        return LookupResult(device={"deviceModelName": "Pixel 9"})


HEADERS = {"CL_User_Agent": AGENT["cl-user-agent"]}
Start = Callable[..., RunningEdge]


def test_a_call_is_answered_with_what_is_known_and_kept(start: Start, kept: Callable[[], list[Message]]) -> None:
    lookups = RecordingLookup()
    with closing(Client(start(lookup=lookups).port)) as client:
        answer = client.ask(IDENTIFY, msgspec.json.encode(LOGIN), **HEADERS)
    assert answer.status == 200
    assert answer.json["additional_info"] == {"deviceModelName": "Pixel 9"}
    assert [asked.device for asked in lookups.asked] == [ident("anonymous_id", UID)]
    assert [message.traits for message in kept()] == [LOGIN["traits"]]


def test_a_call_that_is_refused_is_not_looked_up(start: Start) -> None:
    lookups = RecordingLookup()
    with closing(Client(start(lookup=lookups).port)) as client:
        assert client.ask(EXTERNAL_IDS, b"{}", **HEADERS).status == 400
    assert lookups.asked == []


def test_what_waits_for_an_answer_counts_as_held(start: Start, log: GatedLog) -> None:
    lookups = RecordingLookup()
    lookups.open.clear()
    running = start(EdgeSettings(pending_bytes=1 << 20), lookup=lookups)
    sizes = (600 << 10, 430 << 10)
    with (
        closing(Client(running.port)) as one,
        closing(Client(running.port)) as two,
        closing(Client(running.port)) as late,
    ):
        for client, size in zip((one, two), sizes, strict=True):
            client.send(request(EXTERNAL_IDS, msgspec.json.encode(SESSION | {"more": "x" * size}), **HEADERS))
        until(lambda: len(lookups.asked) == 2)
        assert late.ask(EXTERNAL_IDS, msgspec.json.encode(SESSION), **HEADERS).status == 429
        assert log.writes == []
        lookups.open.set()
        assert [client.answer().status for client in (one, two)] == [200, 200]
        assert late.ask(EXTERNAL_IDS, msgspec.json.encode(SESSION), **HEADERS).status == 200
    assert running.edge.budget.taken == 0


def test_a_call_may_ask_again_and_keep_good_entries_of_what_it_refuses(
    start: Start, kept: Callable[[], list[Message]]
) -> None:
    lookups = RecordingLookup()
    headers = {"X_XNG_AuthToken": AUTH_TOKEN, "X_XNG_ApiVersion": "1"}
    body = {"updated": [{"id": "u-1"}, {"email": "?"}], "deleted": [{"id": "d-1"}, {"id": "d-2"}]}
    running = start(lookup=lookups)
    with closing(Client(running.port)) as client:
        answer = client.ask("/users/batch", msgspec.json.encode(body), **headers)
    assert answer.status == 400
    assert [each["success"] for each in answer.json["updated"]] == [True, False]
    assert [asked.identifiers for asked in lookups.asked] == [(ident("user_id", "d-1"),), (ident("user_id", "d-2"),)]
    assert [message.identifiers for message in kept()] == [(ident("user_id", "u-1"),)]
    (refused,) = running.edge.rejections.take()[0]
    assert refused.status == 400
