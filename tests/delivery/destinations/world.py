"""A destination with an outbox, people and a target that the test scripts, under a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from tests.delivery.outboxes import MemoryOutbox

from passerby.deliveries.protocol import Step
from passerby.deliveries.sqlite.store import SqliteDeliveryStore
from passerby.delivery.destinations.feed import Feed
from passerby.delivery.destinations.http import NoResponse
from passerby.delivery.destinations.runner import Runner
from passerby.delivery.destinations.shared import Shared
from passerby.delivery.destinations.target import Target
from passerby.destinations.records import Destination, PauseReason, SigningSecret
from passerby.destinations.verdicts import Request, Response
from passerby.messages import StoredEvent
from passerby.outbox.protocol import OutboxBatch
from passerby.outbox.records import Change, encoded
from passerby.positions import Position
from passerby.profiles.activity import Activity
from passerby.profiles.view import MemberRecord, Profile, fold_profile

ResultT = TypeVar("ResultT")
SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
ID = "01936d2e-0000-7000-8000-000000000001"
START_MS = 1_700_000_000_000


def in_event_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Make a test of a coroutine function."""

    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


def person(number: int) -> str:
    """The id of a profile."""
    return f"01936d2e-0000-7000-8000-{number:012}"


def destination(**changes: Any) -> Destination:
    """A webhook that receives events."""
    webhook = Destination(
        id=ID,
        project=1,
        kind="webhook",
        name="crm",
        config={"url": "https://example.com/hook"},
        signing_secrets=(SigningSecret(SECRET, 0),),
        types=("event",),
        ordering="person",
        created_at=START_MS,
        changed_at=START_MS,
    )
    return msgspec.structs.replace(webhook, **changes)


class People:
    """Profiles, some of which are merged into others."""

    def __init__(self) -> None:
        self.merged: dict[str, str] = {}
        self.erased: set[str] = set()

    def canonical(self, project: int, profiles: Sequence[str]) -> dict[str, str]:
        assert project == 1
        return {profile: self.merged.get(profile, profile) for profile in profiles if profile not in self.erased}

    def profile(self, project: int, profile: str) -> Profile | None:
        found = self.canonical(project, [profile]).get(profile)
        return (
            None
            if found is None
            else fold_profile(MemberRecord(id=found, activity=Activity(START_MS, START_MS)), (), ())
        )


class ScriptedTarget:
    """A target that answers as its script says (`passerby.delivery.destinations.sending.Client`)."""

    def __init__(self, answer: Callable[[Request], int | Response | str]) -> None:
        """The script returns a status, a response, or the reason why there is none."""
        self.answer = answer
        self.requests: list[Request] = []

    async def send(self, request: Request, timeout_seconds: float) -> Response:
        assert timeout_seconds > 0
        self.requests.append(request)
        await asyncio.sleep(0)
        answer = self.answer(request)
        if isinstance(answer, str):
            raise NoResponse(answer)
        return answer if isinstance(answer, Response) else Response(answer, {}, b"")

    @property
    def ids(self) -> list[str]:
        """The ids of the requests in their order."""
        return [request.headers["webhook-id"] for request in self.requests]


class World:
    """An installation with one destination."""

    def __init__(self, folder: Path, answer: Callable[[Request], int | Response | str] = lambda _: 200) -> None:
        self.outbox = MemoryOutbox()
        self.people = People()
        self.target = ScriptedTarget(answer)
        self.now = START_MS
        self.pauses: list[PauseReason] = []
        self.thread = ThreadPoolExecutor(1)
        self.store = self.thread.submit(SqliteDeliveryStore, folder / "deliveries.db").result()
        self.position = 0
        self.task: asyncio.Task[None] | None = None

    def event(self, number: int, name: str = "Viewed", at: int | None = None, dialect: str = "segment") -> StoredEvent:
        """The next event of the log, of a person."""
        self.position += 1
        return StoredEvent(
            project=1,
            profile_id=person(number),
            time=self.now if at is None else at,
            id=f"01936d2e-0000-7000-9000-{self.position:012}",
            name=name,
            received_at=self.now,
            position=Position(self.position),
            properties={"n": self.position},
            rejected=[],
            context={},
            session_id="",
            dialect=dialect,
        )

    def add(self, *facts: StoredEvent | Change) -> None:
        """Add a row with these events and changes to the outbox."""
        events = [fact for fact in facts if isinstance(fact, StoredEvent)]
        changes = [fact for fact in facts if not isinstance(fact, StoredEvent)]
        body = b"".join(msgspec.json.encode(event) + b"\n" for event in events)
        row = len(self.outbox.batches) + 1
        self.outbox.batches.append(OutboxBatch(row, Position(self.position), len(events), body, encoded(changes)))

    def events(self, *numbers: int) -> None:
        """Add a row with an event of each of these persons."""
        self.add(*(self.event(number) for number in numbers))

    def in_thread(self, function: Callable[[], ResultT]) -> Awaitable[ResultT]:
        return asyncio.get_running_loop().run_in_executor(self.thread, function)

    @asynccontextmanager
    async def running(self, configured: Destination | None = None) -> AsyncIterator[Runner]:
        """Deliver while the block runs."""
        shared = Shared(
            feed=Feed(self.outbox, self.thread),
            store=self.store,
            people=self.people,
            in_thread=self.in_thread,
            now=lambda: self.now,
            pause=lambda _, reason: self.pauses.append(reason),
        )
        runner = Runner(Target(configured or destination(), "default"), 0, shared, self.target)
        self.task = task = asyncio.create_task(runner.run())
        try:
            yield runner
        finally:
            runner.stop()
            await task

    async def until(self, is_true: Callable[[], bool], step_ms: int = 5) -> None:
        """Wait until something is so; the clock moves by `step_ms` each time that it is not."""
        for _ in range(2_000):
            if await self.in_thread(is_true):
                return
            if self.task is not None and self.task.done():
                self.task.result()
            self.now += step_ms
            await asyncio.sleep(0.005)
        raise AssertionError("it did not happen")

    def check_counts(self) -> dict[tuple[Step, str], int]:
        """Assert that every selected item is accounted for, and return the totals."""
        totals = self.store.totals(ID)

        def total(step: str) -> int:
            return sum(n for (each, _), n in totals.items() if each == step)

        progress = self.store.progress(ID)
        assert progress is not None
        dead = sum(self.store.dead_by_reason(ID).values())
        assert dead == total("dead") - total("replayed") - total("expired")
        accounted = sum(map(total, ("filtered", "withheld", "delivered", "expired"))) + dead + self.store.parked(ID)
        assert total("selected") == accounted + progress.waiting
        return totals

    def close(self) -> None:
        self.thread.submit(self.store.close).result()
        self.thread.shutdown()
