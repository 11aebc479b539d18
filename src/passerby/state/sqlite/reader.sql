-- Queries of the reading end. The profile of an identifier is found by `holder` in explain.sql.

-- name: canonical
-- The canonical profile of an id.
WITH RECURSIVE up (id, next) AS (
    SELECT id, coalesce(canonical, merged_into) FROM profiles WHERE id = ?2 AND project = ?1
    UNION ALL
    SELECT p.id, coalesce(p.canonical, p.merged_into) FROM up CROSS JOIN profiles AS p ON p.id = up.next
)
SELECT id FROM up WHERE next IS NULL;

-- name: members
-- A canonical profile (first) and all its members, direct and indirect.
WITH RECURSIVE member (id, merge_id, user_id, stage, first_seen, last_seen, event_count, context) AS (
    SELECT id, NULL, user_id, stage, first_seen, last_seen, event_count, context FROM profiles WHERE id = ?1
    UNION ALL
    SELECT p.id, p.merge_id, p.user_id, p.stage, p.first_seen, p.last_seen, p.event_count, p.context
    FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
)
SELECT member.*, merges.at FROM member LEFT JOIN merges ON merges.id = member.merge_id;

-- name: member_ids
-- The ids of a canonical profile and all its members.
WITH RECURSIVE member (id) AS (
    VALUES (?1)
    UNION ALL
    SELECT p.id FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
)
SELECT id FROM member;

-- name: traits
-- The traits of one member.
SELECT name, value, time, position FROM traits WHERE profile = ?1;

-- name: rejected_traits
-- The rejected traits of one member.
SELECT name, value, kind, detail, time, position FROM rejected_traits WHERE profile = ?1;

-- name: identifiers
-- The identifiers of a canonical profile: those at home in it and in its members. Previous ids are left out: they are no
-- identifiers yet (identity/aliases.py).
WITH RECURSIVE member (id) AS (
    VALUES (?1)
    UNION ALL
    SELECT p.id FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
)
SELECT i.namespace, i.value, i.scope, i.first_seen, i.last_seen
FROM member CROSS JOIN identifiers AS i ON i.profile = member.id
WHERE i.namespace <> 'previous_id';

-- name: member_contexts
-- A canonical profile and all its members, each with its latest context.
WITH RECURSIVE member (id, context) AS (
    SELECT id, context FROM profiles WHERE id = ?1
    UNION ALL
    SELECT p.id, p.context FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
)
SELECT id, context FROM member;

-- name: newest_identifiers
-- The identifiers of a canonical profile, by the time they were last seen.
WITH RECURSIVE member (id) AS (
    VALUES (?1)
    UNION ALL
    SELECT p.id FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
)
SELECT i.namespace, i.value
FROM member CROSS JOIN identifiers AS i ON i.profile = member.id
WHERE i.namespace <> 'previous_id'
ORDER BY i.last_seen, i.first_seen, i.namespace, i.value, i.scope;

-- name: device
-- The statements of a device about itself.
SELECT about FROM devices WHERE project = ?1 AND value = ?2 AND namespace = ?3 AND scope = ?4;

-- name: newest
-- Canonical profiles of any stage with ids below a cursor, newest first: the index ranges of the three stages, merged.
SELECT id FROM profiles WHERE project = ?1 AND stage = 0 AND merged_into IS NULL AND id < ?2
UNION ALL
SELECT id FROM profiles WHERE project = ?1 AND stage = 1 AND merged_into IS NULL AND id < ?2
UNION ALL
SELECT id FROM profiles WHERE project = ?1 AND stage = 2 AND merged_into IS NULL AND id < ?2
ORDER BY id DESC
LIMIT ?3;

-- name: newest_of_stage
-- Canonical profiles of one stage, likewise.
SELECT id FROM profiles
WHERE project = ?1 AND stage = ?4 AND merged_into IS NULL AND id < ?2
ORDER BY id DESC
LIMIT ?3;

-- name: history_to
-- The first decisions after a number that gave something to a member.
SELECT id FROM history WHERE to_profile = ?1 AND id > ?2 ORDER BY id LIMIT ?3;

-- name: history_from
-- The first decisions after a number that took something from a member, or that it prevented.
SELECT id FROM history WHERE from_profile = ?1 AND id > ?2 ORDER BY id LIMIT ?3;

-- name: decision
-- One decision.
SELECT h.at, h.kind, h.message_id, h.namespace, h.value, h.scope, h.from_profile, h.to_profile, h.merge_id,
    h.rule, h.actor, h.actor_name, h.detail, m.by_namespace, m.by_value, m.by_scope
FROM history AS h LEFT JOIN merges AS m ON m.id = h.merge_id WHERE h.id = ?1;

-- name: events
-- The catalogue's events, by name.
SELECT name, count, first_seen, last_seen FROM catalogue_events AS e
WHERE project = ?1 AND name > ?2
AND NOT EXISTS (SELECT 1 FROM catalogue_aliases AS a WHERE a.project = e.project AND a.event = e.name AND a.attribute = '')
ORDER BY name LIMIT ?3;

-- name: event
-- One event of the catalogue.
SELECT name, count, first_seen, last_seen FROM catalogue_events WHERE project = ?1 AND name = ?2;

-- name: attributes
-- The attributes of the events within a range of names; '' to '' are the traits of profiles.
SELECT event, name, type, count, first_seen, last_seen FROM catalogue_attributes
WHERE project = ?1 AND event BETWEEN ?2 AND ?3 ORDER BY event, name;

-- name: event_violations
-- The violations of the catalogue's events within a range of names.
SELECT v.subject, v.kind, v.attribute, v.count, v.last_at, v.sample
FROM violations AS v CROSS JOIN catalogue_events AS e ON e.project = v.project AND e.name = v.subject
WHERE v.project = ?1 AND v.subject BETWEEN ?2 AND ?3
ORDER BY v.subject, v.kind, v.attribute;

-- name: other_violations
-- The newest violations that belong to no event of the catalogue.
SELECT v.subject, v.kind, v.attribute, v.count, v.last_at, v.sample
FROM violations AS v
WHERE v.project = ?1
AND NOT EXISTS (SELECT 1 FROM catalogue_events AS e WHERE e.project = v.project AND e.name = v.subject)
ORDER BY v.last_at DESC, v.kind, v.subject, v.attribute
LIMIT ?2;

-- name: test_profiles
-- Canonical profiles all of whose identifiers lie in a range of values, with their stages.
WITH owner (id) AS (
    SELECT DISTINCT coalesce(home.canonical, home.id)
    FROM identifiers AS i CROSS JOIN profiles AS home ON home.id = i.profile
    WHERE i.project = ?1 AND i.value >= ?2 AND i.value < ?3
)
SELECT p.id, p.stage FROM owner CROSS JOIN profiles AS p ON p.id = owner.id
WHERE NOT EXISTS (
    WITH RECURSIVE member (id) AS (
        SELECT p.id
        UNION ALL
        SELECT q.id FROM member CROSS JOIN profiles AS q ON q.merged_into = member.id
    )
    SELECT 1 FROM member CROSS JOIN identifiers AS other ON other.profile = member.id
    WHERE NOT (other.value >= ?2 AND other.value < ?3)
)
LIMIT ?4;

-- name: totals
-- The running totals of a project.
SELECT name, value FROM totals WHERE project = ?1;

-- name: seen
-- Whether a deduplication key is kept.
SELECT 1 FROM seen WHERE project = ?1 AND dialect = ?2 AND key = ?3;

-- name: outbox_end
-- The id of the last row of the outbox, whether it is still stored or not.
SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0);
