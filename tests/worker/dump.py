"""All of a state, in a form that does not depend on how the log was cut into batches.

Ids become numbers within their project, rows that carry the database's own numbers lose them, and what a state may
forget or keep as it likes is left out: expired keys, and which outbox row an event is in.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec
from tests.worker.watcher import Watcher

from passerby.state.sqlite.ids import to_text

TABLES: Final = {
    "progress": "SELECT * FROM progress",
    "profiles": "SELECT * FROM profiles",
    "identifiers": "SELECT project, namespace, value, scope, profile, first_seen, last_seen FROM identifiers",
    "hint_links": "SELECT * FROM hint_links",
    "merges": "SELECT * FROM merges",
    "merge_identifiers": """
        SELECT m.merge_id, i.namespace, i.value, i.scope
        FROM merge_identifiers AS m JOIN identifiers AS i ON i.id = m.identifier
    """,
    "separations": "SELECT * FROM separations",
    "history": """
        SELECT project, row_number() OVER (PARTITION BY project ORDER BY id), at, kind, message_id,
            namespace, value, scope, from_profile, to_profile, merge_id,
            rule, actor, actor_name, detail
        FROM history
    """,
    "traits": "SELECT * FROM traits",
    "rejected_traits": "SELECT * FROM rejected_traits",
    "catalogue_events": "SELECT * FROM catalogue_events",
    "catalogue_attributes": "SELECT * FROM catalogue_attributes",
    "violations": "SELECT * FROM violations",
    "seen": "SELECT * FROM seen",
    "series": "SELECT * FROM series",
    "totals": "SELECT * FROM totals WHERE value <> 0",
    "invalid_messages": "SELECT * FROM invalid_messages",
    "dead_letters": "SELECT * FROM dead_letters",
}

Dump = dict[str, list[Any]]


def dump(path: Path, now: int) -> Dump:
    """What the state's file holds, as of this received time (ms)."""
    with closing(Watcher(path)) as watcher:
        numbers = _numbers(watcher)
        tables = {table: [_numbered(row, numbers) for row in watcher.rows(query)] for table, query in TABLES.items()}
        watcher.read_outbox()
        tables["events"] = [_numbered(msgspec.structs.astuple(event), numbers) for event in watcher.events]
    tables["seen"] = [row for row in tables["seen"] if row[-1] > now]
    return {table: sorted(rows, key=repr) for table, rows in tables.items()}


def _numbers(watcher: Watcher) -> dict[bytes | str, str]:
    """A name for every profile and merge: its project, and its place among those of the project."""
    names: dict[bytes | str, str] = {}
    for table in ("profiles", "merges"):
        places: dict[int, int] = {}
        for id_, project in watcher.rows(f"SELECT id, project FROM {table} ORDER BY id"):  # noqa: S608 - one of two words
            places[project] = places.get(project, 0) + 1
            names[id_] = names[to_text(id_)] = f"{table[:-1]} {places[project]} of {project}"
    return names


def _numbered(row: tuple[Any, ...], numbers: dict[bytes | str, str]) -> tuple[Any, ...]:
    return tuple(numbers.get(value, value) if isinstance(value, bytes | str) else value for value in row)
