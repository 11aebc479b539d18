"""Changes of profiles to store, and outbox rows to carry them in."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from tests.event_store.chdb.sample_events import ANN, PROJECT

from passerby.event_store.protocol import StoredChange
from passerby.messages import Identifier
from passerby.outbox.protocol import OutboxBatch
from passerby.outbox.records import Attached, Change, Created, StageChanged, TraitsChanged, encoded
from passerby.positions import Position

NOW = time.time_ns() // 1_000_000
"""Changes of long ago would be dropped."""


def changes_at(position: int, profile: str = ANN, project: int = PROJECT) -> list[Change]:
    """The changes that a message may make which identifies a new user."""
    place: dict[str, Any] = {"project": project, "position": Position(position)}
    return [
        Created(**place, profile=profile),
        Attached(**place, profile=profile, identifier=Identifier("email", f"é'{position}\"\\@example.com", "shop")),
        StageChanged(**place, profile=profile, from_="anonymous", to="lead"),
        TraitsChanged(**place, profile=profile, names=("name", "plan")),
    ]


def row(id_: int, changes: Sequence[Change], at: int = NOW) -> OutboxBatch:
    """A row of the outbox without events."""
    last = max((change.position for change in changes), default=Position(0))
    return OutboxBatch(id_, last, 0, b"", encoded(changes), at)


def stored(changes: Sequence[Change], at: int = NOW) -> list[StoredChange]:
    """The same as they are read."""
    return [StoredChange(at, change) for change in changes]
