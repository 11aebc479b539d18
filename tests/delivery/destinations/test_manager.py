"""The manager: runs what is configured, and pauses what cannot be used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from tests.delivery.destinations.world import ID, World, destination, in_event_loop

from passerby.deliveries.protocol import Changes
from passerby.delivery.destinations.feed import Feed
from passerby.delivery.destinations.manager import Manager
from passerby.delivery.destinations.shared import Shared
from passerby.destinations.egress import Policy
from passerby.destinations.protocol import (
    ConfigurationsSnapshot,
    ConfigurationsUnavailable,
    Configured,
    Destinations,
)
from passerby.destinations.records import Destination


class Configurations:
    """Configurations that the test changes."""

    def __init__(self, *destinations: Destination) -> None:
        self.destinations = list(destinations)
        self.revision = 1
        self.fails = False

    def changes_since(self, revision: int) -> ConfigurationsSnapshot | None:
        if self.fails:
            raise ConfigurationsUnavailable("locked")
        if revision >= self.revision:
            return None
        return ConfigurationsSnapshot(self.revision, [Configured(each, "default", 0) for each in self.destinations])

    def set(self, *destinations: Destination) -> None:
        self.destinations = list(destinations)
        self.revision += 1


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


@asynccontextmanager
async def managing(world: World, configurations: Configurations) -> AsyncIterator[Manager]:
    shared = Shared(
        feed=Feed(world.outbox, world.thread),
        store=world.store,
        people=world.people,
        in_thread=world.in_thread,
        now=lambda: world.now,
        pause=lambda _, reason: world.pauses.append(reason),
    )
    manager = Manager(cast("Destinations", configurations), shared, Policy())
    task = asyncio.create_task(manager.run())
    try:
        yield manager
    finally:
        manager.stop()
        await task


@in_event_loop
async def test_a_destination_that_this_version_cannot_use_is_paused(world: World) -> None:
    async with managing(world, Configurations(destination(kind="telegraph"))):
        await world.until(lambda: world.pauses == ["misconfigured"])


@in_event_loop
async def test_a_target_that_may_not_be_reached_pauses_its_destination(world: World) -> None:
    world.events(1)
    async with managing(world, Configurations(destination(config={"url": "https://127.0.0.1/hook"}))):
        await world.until(lambda: world.pauses == ["misconfigured"])
        await world.until(lambda: world.check_counts()["selected", ""] == 1)
    progress = world.store.progress(ID)
    assert progress is not None
    assert progress.waiting == 1


@in_event_loop
async def test_the_progress_of_a_deleted_destination_is_deleted(world: World) -> None:
    await world.in_thread(lambda: world.store.begin("former", 0, 1))
    await world.in_thread(lambda: world.store.record("former", Changes(5, 5, 1)))
    async with managing(world, Configurations()):
        await world.until(lambda: world.store.positions() == {})


@in_event_loop
async def test_configurations_that_cannot_be_read_are_read_again(world: World) -> None:
    configurations = Configurations()
    async with managing(world, configurations) as manager:
        await world.until(lambda: True)
        configurations.fails = True
        configurations.set(destination(kind="telegraph"))
        with pytest.raises(ConfigurationsUnavailable):
            await manager.refresh()
        configurations.fails = False
        await world.until(lambda: world.pauses == ["misconfigured"])
