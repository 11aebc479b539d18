"""Reads a state from outside, through the protocol: what the worker has made of the log."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import apsw
import msgspec
from tests.worker.view import MergeView, PersonView, View

from passerby.engines import StateEngine
from passerby.messages import StoredEvent
from passerby.settings import OutboxSettings
from passerby.state.records import IdentityRecords, ProfileRecord
from passerby.state.sqlite.engine import SqliteStateEngine

_event_lines = msgspec.json.Decoder(StoredEvent).decode_lines
_BATCH: Final = 10_000_000
"""More rows or bytes than the outbox of a test has."""


class StateObserver:
    """A reader of a state. `events` are those of the outbox, in its order."""

    def __init__(self, engine: StateEngine) -> None:
        self.reader = engine.open_reader()
        self._outbox = engine.open_outbox(OutboxSettings())
        self._outbox_read = 0
        self._connection: apsw.Connection | None = None
        self._path: Path | None = engine.path if isinstance(engine, SqliteStateEngine) else None
        self.events: list[StoredEvent] = []

    def close(self) -> None:
        for part in (self.reader, self._outbox, self._connection):
            if part is not None:
                part.close()

    @property
    def is_sqlite(self) -> bool:
        """Whether `rows` can be asked for."""
        return self._path is not None

    def rows(self, query: str, *bindings: Any) -> list[Any]:
        """The rows of a query in SQLite's SQL: for what only its own tests ask."""
        if self._connection is None:
            self._connection = apsw.Connection(str(self._path), flags=apsw.SQLITE_OPEN_READONLY)
        return self._connection.execute(query, bindings).fetchall()

    def counts(self, query: str, *bindings: Any) -> dict[str, int]:
        """The rows of a query for names and numbers; zeros are left out."""
        return {name: count for name, count in self.rows(query, *bindings) if count}

    def totals(self, project: int) -> dict[str, int]:
        """The running totals by name; zeros are left out."""
        totals = self.reader.totals(project)._asdict()
        return {name: value for name, value in totals.items() if name != "positions" and value}

    def records(self, project: int) -> IdentityRecords:
        return self.reader.identity_records(project)

    def read_outbox(self) -> None:
        while batches := self._outbox.read(self._outbox_read, _BATCH, _BATCH):
            for batch in batches:
                self._outbox_read = batch.id
                self.events += _event_lines(batch.body)

    def view(self, project: int, records: IdentityRecords | None = None) -> View:
        """Return the state of a project in the model's terms, from these records if they were already read."""
        self.read_outbox()
        records = records or self.records(project)
        numbers = {profile.id: number for number, profile in enumerate(records.profiles)}
        names: dict[str, set[Any]] = defaultdict(set)
        for identifier, home in records.homes.items():
            names[home.member].add(identifier)
        events = self._events(project)
        totals = self.reader.totals(project)
        stages = {"anonymous": totals.anonymous, "lead": totals.lead, "customer": totals.customer}
        return View(
            people=[_person(profile, numbers, names, events) for profile in records.profiles],
            merges=[
                MergeView(
                    winner=numbers[merge.winner],
                    loser=numbers[merge.loser],
                    through=frozenset(name for name in (merge.via, merge.by) if name is not None),
                    undone=merge.undone,
                )
                for merge in records.merges
            ],
            history={kind: count for kind, count in records.decisions.items() if count},
            links={(hint, numbers[profile]) for hint, profile in records.links},
            apart={(name, frozenset(numbers[profile] for profile in pair)) for name, pair in records.separations},
            stages={name: count for name, count in stages.items() if count},
        )

    def _events(self, project: int) -> dict[str, list[str]]:
        events: dict[str, list[str]] = defaultdict(list)
        for event in self.events:
            if event.project == project:
                events[event.profile_id].append(event.id)
        return events


def _person(
    profile: ProfileRecord, numbers: dict[str, int], names: dict[str, set[Any]], events: dict[str, list[str]]
) -> PersonView:
    return PersonView(
        into=None if profile.merged_into is None else numbers[profile.merged_into],
        names=frozenset(names[profile.id]),
        stage=int(profile.stage),
        user_id=profile.user_id,
        traits={name: (newest.time, newest.position, newest.value) for name, newest in profile.traits.items()},
        events=events[profile.id],
    )
