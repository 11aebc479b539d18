-- What the worker reads and writes within a batch's transaction, and what an undo does.

-- name: position
-- How far the log is applied.
SELECT value FROM progress WHERE name = 'position';

-- name: set_position
INSERT INTO progress (name, value) VALUES ('position', ?1)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: seen
-- Until when a deduplication key counts as seen.
SELECT expires_at FROM seen WHERE project = ? AND dialect = ? AND key = ?;

-- name: remember
INSERT INTO seen (project, dialect, key, expires_at) VALUES (?, ?, ?, ?)
ON CONFLICT (project, dialect, key) DO UPDATE SET expires_at = excluded.expires_at;

-- name: forget
-- A bounded number at a time, so that no batch has to pay for a long pause.
DELETE FROM seen WHERE (project, dialect, key) IN (
    SELECT project, dialect, key FROM seen WHERE expires_at <= ?1 ORDER BY expires_at LIMIT 10000
);

-- name: identifier
-- An identifier's sightings, and its owner. Joined with the owner's row this took five times as long as the two alone.
SELECT first_seen, last_seen, id, profile FROM identifiers
WHERE project = ? AND value = ? AND namespace = ? AND scope = ?;

-- name: card
-- All that the resolver must know of a profile.
SELECT id, user_id, contacts, held, context FROM profiles WHERE id = ?;

-- name: linked
-- The canonical profiles behind a hint.
WITH RECURSIVE path (id, merged_into) AS (
    SELECT p.id, p.merged_into
    FROM hint_links AS l JOIN profiles AS p ON p.id = l.profile
    WHERE l.project = ?1 AND l.value = ?2 AND l.namespace = ?3 AND l.scope = ?4
    UNION
    SELECT p.id, p.merged_into FROM path JOIN profiles AS p ON p.id = path.merged_into
)
SELECT p.id, p.user_id, p.contacts, p.held, p.context
FROM path JOIN profiles AS p ON p.id = path.id
WHERE p.merged_into IS NULL ORDER BY p.id;

-- name: any_separation
SELECT 1 FROM separations WHERE project = ?1 LIMIT 1;

-- name: separations
SELECT one, other FROM separations WHERE project = ? AND value = ? AND namespace = ? AND scope = ?;

-- name: canonical
-- The profile that this one now belongs to.
WITH RECURSIVE path (id, merged_into) AS (
    SELECT id, merged_into FROM profiles WHERE id = ?1
    UNION ALL
    SELECT p.id, p.merged_into FROM path JOIN profiles AS p ON p.id = path.merged_into
)
SELECT id FROM path WHERE merged_into IS NULL;

-- name: catalogued
SELECT 1 FROM catalogue_events WHERE project = ? AND name = ?;

-- name: attribute_types
SELECT name, type FROM catalogue_attributes WHERE project = ? AND event = ?;

-- name: event_names
SELECT count(*) FROM catalogue_events WHERE project = ?;

-- name: violation_keys
SELECT kind, subject, attribute FROM violations WHERE project = ?;

-- name: create_profile
INSERT INTO profiles (id, project, user_id, contacts, held, stage, first_seen, last_seen, event_count, context)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: change_card
UPDATE profiles SET user_id = ?2, contacts = ?3, held = ?4, stage = ?5 WHERE id = ?1;

-- name: add_activity
UPDATE profiles
SET first_seen = min(first_seen, ?2), last_seen = max(last_seen, ?3), event_count = event_count + ?4
WHERE id = ?1;

-- name: add_activity_and_context
UPDATE profiles
SET first_seen = min(first_seen, ?2), last_seen = max(last_seen, ?3), event_count = event_count + ?4, context = ?5
WHERE id = ?1;

-- name: attach
INSERT INTO identifiers (project, namespace, value, scope, profile, first_seen, last_seen)
VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: reassign
UPDATE identifiers SET profile = ?5 WHERE project = ?1 AND value = ?2 AND namespace = ?3 AND scope = ?4;

-- name: sight
UPDATE identifiers SET first_seen = ?1, last_seen = ?2 WHERE id = ?3;

-- name: add_merge
INSERT INTO merges (
    id, project, winner, loser, at, position, message_id,
    via_namespace, via_value, via_scope, by_namespace, by_value, by_scope, reason
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: record_moved
INSERT INTO merge_identifiers (merge_id, identifier) SELECT ?1, id FROM identifiers WHERE profile = ?2;

-- name: move_identifiers
UPDATE identifiers SET profile = ?1 WHERE profile = ?2;

-- name: point
UPDATE profiles SET merged_into = ?2, merge_id = ?3 WHERE id = ?1;

-- name: add_history
INSERT INTO history (
    project, at, kind, message_id, namespace, value, scope, from_profile, to_profile, merge_id, reason
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: clear_hint
DELETE FROM hint_links WHERE project = ? AND value = ? AND namespace = ? AND scope = ?;

-- name: link_hint
INSERT OR IGNORE INTO hint_links (project, namespace, value, scope, profile) VALUES (?, ?, ?, ?, ?);

-- name: set_trait
-- The last writer wins, by event time, then by place in the log.
INSERT INTO traits (profile, name, value, time, position) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (profile, name) DO UPDATE
SET value = excluded.value, time = excluded.time, position = excluded.position
WHERE (excluded.time, excluded.position) > (time, position);

-- name: set_rejected_trait
INSERT INTO rejected_traits (profile, name, value, reason, time, position) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (profile, name) DO UPDATE
SET value = excluded.value, reason = excluded.reason, time = excluded.time, position = excluded.position
WHERE (excluded.time, excluded.position) > (time, position);

-- name: add_total
INSERT INTO totals (project, name, value) VALUES (?, ?, ?)
ON CONFLICT (project, name) DO UPDATE SET value = value + excluded.value;

-- name: count_event
INSERT INTO catalogue_events (project, name, first_seen, last_seen, count) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (project, name) DO UPDATE SET
    first_seen = min(first_seen, excluded.first_seen),
    last_seen = max(last_seen, excluded.last_seen),
    count = count + excluded.count;

-- name: count_attribute
INSERT INTO catalogue_attributes (project, event, name, type, first_seen, last_seen, count) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (project, event, name) DO UPDATE SET
    first_seen = min(first_seen, excluded.first_seen),
    last_seen = max(last_seen, excluded.last_seen),
    count = count + excluded.count;

-- name: count_violation
INSERT INTO violations (project, kind, subject, attribute, count, last_at, sample) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (project, kind, subject, attribute) DO UPDATE SET
    count = count + excluded.count,
    sample = CASE WHEN excluded.last_at >= last_at THEN excluded.sample ELSE sample END,
    last_at = max(last_at, excluded.last_at);

-- name: add_outbox
INSERT INTO outbox (last_position, events, bytes, created_at, body) VALUES (?, ?, ?, ?, ?);

-- name: keep_invalid
INSERT INTO invalid_messages (position, project, at, dialect, reason, body) VALUES (?, ?, ?, ?, ?, ?);

-- name: drop_invalid
-- All but the newest of a project.
DELETE FROM invalid_messages WHERE project = ?1 AND position <= (
    SELECT position FROM invalid_messages WHERE project = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?2
);

-- name: bury
INSERT INTO dead_letters (position, project, at, message, error) VALUES (?, ?, ?, ?, ?);
