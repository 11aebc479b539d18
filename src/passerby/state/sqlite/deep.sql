-- What must hold of a state, whatever happened (docs/explanation/identity.md). A statement `..._keys` gives the next
-- keys of a table behind a key; the others find what is broken from behind one key up to another, by its number or id.

-- name: identifier_keys
-- The next identifiers.
SELECT id FROM identifiers WHERE id > ?1 ORDER BY id LIMIT ?2;

-- name: profile_keys
-- The next profiles.
SELECT id FROM profiles WHERE id > ?1 ORDER BY id LIMIT ?2;

-- name: merge_keys
-- The next merges.
SELECT id FROM merges WHERE id > ?1 ORDER BY id LIMIT ?2;

-- name: history_keys
-- The next decisions.
SELECT id FROM history WHERE id > ?1 ORDER BY id LIMIT ?2;

-- name: outbox_keys
-- The next batches of events.
SELECT id FROM outbox WHERE id > ?1 ORDER BY id LIMIT ?2;

-- name: link_keys
-- The next links of hints.
SELECT project, value, namespace, scope, profile FROM hint_links
WHERE (project, value, namespace, scope, profile) > (?1, ?2, ?3, ?4, ?5)
ORDER BY project, value, namespace, scope, profile LIMIT ?6;

-- name: separation_keys
-- The next separations.
SELECT project, value, namespace, scope, one, other FROM separations
WHERE (project, value, namespace, scope, one, other) > (?1, ?2, ?3, ?4, ?5, ?6)
ORDER BY project, value, namespace, scope, one, other LIMIT ?7;

-- name: owner
-- Identifiers whose home is not there.
SELECT i.id FROM identifiers AS i LEFT JOIN profiles AS p ON p.id = i.profile
WHERE i.id > ?1 AND i.id <= ?2 AND p.id IS NULL;

-- name: unfollowed
-- Profiles whose canonical profile is not the end of their merges, and homes that were merged and do not name theirs.
SELECT hex(p.id) FROM profiles AS p
WHERE p.id > ?1 AND p.id <= ?2 AND (
    (p.canonical IS NOT NULL AND p.canonical IS NOT (
        WITH RECURSIVE up (id, next) AS (
            SELECT q.id, q.merged_into FROM profiles AS q WHERE q.id = p.merged_into
            UNION
            SELECT q.id, q.merged_into FROM up JOIN profiles AS q ON q.id = up.next
        )
        SELECT id FROM up WHERE next IS NULL
    ))
    OR (p.canonical IS NULL AND p.merged_into IS NOT NULL AND EXISTS (SELECT 1 FROM identifiers WHERE profile = p.id))
);

-- name: card
-- Profiles whose row does not repeat what their members' identifiers say, and merged ones whose row says anything.
SELECT hex(p.id) FROM profiles AS p
WHERE p.id > ?1 AND p.id <= ?2 AND CASE WHEN p.merged_into IS NOT NULL THEN
    p.user_id IS NOT NULL OR p.stage <> 0 OR p.contacts <> '[]'
    OR (SELECT coalesce(sum(value), 0) FROM json_each(p.held) WHERE key <> '') <> 0
ELSE (
    WITH RECURSIVE member (id) AS (
        SELECT p.id
        UNION ALL
        SELECT q.id FROM member CROSS JOIN profiles AS q ON q.merged_into = member.id
    ), owned (namespace, value, scope) AS MATERIALIZED (
        SELECT i.namespace, i.value, i.scope FROM member CROSS JOIN identifiers AS i ON i.profile = member.id
    )
    SELECT p.user_id IS NOT (SELECT value FROM owned WHERE namespace = 'user_id')
        OR p.stage <> CASE WHEN p.user_id IS NOT NULL THEN 2 WHEN p.contacts <> '[]' THEN 1 ELSE 0 END
        OR (SELECT coalesce(sum(value), 0) FROM json_each(p.held) WHERE key <> '') <> (SELECT count(*) FROM owned)
        OR EXISTS (
            SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(p.contacts)
            EXCEPT SELECT namespace, value, scope FROM owned
        )
) END;

-- name: one_customer
-- Canonical profiles with two customer ids.
SELECT hex(p.id) FROM profiles AS p WHERE p.id > ?1 AND p.id <= ?2 AND p.merged_into IS NULL AND (
    WITH RECURSIVE member (id) AS (
        SELECT p.id
        UNION ALL
        SELECT q.id FROM member CROSS JOIN profiles AS q ON q.merged_into = member.id
    )
    SELECT count(*) FROM member CROSS JOIN identifiers AS i ON i.profile = member.id WHERE i.namespace = 'user_id'
) > 1;

-- name: customer_moved
-- Decisions by which a customer id changed hands.
SELECT id FROM history WHERE id > ?1 AND id <= ?2 AND kind = 'reassigned' AND namespace = 'user_id';

