"""The parts that the routes work with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from passerby.api.authorization import Tokens
from passerby.api.health import Check
from passerby.api.log import AcceptedLog
from passerby.api.readers import Readers
from passerby.api.visibility import Visibility
from passerby.events.protocol import EventStore
from passerby.identity.namespaces import Policy
from passerby.state.views import StateReader


class Undo(Protocol):
    """The one thing that the API changes in the state."""

    def __call__(self, project: int, merge_id: str, at: int) -> tuple[str, str]:
        """Take a merge back; see `state.protocol.State.undo_merge`. May be called from any thread."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that a request may need.

    `policy_of` gives a project's identity rules, `now` milliseconds since 1970, `metrics` the page of `/metrics`;
    `ingest_url` is where the vendors' calls go.
    """

    tokens: Tokens
    policy_of: Callable[[int], Policy]
    state: StateReader
    undo: Undo
    log: AcceptedLog
    events: EventStore
    visibility: Visibility
    readers: Readers
    checks: Sequence[Check]
    metrics: Callable[[], str]
    now: Callable[[], int]
    ingest_url: str
