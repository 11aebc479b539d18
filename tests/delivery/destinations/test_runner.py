"""The runner: every item gets an outcome, people keep their order, and a target that is down costs nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.delivery.destinations.world import ID, World, destination, in_event_loop, person

from passerby.destinations.records import Batch
from passerby.destinations.verdicts import Request, Response
from passerby.messages import Identifier
from passerby.outbox.records import Attached, Created, Erased, Merged, TraitsChanged
from passerby.positions import Position


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


@in_event_loop
async def test_events_are_delivered_in_order(world: World) -> None:
    world.events(1, 2, 1)
    async with world.running():
        world.events(3)
        await world.until(lambda: len(world.target.requests) == 4)
    assert sorted(world.target.ids) == ["ev-1", "ev-2", "ev-3", "ev-4"]
    assert world.target.ids.index("ev-1") < world.target.ids.index("ev-3")
    totals = world.check_counts()
    assert totals == {("selected", ""): 4, ("delivered", ""): 4}
    progress = world.store.progress(ID)
    assert progress is not None
    assert (progress.done, progress.waiting) == (progress.read, 0)


@in_event_loop
async def test_a_restart_repeats_nothing_that_is_recorded(world: World) -> None:
    world.events(1, 2)
    for _ in range(2):
        async with world.running():
            await world.until(lambda: (world.store.progress(ID) is not None) and len(world.target.requests) >= 2)
    assert len(world.target.requests) == 2
    assert world.check_counts() == {("selected", ""): 2, ("delivered", ""): 2}


@in_event_loop
async def test_an_item_that_fails_is_retried_and_only_its_person_waits(world: World) -> None:
    failing = {"ev-1"}
    world.target.answer = lambda request: 503 if request.headers["webhook-id"] in failing else 200
    world.events(1, 1, 2)
    async with world.running():
        await world.until(lambda: world.store.parked(ID) == 2)
        await world.until(lambda: "ev-3" in world.target.ids)
        assert "ev-2" not in world.target.ids
        world.events(1)
        await world.until(lambda: world.store.parked(ID) == 3)
        world.check_counts()
        failing.clear()
        await world.until(lambda: len(world.target.ids) == 5, step_ms=100)
        await world.until(lambda: world.store.parked(ID) == 0, step_ms=10)
    assert world.target.ids == ["ev-1", "ev-3", "ev-1", "ev-2", "ev-4"]
    assert world.check_counts()["delivered", ""] == 4


@in_event_loop
async def test_an_item_is_dead_after_twelve_attempts(world: World) -> None:
    world.target.answer = lambda request: 500 if request.headers["webhook-id"] == "ev-1" else 200
    world.events(1)

    def is_dead() -> bool:
        world.events(2)  # succeeds, so that the breaker stays closed
        return bool(world.store.dead(ID, limit=1))

    async with world.running():
        await world.until(is_dead, step_ms=3_600_000)
    assert world.target.ids.count("ev-1") == 12
    (dead,) = world.store.dead(ID, limit=10)
    assert (dead.attempts, dead.reason, dead.status) == (12, "http_500", 500)
    assert world.check_counts()["dead", "http_500"] == 1


@in_event_loop
async def test_a_destination_that_only_fails_for_five_days_is_paused(world: World) -> None:
    world.target.answer = lambda _: 500
    world.events(1)
    async with world.running():
        await world.until(lambda: world.pauses == ["failing"], step_ms=3_600_000)
    assert world.store.dead(ID, limit=1) == []
    assert world.store.parked(ID) == 1


@in_event_loop
async def test_a_refused_item_is_dead_at_once_and_the_next_one_of_its_person_is_sent(world: World) -> None:
    world.target.answer = lambda request: (
        Response(422, {}, b"no such field") if request.headers["webhook-id"] == "ev-1" else Response(200, {}, b"")
    )
    world.events(1, 1)
    async with world.running():
        await world.until(lambda: len(world.target.ids) == 2)
    (dead,) = world.store.dead(ID, limit=10)
    assert (dead.reason, dead.excerpt, dead.attempts, dead.subject[-1]) == ("http_422", "no such field", 1, "1")
    assert world.check_counts() == {("selected", ""): 2, ("delivered", ""): 1, ("dead", "http_422"): 1}


@in_event_loop
async def test_a_target_that_is_down_spends_no_attempts(world: World) -> None:
    is_down = True
    world.target.answer = lambda _: "connect" if is_down else 200
    world.events(*range(1, 101))
    async with world.running():
        await world.until(lambda: len(world.target.requests) >= 10)
        for _ in range(40):  # a day and more of probes
            await world.until(lambda: True)
            world.now += 3_600_000
        await world.until(lambda: world.store.parked(ID) > 0, step_ms=1)
        parked = world.store.parked(ID)
        assert parked < 20
        assert all(each.attempts == 1 for each in world.store.due(ID, 2**62, 100))
        world.check_counts()
        is_down = False
        await world.until(lambda: world.check_counts().get(("delivered", ""), 0) == 100, step_ms=1_000)
    assert world.store.dead(ID, limit=1) == []
    assert len(set(world.target.ids)) == 100


@in_event_loop
async def test_refused_credentials_pause_the_destination_and_an_hourly_probe_resumes_it(world: World) -> None:
    status = 401
    world.target.answer = lambda _: status
    world.events(1, 2, 3)
    async with world.running() as runner:
        await world.until(lambda: world.pauses == ["auth"])
        sent = len(world.target.requests)
        assert sent <= 3
        assert runner.paused == "auth"
        world.now += 3_600_001
        await world.until(lambda: len(world.target.requests) == sent + 1)
        status = 200
        world.now += 3_600_001
        await world.until(lambda: world.pauses == ["auth", ""])
        await world.until(lambda: world.check_counts().get(("delivered", ""), 0) == 3, step_ms=10)


@in_event_loop
async def test_one_bad_item_of_a_batch_is_found_by_halving(world: World) -> None:
    def answer(request: Request) -> int:
        numbers = {each["data"]["event"]["properties"]["n"] for each in json.loads(request.body)}
        return 400 if numbers & {3, 5, 6} else 200

    world.target.answer = answer
    world.events(*range(1, 9))
    async with world.running(destination(ordering="none", batch=Batch(max_items=8, max_wait_ms=0))):
        await world.until(lambda: len(world.store.dead(ID, limit=10)) == 3)
        await world.until(lambda: world.check_counts().get(("delivered", ""), 0) == 5, step_ms=10)
    assert sorted(dead.subject[-1] for dead in world.store.dead(ID, limit=10)) == ["3", "5", "6"]


@in_event_loop
async def test_a_batch_waits_for_others_as_long_as_it_may(world: World) -> None:
    async with world.running(destination(ordering="none", batch=Batch(max_items=3, max_wait_ms=5_000))):
        world.events(1, 2)
        await world.until(lambda: world.store.progress(ID) is not None)
        for _ in range(20):
            await world.until(lambda: True)
        assert world.target.requests == []
        world.events(3)
        await world.until(lambda: len(world.target.requests) == 1)
        world.events(4)
        await world.until(lambda: len(world.target.requests) == 2, step_ms=100)
    assert [len(json.loads(request.body)) for request in world.target.requests] == [3, 1]


@in_event_loop
async def test_changes_of_a_profile_in_one_batch_are_one_item(world: World) -> None:
    profile, position = person(1), Position(1)
    world.position = 1
    created = Created(project=1, position=position, profile=profile)
    identifier = Identifier("user_id", "u1")
    attached = Attached(project=1, position=position, profile=profile, identifier=identifier)
    named = TraitsChanged(project=1, position=position, profile=profile, names=("first_name",))
    world.add(created, attached, named)
    async with world.running(destination(types=("profile.created", "profile.updated"))):
        await world.until(lambda: len(world.target.requests) == 1)
    sent = json.loads(world.target.requests[0].body)
    assert (sent["type"], sent["id"]) == ("profile.created", f"pc-1-{profile}")
    assert [change["kind"] for change in sent["data"]["changes"]] == ["created", "attached", "traits"]
    assert world.check_counts() == {("selected", ""): 1, ("delivered", ""): 1}


@in_event_loop
async def test_items_of_a_winner_wait_for_parked_ones_of_the_profile_that_it_absorbed(world: World) -> None:
    failing = {"ev-1"}
    world.target.answer = lambda request: 503 if request.headers["webhook-id"] in failing else 200
    world.events(1)
    async with world.running():
        await world.until(lambda: world.store.parked(ID) == 1)
        world.people.merged[person(1)] = person(2)
        merged = Merged(
            project=1, position=Position(1), profile=person(1), canonical=person(2), winner=person(2), merge_id="m"
        )
        world.add(merged, world.event(2))
        await world.until(lambda: world.store.parked(ID) == 2)
        failing.clear()
        await world.until(lambda: world.store.parked(ID) == 0, step_ms=100)
    assert world.target.ids == ["ev-1", "ev-1", "ev-2"]


@in_event_loop
async def test_nothing_of_a_person_leaves_who_was_erased_while_an_item_was_parked(world: World) -> None:
    world.target.answer = lambda _: 503
    world.events(1, 1)
    async with world.running(destination(types=("event", "profile.erased"))):
        await world.until(lambda: world.store.parked(ID) == 2)
        sent = len(world.target.requests)
        world.people.erased.add(person(1))
        world.target.answer = lambda _: 200
        world.add(world.event(1), Erased(project=1, position=Position(3), profile=person(1), request="test_data"))
        await world.until(lambda: world.store.parked(ID) == 0, step_ms=100)
        await world.until(lambda: world.check_counts().get(("delivered", ""), 0) == 1)
    assert [json.loads(request.body)["type"] for request in world.target.requests[sent:]] == ["profile.erased"]
    assert world.check_counts()["filtered", "erased"] == 3


@in_event_loop
async def test_more_than_a_thousand_parked_items_of_a_person_are_dead_oldest_first(world: World) -> None:
    world.target.answer = lambda _: 503
    world.events(*[1] * 1_010)
    async with world.running():
        await world.until(lambda: world.store.parked(ID) == 1_000)
    dead = world.store.dead(ID, limit=20, reason="lane_full")
    assert len(dead) == 10
    assert world.check_counts()["selected", ""] == 1_010
