"""Invariants of the state: each query returns the rows that violate one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from tests.worker.observer import StateObserver

from passerby.messages import Identifier
from passerby.state.records import IdentityRecords

BROKEN: Final = {
    "an identifier's home exists, and is of the same project": """
        SELECT i.namespace, i.value, i.scope FROM identifiers AS i LEFT JOIN profiles AS p ON p.id = i.profile
        WHERE p.id IS NULL OR p.project <> i.project
    """,
    "a profile's canonical profile is the end of its pointers": """
        SELECT p.id FROM profiles AS p
        WHERE p.canonical IS NOT (
            WITH RECURSIVE up (id, next) AS (
                SELECT p.merged_into, (SELECT merged_into FROM profiles WHERE id = p.merged_into)
                UNION ALL SELECT q.id, q.merged_into FROM up JOIN profiles AS q ON q.id = up.next
            )
            SELECT id FROM up WHERE next IS NULL
        )
    """,
    "an identifier has one owner": """
        SELECT project, namespace, value, scope FROM identifiers
        GROUP BY project, namespace, value, scope HAVING count(*) > 1
    """,
    "a profile has at most one customer id": """
        SELECT coalesce(p.canonical, p.id) AS owner
        FROM identifiers AS i JOIN profiles AS p ON p.id = i.profile WHERE i.namespace = 'user_id'
        GROUP BY owner HAVING count(*) > 1
    """,
    "a profile was merged into one of its own project, by a merge that is in force": """
        SELECT loser.id FROM profiles AS loser
        LEFT JOIN profiles AS winner ON winner.id = loser.merged_into
        LEFT JOIN merges AS m ON m.id = loser.merge_id
        WHERE loser.merged_into IS NOT NULL AND NOT coalesce(
            winner.project = loser.project AND m.winner = winner.id AND m.loser = loser.id AND m.undone_at IS NULL,
            FALSE
        )
    """,
    "a merge that is in force has its loser point to its winner": """
        SELECT m.id FROM merges AS m JOIN profiles AS loser ON loser.id = m.loser
        WHERE m.undone_at IS NULL AND loser.merge_id IS NOT m.id
    """,
    "merges, links, separations and history stay within a project": """
        SELECT 'merge', m.id FROM merges AS m JOIN profiles AS p ON p.id IN (m.winner, m.loser)
        WHERE p.project <> m.project
        UNION ALL
        SELECT 'link', l.profile FROM hint_links AS l JOIN profiles AS p ON p.id = l.profile
        WHERE p.project <> l.project
        UNION ALL
        SELECT 'separation', s.one FROM separations AS s JOIN profiles AS p ON p.id IN (s.one, s.other)
        WHERE p.project <> s.project
        UNION ALL
        SELECT 'history', h.id FROM history AS h JOIN profiles AS p ON p.id IN (h.from_profile, h.to_profile)
        WHERE p.project <> h.project
    """,
    "a profile's row repeats what the identifiers of its members say": """
        WITH owned (owner, namespace, value, scope) AS MATERIALIZED (
            SELECT coalesce(p.canonical, p.id), i.namespace, i.value, i.scope
            FROM identifiers AS i JOIN profiles AS p ON p.id = i.profile
        )
        SELECT p.id, p.stage, p.user_id, p.contacts, p.held FROM profiles AS p
        WHERE p.user_id IS NOT (SELECT value FROM owned WHERE owner = p.id AND namespace = 'user_id')
        OR p.stage <> CASE
            WHEN p.user_id IS NOT NULL THEN 2
            WHEN json_array_length(p.contacts) > 0 THEN 1
            ELSE 0
        END
        OR (SELECT coalesce(sum(value), 0) FROM json_each(p.held) WHERE key <> '')
            <> (SELECT count(*) FROM owned WHERE owner = p.id)
        OR coalesce(p.held ->> '$.""', 0) <> (
            WITH RECURSIVE member (id) AS (
                SELECT p.id UNION ALL SELECT q.id FROM member JOIN profiles AS q ON q.merged_into = member.id
            )
            SELECT count(*) - 1 FROM member
        )
        OR EXISTS (
            SELECT namespace, count(*) FROM owned WHERE owner = p.id GROUP BY namespace
            EXCEPT SELECT key, value FROM json_each(p.held)
        )
        OR json_array_length(p.contacts)
            <> (SELECT count(*) FROM owned WHERE owner = p.id AND namespace IN ('email', 'phone'))
        OR EXISTS (
            SELECT namespace, value, scope FROM owned WHERE owner = p.id AND namespace IN ('email', 'phone')
            EXCEPT SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(p.contacts)
        )
    """,
    "profiles are counted by stage": """
        SELECT project, stage FROM (
            SELECT project, iif(stage = 0, 'anonymous', iif(stage = 1, 'lead', 'customer')) AS stage, count(*) AS n
            FROM profiles WHERE merged_into IS NULL GROUP BY project, stage
        ) AS counted
        WHERE n <> (SELECT value FROM totals AS t WHERE t.project = counted.project AND t.name = stage)
    """,
    "a profile was seen from its first time to its last": """
        SELECT id FROM profiles WHERE first_seen > last_seen
        UNION ALL SELECT profile FROM identifiers WHERE first_seen > last_seen
    """,
}


class Invariants:
    """Checks the invariants of a state repeatedly while it changes."""

    def __init__(self, observer: StateObserver, projects: Iterable[int]) -> None:
        self._observer = observer
        self._projects = tuple(projects)
        self._homes: dict[tuple[int, Identifier], str] = {}

    def check(self, records: Mapping[int, IdentityRecords] | None = None) -> None:
        """Assert all invariants of all projects, on these records if they were already read."""
        if self._observer.is_sqlite:
            for claim, query in BROKEN.items():
                assert self._observer.rows(query) == [], claim
        for project in self._projects:
            self._check_project(project, records[project] if records else self._observer.records(project))
        self._observer.read_outbox()
        events = self._observer.events
        assert len({event.id for event in events}) == len(events)

    def _check_project(self, project: int, records: IdentityRecords) -> None:
        """A customer id never leaves its home, an owner is canonical, and each applied event is counted once."""
        profiles = {profile.id: profile for profile in records.profiles}
        for identifier, (home, owner) in records.homes.items():
            canonical = home
            while (into := profiles[canonical].merged_into) is not None:
                canonical = into
            assert canonical == owner
            if identifier.namespace == "user_id":
                assert self._homes.setdefault((project, identifier), home) == home
        self._observer.read_outbox()
        counted = {profile.id: profile.event_count for profile in records.profiles if profile.event_count}
        assert Counter(event.profile_id for event in self._observer.events if event.project == project) == counted
