"""What the runners of a process share: the stores, in the thread that they belong to, and the clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from passerby.deliveries.protocol import DeliveryStore
from passerby.delivery.destinations.feed import Feed
from passerby.destinations.records import PauseReason
from passerby.profiles.view import Profile

ResultT = TypeVar("ResultT")


class People(Protocol):
    """Reads profiles of the state. Called in the thread of the stores."""

    def canonical(self, project: int, profiles: Sequence[str]) -> dict[str, str]:
        """Return the canonical profile of each of these; erased and unknown ones are left out."""

    def profile(self, project: int, profile: str) -> Profile | None:
        """Return the canonical profile of this id, None for an erased one."""


class InThread(Protocol):
    """Runs a function in the thread that the stores belong to."""

    def __call__(self, function: Callable[[], ResultT], /) -> Awaitable[ResultT]: ...


class Shared(NamedTuple):
    """What the runners of a process share."""

    feed: Feed
    store: DeliveryStore
    people: People
    in_thread: InThread
    now: Callable[[], int]
    """Returns the time in ms."""
    pause: Callable[[str, PauseReason], None]
    """Records that a destination is paused and why; with "", that it is not any more. Called in the thread."""
