"""Live events: the newest as a page, and all of them as a stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from tests.api.api_client import ApiClient
from tests.api.test_rejected_requests import refuse
from tests.positions import at
from tests.state.state_builder import ident

from passerby.log.protocol import LogFull
from passerby.services import tail
from passerby.services.errors import ServiceError
from passerby.services.items import Wanted
from passerby.services.readers import Readers
from passerby.services.tail import Place, Tail, place_of
from passerby.web import streaming
from passerby.web.streaming import EventStream, follow

ALL = Wanted()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the waits of streams."""
    monkeypatch.setattr(tail, "LOOK_SECONDS", 0.005)
    monkeypatch.setattr(streaming, "LOOK_SECONDS", 0.005)
    monkeypatch.setattr(streaming, "GATHER_SECONDS", 0.02)


def say(api: ApiClient, name: str = "Seen", **fields: Any) -> str:
    """Have an event accepted; its id."""
    fields.setdefault("identifiers", (ident("mobile_id", "m1"),))
    return api.append(kind="track", name=name, **fields).id


def recent(api: ApiClient, **query: Any) -> list[str]:
    return [item["id"] for item in api.get("/v1/live/recent", **query).json()["items"]]


def test_the_newest_comes_first_whether_accepted_or_rejected(api: ApiClient) -> None:
    first = say(api, properties={"sku": "R-88"}, identifiers=(ident("mobile_id", "m1"), ident("user_id", "u1")))
    refuse(api, "The body is not JSON.")
    refused, accepted = api.get("/v1/live/recent").json()["items"]
    assert accepted == {
        "id": first,
        "status": "accepted",
        "kind": "track",
        "dialect": "test",
        "name": "Seen",
        "who": {"namespace": "user_id", "value": "u1", "scope": ""},
        "time": accepted["received_at"],
        "received_at": accepted["received_at"],
        "payload": '{"sku":"R-88"}',
        "reason": None,
        "http_status": None,
        "semantic": None,
        "state": "accepted",
        "errors": [],
    }
    assert (refused["status"], refused["kind"], refused["reason"]) == ("refused", "request", "The body is not JSON.")
    assert (refused["http_status"], refused["name"], refused["who"]) == (400, "track", None)


def test_only_what_is_asked_for_comes(api: ApiClient) -> None:
    seen, bought = say(api), say(api, "Bought", dialect="other", properties={"Sku": "R-88"})
    refuse(api, "no")
    assert recent(api, status="accepted") == [bought, seen]
    assert len(recent(api, status="refused")) == 1
    assert recent(api, dialect="other") == [bought]
    assert recent(api, name="Seen") == [seen]
    assert recent(api, q='sku":"r-88') == [bought]
    assert recent(api, status="accepted", limit=1) == [bought]
    assert len(recent(api, dialect="segment", name="track", q="EVENT")) == 1
    assert recent(api, q="nowhere") == []


def test_nothing_of_another_project_does(api: ApiClient) -> None:
    say(api, project=api.other_project)
    refuse(api, "theirs", api.other_project)
    assert recent(api) == []


class Stream:
    """A stream that is followed in the test's own event loop."""

    def __init__(self, api: ApiClient, chunks: AsyncIterator[bytes]) -> None:
        self.api = api
        self._chunks = chunks

    async def next(self) -> dict[str, str]:
        """The fields of the next event."""
        async with asyncio.timeout(20):
            chunk = await anext(self._chunks)
        return dict(line.split(": ", 1) for line in chunk.decode().splitlines() if line)

    async def items(self) -> list[str]:
        """The names of the items of the next event that has some."""
        while "data" not in (fields := await self.next()):
            pass
        return [item["name"] for item in json.loads(fields["data"])["items"]]


def tail_of(api: ApiClient, is_ending: Callable[[], bool] = lambda: False) -> Tail:
    return Tail(api.server.context.log, api.server.context.refused, Readers(1), is_ending)


def followed(
    api: ApiClient,
    test: Callable[[Stream], Awaitable[None]],
    wanted: Wanted = ALL,
    place: Place | None = None,
    may: Callable[[], bool] = lambda: True,
) -> None:
    """Follow the live stream for the duration of a test."""

    async def main() -> None:
        await test(Stream(api, follow(tail_of(api), (api.project,), wanted, place, may)))

    asyncio.run(main())


