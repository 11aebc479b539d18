"""Looks at a state's file from outside: what the worker has made of the log."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import apsw
import msgspec
from tests.worker.view import STAGES, MergeView, PersonView, View

from passerby.messages import Identifier, StoredEvent
from passerby.state.manager.ids import to_blob

_event_lines = msgspec.json.Decoder(StoredEvent).decode_lines


class Watcher:
    """A reader of a state's file. `events` are those of the outbox, in its order."""

    def __init__(self, path: Path) -> None:
        self._connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        self._outbox_read = 0
        self.events: list[StoredEvent] = []

    def close(self) -> None:
        self._connection.close()

    def rows(self, query: str, *bindings: Any) -> list[Any]:
        return self._connection.execute(query, bindings).fetchall()

    def counts(self, query: str, *bindings: Any) -> dict[str, int]:
        """The rows of a query for names and numbers; zeros are left out."""
        return {name: count for name, count in self.rows(query, *bindings) if count}

    def totals(self, project: int) -> dict[str, int]:
        return self.counts("SELECT name, value FROM totals WHERE project = ?", project)

    def read_outbox(self) -> None:
        for id_, body in self.rows("SELECT id, body FROM outbox WHERE id > ? ORDER BY id", self._outbox_read):
            self._outbox_read = id_
            self.events += _event_lines(body)

    def view(self, project: int) -> View:
        self.read_outbox()
        profiles = self.rows(
            "SELECT id, merged_into, stage, user_id FROM profiles WHERE project = ? ORDER BY id", project
        )
        numbers = {row[0]: number for number, row in enumerate(profiles)}
        names, traits, events = self._names(project), self._traits(project), self._events(project)
        return View(
            people=[
                PersonView(numbers.get(into), frozenset(names[id_]), stage, user_id, traits[id_], events[id_])
                for id_, into, stage, user_id in profiles
            ],
            merges=self._merges(project, numbers),
            history=self.counts("SELECT kind, count(*) FROM history WHERE project = ? GROUP BY kind", project),
            links=self._links(project, numbers),
            apart=self._apart(project, numbers),
            stages={name: count for name, count in self.totals(project).items() if name in STAGES},
        )

    def _names(self, project: int) -> dict[bytes, list[Identifier]]:
        names: dict[bytes, list[Identifier]] = defaultdict(list)
        query = "SELECT profile, namespace, value, scope FROM identifiers WHERE project = ?"
        for profile, *name in self.rows(query, project):
            names[profile].append(Identifier(*name))
        return names

    def _traits(self, project: int) -> dict[bytes, dict[str, tuple[int, int, object]]]:
        traits: dict[bytes, dict[str, tuple[int, int, object]]] = defaultdict(dict)
        query = "SELECT t.* FROM traits AS t JOIN profiles AS p ON p.id = t.profile WHERE p.project = ?"
        for profile, name, value, time, position in self.rows(query, project):
            traits[profile][name] = (time, position, msgspec.json.decode(value))
        return traits

    def _events(self, project: int) -> dict[bytes, list[str]]:
        events: dict[bytes, list[str]] = defaultdict(list)
        for event in self.events:
            if event.project == project:
                events[to_blob(event.profile_id)].append(event.id)
        return events

    def _merges(self, project: int, numbers: dict[bytes, int]) -> list[MergeView]:
        return [
            MergeView(
                winner=numbers[winner],
                loser=numbers[loser],
                through=frozenset(Identifier(*name) for name in (through[:3], through[3:]) if name[0]),
                undone=undone_at is not None,
            )
            for winner, loser, undone_at, *through in self.rows(
                """
                SELECT winner, loser, undone_at, via_namespace, via_value, via_scope, by_namespace, by_value, by_scope
                FROM merges WHERE project = ? ORDER BY id
                """,
                project,
            )
        ]

    def _links(self, project: int, numbers: dict[bytes, int]) -> set[tuple[Identifier, int]]:
        query = "SELECT profile, namespace, value, scope FROM hint_links WHERE project = ?"
        return {(Identifier(*hint), numbers[profile]) for profile, *hint in self.rows(query, project)}

    def _apart(self, project: int, numbers: dict[bytes, int]) -> set[tuple[Identifier, frozenset[int]]]:
        query = "SELECT one, other, namespace, value, scope FROM separations WHERE project = ?"
        rows = self.rows(query, project)
        return {(Identifier(*name), frozenset((numbers[one], numbers[other]))) for one, other, *name in rows}
