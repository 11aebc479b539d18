"""Deletes the data of test profiles. See `passerby.state.protocol.State.delete_test_data`.

A profile is deleted with every profile that it was ever merged with or detached from. When one of them holds or was
given an identifier that is not a test identifier, all of them are kept: their events may be those of a real person.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from passerby.identity.stage import Stage
from passerby.outbox.records import TEST_DATA, Erased
from passerby.profiles import testing
from passerby.profiles.contacts import term_of
from passerby.profiles.hashed import hashes
from passerby.state.manager.changes import ChangeCollector
from passerby.state.manager.connector import Connector
from passerby.state.manager.ids import to_text
from passerby.state.manager.search_terms import terms_of_profile
from passerby.state.views import Deletion

MOST_PROFILES: Final = 1_000
"""About the number of profiles that one deletion removes: it is one transaction, and the worker waits for it."""
MOST_RELATED: Final = 1_000
"""A group of related profiles of this size is kept unread: test profiles do not form such groups."""

_IN_ORDER: Final = (
    "delete_devices",
    "delete_moved_by",
    "delete_merges",
    "delete_separations",
    "delete_detachments",
    "delete_dismissals",
    "forget_from",
    "forget_to",
    "delete_history_from",
    "delete_history_to",
    "delete_hint_links",
    "delete_traits",
    "delete_rejected_traits",
    "delete_identifiers",
    "delete_profiles",
)
"""The statements that delete, ordered so that each runs before the rows that it refers to are deleted."""


@dataclass(slots=True)
class _Selection:
    """Members to delete, with their counts; `kept` and `more` as in `Deletion`."""

    members: list[bytes] = field(default_factory=list)
    stages: Counter[Stage] = field(default_factory=Counter)
    events: int = 0
    kept: int = 0
    more: bool = False

    def data(self) -> Deletion:
        return Deletion(self.stages.total(), self.events, self.kept, self.more)


def preview(db: Connector, project: int) -> Deletion:
    """Return what `delete` would delete now."""
    return _select(db, project).data()


def delete(db: Connector, changes: ChangeCollector, project: int, at: int) -> Deletion:
    """Delete test profiles and write tombstones for the relay, within the caller's transaction."""
    selected = _select(db, project)
    if not selected.members:
        return selected.data()
    db.run_many("deletion.add_tombstone", [(project, member, at) for member in selected.members])
    # Search terms are found by value, because their index has no order by profile, while their sources are there.
    terms: set[tuple[str, str]] = set()
    for member in selected.members:
        terms.update((kind, value) for _, kind, value, *_ in terms_of_profile(db, project, member))
        user_ids = (term_of("email", value) for (value,) in db.rows("deletion.user_ids", (member,)))
        terms.update(term for term in user_ids if term is not None)
    db.run_many("deletion.delete_term", [(project, *term) for term in terms])
    hashed = [(value, digest) for kind, value in terms if kind == "email" for digest in hashes(value).values()]
    db.run_many("deletion.delete_hash", [(project, *each) for each in hashed])
    for statement in _IN_ORDER:
        db.run(f"deletion.{statement}", (project,))
    totals: dict[str, int] = {stage.label: -number for stage, number in selected.stages.items()}
    totals |= {"events": -selected.events, "deleted_profiles": len(selected.members)}
    db.run_many("writer.add_total", [(project, name, growth) for name, growth in totals.items()])
    position = changes.position()
    erased = (
        Erased(project=project, position=position, profile=to_text(member), request=TEST_DATA)
        for member in selected.members
    )
    changes.add(erased, at)
    return selected.data()


def _select(db: Connector, project: int) -> _Selection:
    selected = _Selection()
    candidates = [id_ for (id_,) in db.rows("deletion.candidates", (project, testing.PREFIX, testing.END))]
    decided: set[bytes] = set()
    for candidate in candidates:
        if candidate in decided:
            continue
        if len(selected.members) >= MOST_PROFILES:
            selected.more = True
            break
        related = [id_ for (id_,) in db.rows("deletion.related", (candidate, MOST_RELATED))]
        decided.update(related)
        test = (testing.PREFIX, testing.END)
        if len(related) == MOST_RELATED or any(db.value("deletion.is_real", (member, *test)) for member in related):
            selected.kept += len(set(related).intersection(candidates))
            continue
        selected.members += related
        for member in related:
            rows: Any = db.rows("deletion.size", (member,))
            for canonical, stage, events in rows:
                selected.stages[Stage(stage)] += canonical  # 1 or 0: only canonical profiles are counted by stage
                selected.events += events
    return selected