def test_a_follower_gets_new_events(api: ApiClient) -> None:
    say(api, "Before")

    async def test(stream: Stream) -> None:
        assert await stream.next() == {"retry": "2000", "id": (await stream_place(api))}
        say(api, "After")
        say(api, "Theirs", project=api.other_project)
        refuse(api, "no")
        names = await stream.items()
        while len(names) < 2:
            names += await stream.items()
        assert sorted(names) == ["After", "track"]

    followed(api, test)


async def stream_place(api: ApiClient) -> str:
    return tail.id_of(await tail_of(api).head())


def test_a_reconnected_stream_continues_after_the_last_event(api: ApiClient) -> None:
    place = place_of(api.get("/v1/live/recent").json()["cursor"])
    for number in range(20):
        say(api, f"Missed {number}")

    async def test(stream: Stream) -> None:
        await stream.next()
        assert await stream.items() == [f"Missed {number}" for number in range(20)]

    followed(api, test, place=place)


def test_a_place_that_is_not_reached_yet_is_now(api: ApiClient) -> None:
    async def test(stream: Stream) -> None:
        assert (await stream.next())["id"] == await stream_place(api)

    followed(api, test, place=Place(at(10**12), 10**12))


def test_a_slow_stream_reports_how_many_events_are_missing(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "HELD", 5)
    monkeypatch.setattr(tail, "SHOWN", 2)
    place = place_of(api.get("/v1/live/recent").json()["cursor"])
    for number in range(9):
        say(api, f"N{number}")

    async def test(stream: Stream) -> None:
        await stream.next()
        fields = await stream.next()
        data = json.loads(fields["data"])
        assert [item["name"] for item in data["items"]] == ["N7", "N8"]
        assert data["skipped"] == 7

    followed(api, test, place=place)


def test_an_idle_stream_sends_heartbeats(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "KEEP_ALIVE_SECONDS", 0.0)

    async def test(stream: Stream) -> None:
        await stream.next()
        assert (await stream.next())[""] == "nothing new"

    followed(api, test)


def test_a_log_that_cannot_be_read_for_a_moment_ends_nothing(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "KEEP_ALIVE_SECONDS", 0.0)
    failing = [True]
    read = Tail._read  # noqa: SLF001 - where the log is read

    def fails(self: Tail, since: Place) -> Any:
        if failing.pop() if failing else False:
            raise LogFull("not now")
        return read(self, since)

    monkeypatch.setattr(Tail, "_read", fails)

    async def test(stream: Stream) -> None:
        await stream.next()
        say(api, "After")
        assert await stream.items() == ["After"]

    followed(api, test)


def test_a_stream_ends_when_its_session_loses_access(api: ApiClient) -> None:
    async def test(stream: Stream) -> None:
        await stream.next()
        with pytest.raises(StopAsyncIteration):
            await stream.next()

    followed(api, test, may=lambda: False)