-- name: applied_once
-- Batches of events that do not follow the batch before in their partition's order, or that the worker has not reached.
-- A position's upper bits, from 51 on, are its partition: see passerby.positions.
SELECT o.id FROM outbox AS o WHERE o.id > ?1 AND o.id <= ?2 AND o.events > 0 AND (
    o.last_position <= (
        SELECT last_position FROM outbox WHERE id < o.id AND events > 0 AND last_position >> 51 = o.last_position >> 51
        ORDER BY id DESC LIMIT 1
    )
    OR NOT EXISTS (
        SELECT 1 FROM progress
        WHERE name >= 'position' AND name < 'position/' AND value >> 51 = o.last_position >> 51 AND value >= o.last_position
    )
);

-- name: leads_nowhere
-- Merged profiles whose pointers do not end at an unmerged profile.
SELECT hex(p.id) FROM profiles AS p
WHERE p.id > ?1 AND p.id <= ?2 AND p.merged_into IS NOT NULL AND NOT EXISTS (
    WITH RECURSIVE path (id, merged_into) AS (
        SELECT q.id, q.merged_into FROM profiles AS q WHERE q.id = p.merged_into
        UNION
        SELECT q.id, q.merged_into FROM path JOIN profiles AS q ON q.id = path.merged_into
    )
    SELECT 1 FROM path WHERE merged_into IS NULL
);

-- name: unseen_aliases
-- Previous ids that no new identifier would find: of a project that counts no aliases, or with a scope.
SELECT i.id FROM identifiers AS i
WHERE i.id > ?1 AND i.id <= ?2 AND i.namespace = 'previous_id' AND (
    i.scope <> '' OR coalesce((SELECT value FROM totals WHERE project = i.project AND name = 'aliases'), 0) < 1
);

-- name: merged_by
-- Merges in force to which no loser points, and undone ones to which one still does.
SELECT hex(m.id) FROM merges AS m LEFT JOIN profiles AS loser ON loser.id = m.loser
WHERE m.id > ?1 AND m.id <= ?2 AND (
    (m.undone_at IS NULL AND (loser.merge_id IS NOT m.id OR loser.merged_into IS NOT m.winner))
    OR (m.undone_at IS NOT NULL AND loser.merge_id IS m.id)
);

-- name: remembered
-- Undone merges that are not remembered, or whose moved identifiers are gone.
SELECT hex(m.id) FROM merges AS m
WHERE m.id > ?1 AND m.id <= ?2 AND (
    EXISTS (
        SELECT 1 FROM merge_identifiers AS moved LEFT JOIN identifiers AS i ON i.id = moved.identifier
        WHERE moved.merge_id = m.id AND i.id IS NULL
    )
    OR m.undone_at IS NOT NULL AND m.via_namespace <> '' AND NOT EXISTS (
        SELECT 1 FROM separations AS s
        WHERE s.project = m.project AND s.value = m.via_value AND s.namespace = m.via_namespace
            AND s.scope = m.via_scope AND m.winner IN (s.one, s.other) AND m.loser IN (s.one, s.other)
    )
);

-- name: foreign_identifiers
-- Identifiers whose owner is another project's.
SELECT i.id FROM identifiers AS i JOIN profiles AS p ON p.id = i.profile
WHERE i.id > ?1 AND i.id <= ?2 AND p.project <> i.project;

-- name: foreign_merges
-- Merges of another project's profiles.
SELECT hex(m.id) FROM merges AS m JOIN profiles AS p ON p.id IN (m.winner, m.loser)
WHERE m.id > ?1 AND m.id <= ?2 AND p.project <> m.project;

-- name: foreign_history
-- Decisions about another project's profiles.
SELECT h.id FROM history AS h JOIN profiles AS p ON p.id IN (h.from_profile, h.to_profile)
WHERE h.id > ?1 AND h.id <= ?2 AND p.project <> h.project;

-- name: foreign_links
-- Links to another project's profiles.
SELECT hex(l.profile) FROM hint_links AS l JOIN profiles AS p ON p.id = l.profile
WHERE (l.project, l.value, l.namespace, l.scope, l.profile) > (?1, ?2, ?3, ?4, ?5)
    AND (l.project, l.value, l.namespace, l.scope, l.profile) <= (?6, ?7, ?8, ?9, ?10) AND p.project <> l.project;

-- name: foreign_separations
-- Separations of another project's profiles.
SELECT hex(s.one) FROM separations AS s JOIN profiles AS p ON p.id IN (s.one, s.other)
WHERE (s.project, s.value, s.namespace, s.scope, s.one, s.other) > (?1, ?2, ?3, ?4, ?5, ?6)
    AND (s.project, s.value, s.namespace, s.scope, s.one, s.other) <= (?7, ?8, ?9, ?10, ?11, ?12)
    AND p.project <> s.project;

-- name: counted
-- Per project and stage: the number of unmerged profiles, and the number of their events.
SELECT project, stage, sum(merged_into IS NULL), sum(event_count) FROM profiles
WHERE id > ?1 AND id <= ?2 GROUP BY project, stage;

-- name: totals
-- The running totals, and the positions up to which they count, as those of project 0.
SELECT project, name, value FROM totals UNION ALL SELECT 0, name, value FROM progress;
