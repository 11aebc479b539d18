"""Builds a state with the real worker."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import uuid_utils

from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.log.protocol import Entry
from passerby.messages import Identifier, Message
from passerby.positions import Position
from passerby.state.sqlite.store import SqliteState
from passerby.worker.batch import Worker

DAY = 1_763_700_000_000
"""The time (ms) of the first message; each later one comes a second after the one before."""


def new_id() -> str:
    return str(uuid_utils.uuid7())


def ident(namespace: str, value: str, scope: str = "") -> Identifier:
    return Identifier(namespace, value, scope)


class StateBuilder:
    """A state to which messages are applied."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state = SqliteState(path)
        self._worker = Worker(self.state, lambda _: DEFAULT_POLICY)
        self._positions = count(1)

    def identify(self, *identifiers: Identifier, project: int = 1, **traits: Any) -> Message:
        """Append an identify call."""
        return self.apply(kind="identify", project=project, identifiers=identifiers, traits=traits)

    def track(self, name: str, *identifiers: Identifier, project: int = 1, **properties: Any) -> Message:
        """Append a track call."""
        return self.apply(kind="track", project=project, identifiers=identifiers, name=name, properties=properties)

    def apply(self, **fields: Any) -> Message:
        """Apply one message, with defaults for what is not given."""
        position = next(self._positions)
        defaults = {
            "id": new_id(),
            "dialect": "test",
            "time": DAY + position * 1000,
            "received_at": DAY + position * 1000,
        }
        message = Message(**{"project": 1, **defaults, **fields})
        self._worker.apply([Entry(Position(position), message)])
        return message

    def close(self) -> None:
        self.state.close()
