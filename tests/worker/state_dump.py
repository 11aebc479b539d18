"""All of a state, in a form that does not depend on how the log was cut into batches.

Rows that carry the database's own numbers lose them, and what a state may forget or keep as it likes is left out:
expired keys, and which outbox row an event is in. Ids of profiles and merges are as they are, for they are functions of
the messages that cause them.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec
from tests.worker.observer import StateObserver

from passerby.state.sqlite.engine import SqliteStateEngine

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
    with closing(StateObserver(SqliteStateEngine(path))) as observer:
        tables = {table: observer.rows(query) for table, query in TABLES.items()}
        observer.read_outbox()
        tables["events"] = [msgspec.structs.astuple(event) for event in observer.events]
    tables["seen"] = [row for row in tables["seen"] if row[-1] > now]
    return {table: sorted(rows, key=repr) for table, rows in tables.items()}