class Reader:
    """The other end of a stream: takes what is sent for as long as it likes, and leaves."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.leaves = asyncio.Event()
        self.takes = asyncio.Event()
        self.takes.set()

    async def send(self, message: Any) -> None:
        await self.takes.wait()
        self.sent.append(message)

    async def receive(self) -> Any:
        if not self.sent:
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def follow(self, tail_: Tail, chunks: AsyncIterator[bytes]) -> None:
        stream = EventStream(tail_, chunks)
        await stream.to_asgi_response(None, None)({}, self.receive, self.send)  # type: ignore[arg-type]  # neither is looked at


async def forever() -> AsyncIterator[bytes]:
    while True:
        yield b"data: 1\n\n"
        await asyncio.sleep(0.001)


async def twice() -> AsyncIterator[bytes]:
    for _ in range(2):
        yield b"data: 1\n\n"


def test_a_stream_ends_when_its_reader_leaves(api: ApiClient) -> None:
    async def main() -> None:
        reader, following = Reader(), tail_of(api)
        task = asyncio.create_task(reader.follow(following, forever()))
        async with asyncio.timeout(20):
            while len(reader.sent) < 3:  # noqa: ASYNC110 - what is sent sets no event
                await asyncio.sleep(0.001)
            reader.leaves.set()
            await task
        assert reader.sent[0]["status"] == 200
        assert dict(reader.sent[0]["headers"])[b"content-type"].startswith(b"text/event-stream")

    asyncio.run(main())


def test_and_when_there_is_no_more(api: ApiClient) -> None:
    async def main() -> None:
        reader = Reader()
        async with asyncio.timeout(20):
            await reader.follow(tail_of(api), twice())
        assert reader.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}

    asyncio.run(main())


def test_a_reader_that_takes_nothing_is_dropped(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "SLOW_SECONDS", 0.05)

    async def main() -> None:
        reader = Reader()
        task = asyncio.create_task(reader.follow(tail_of(api), forever()))
        async with asyncio.timeout(20):
            while not reader.sent:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.001)
            reader.takes.clear()
            await task

    asyncio.run(main())


def test_no_more_follow_than_may(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "FOLLOWERS", 1)

    async def main() -> None:
        following = tail_of(api)
        EventStream(following, twice())
        with pytest.raises(ServiceError, match="too many"):
            EventStream(following, twice())
        following.leave()
        EventStream(following, twice())

    asyncio.run(main())


def test_a_cursor_that_is_none_is_refused(api: ApiClient) -> None:
    answer = api.get("/v1/live", after="yesterday")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_parameter")


def test_a_stream_ends_with_the_server(api: ApiClient) -> None:
    async def main() -> None:
        chunks = follow(tail_of(api, lambda: True), (api.project,), ALL, None, lambda: True)
        assert len([chunk async for chunk in chunks]) == 1

    asyncio.run(main())


def test_a_revoked_token_ends_its_stream(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    credentials = api.server.credentials
    lookup = credentials.token_project

    def once(token: str) -> int | None:
        calls.append(token)
        return lookup(token) if len(calls) == 1 else None

    monkeypatch.setattr(credentials, "token_project", once)
    answer = api.get("/v1/live")
    assert answer.status_code == 200
    assert answer.text.startswith("retry: 2000\nid: ")


def test_a_reader_started_first_misses_nothing(api: ApiClient) -> None:
    place = place_of(api.get("/v1/live/recent").json()["cursor"])
    say(api, "Before")

    async def main() -> None:
        following = tail_of(api)
        others = Stream(api, follow(following, (api.project,), ALL, None, lambda: True))
        await others.next()
        say(api, "Now")
        assert await others.items() == ["Now"]
        ours = Stream(api, follow(following, (api.project,), ALL, place, lambda: True))
        await ours.next()
        assert await ours.items() == ["Before", "Now"]
        say(api, "After")
        assert await others.items() == await ours.items() == ["After"]

    asyncio.run(main())


def test_what_is_held_for_all_is_bounded(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "HELD", 3)

    async def test(stream: Stream) -> None:
        await stream.next()
        for number in range(12):
            say(api, f"N{number}")
            refuse(api, "no")
            if number % 4 == 3:
                while f"N{number}" not in await stream.items():
                    pass

    followed(api, test)


def test_an_item_says_what_is_wrong_with_each_attribute(api: ApiClient) -> None:
    say(api, "Paid", properties={"price": 1, "note": "kept"})
    api.server.apply()
    wrong = say(api, "Paid", properties={"price": "9,50", "note": "kept"})
    right = say(api, "Paid", properties={"price": 2})
    useless = api.append(kind="invalid", identifiers=()).id
    refuse(api, "The body is not JSON.")
    shown = {item["id"]: item for item in api.get("/v1/live/recent").json()["items"]}
    assert (shown[wrong]["status"], shown[wrong]["state"], shown[right]["state"]) == ("accepted", "errors", "accepted")
    assert shown[wrong]["errors"] == [
        {"kind": "type_mismatch", "attribute": "price", "message": "Expected number, got string"}
    ]
    assert [item["state"] for item in shown.values() if item["status"] == "refused"] == ["dropped"]
    assert recent(api, status="errors") == [wrong]
    assert set(recent(api, status="dropped")) == {useless, *recent(api, status="refused")}


def test_names_are_found_in_any_case_by_name_and_by_text(api: ApiClient) -> None:
    seen = say(api, "Checkout Started")
    assert recent(api, name="checkout STARTED") == [seen]
    assert recent(api, q="CHECKOUT start") == [seen]
    assert recent(api, name="Checkout") == []
