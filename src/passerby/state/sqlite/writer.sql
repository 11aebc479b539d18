-- Statements of a batch's transaction, shared with undo.

-- name: position
-- The applied log positions.
SELECT value FROM progress WHERE name = 'position';

-- name: set_applied_until
-- The newest received time of all applied messages.
INSERT INTO applied_until (id, received_at) VALUES (1, ?1)
ON CONFLICT (id) DO UPDATE SET received_at = max(received_at, excluded.received_at);

-- name: seen
-- When a deduplication key expires (ms).
SELECT expires_at FROM seen WHERE project = ? AND dialect = ? AND key = ?;

-- name: remember
-- Store a deduplication key of an applied message until its window has passed.
INSERT INTO seen (project, dialect, key, expires_at) VALUES (?, ?, ?, ?)
ON CONFLICT (project, dialect, key) DO UPDATE SET expires_at = excluded.expires_at;

-- name: forget
-- Delete expired keys, a bounded number at a time: after a long pause, one batch would otherwise delete all of them.
DELETE FROM seen WHERE (project, dialect, key) IN (
    SELECT project, dialect, key FROM seen WHERE expires_at <= ?1 ORDER BY expires_at LIMIT 10000
);

-- name: identifier
-- An identifier's first and last time, and its home.
SELECT first_seen, last_seen, id, profile FROM identifiers
WHERE project = ? AND value = ? AND namespace = ? AND scope = ?;

-- name: identifiers
-- As `identifier`, for many: (project, namespace, scope, JSON array of values); the first column is the place in it.
SELECT k.key, i.first_seen, i.last_seen, i.id, i.profile
FROM json_each(?4) AS k
CROSS JOIN identifiers AS i ON i.project = ?1 AND i.value = k.value AND i.namespace = ?2 AND i.scope = ?3;

-- name: identity_states
-- The identity states of profiles, with the canonical profile of one that was merged: (JSON array of ids, hexadecimal).
SELECT p.id, p.user_id, p.contacts, p.held, p.context, p.canonical
FROM json_each(?1) AS k
CROSS JOIN profiles AS p ON p.id = unhex(k.value);

-- name: any_alias
-- Whether a previous id was ever attached in a project: the worker counts them in its totals.
SELECT 1 FROM totals WHERE project = ?1 AND name = 'aliases';

-- name: linked
-- The canonical profiles linked to a hint.
WITH RECURSIVE path (id, next) AS (
    SELECT p.id, coalesce(p.canonical, p.merged_into)
    FROM hint_links AS l JOIN profiles AS p ON p.id = l.profile
    WHERE l.project = ?1 AND l.value = ?2 AND l.namespace = ?3 AND l.scope = ?4
    UNION
    SELECT p.id, coalesce(p.canonical, p.merged_into) FROM path JOIN profiles AS p ON p.id = path.next
)
SELECT p.id, p.user_id, p.contacts, p.held, p.context
FROM path JOIN profiles AS p ON p.id = path.id
WHERE p.merged_into IS NULL ORDER BY p.id;

-- name: any_separation
-- Whether any merge was ever undone in a project. In most it was not, and then no identifier is looked up.
SELECT 1 FROM separations WHERE project = ?1 LIMIT 1;

-- name: separations
-- The pairs of profiles that must not merge through this identifier, after an undo.
SELECT one, other FROM separations WHERE project = ? AND value = ? AND namespace = ? AND scope = ?;

-- name: canonical
-- The canonical profile of a member: one step, except for members merged before the column `canonical` existed.
WITH RECURSIVE path (id, next) AS (
    SELECT id, coalesce(canonical, merged_into) FROM profiles WHERE id = ?1
    UNION ALL
    SELECT p.id, coalesce(p.canonical, p.merged_into) FROM path CROSS JOIN profiles AS p ON p.id = path.next
)
SELECT id FROM path WHERE next IS NULL;

-- name: catalogued
-- Whether the catalogue has a row for this event name.
SELECT 1 FROM catalogue_events WHERE project = ? AND name = ?;

-- name: attributes_of_event
-- The attributes of an event with their types, and whether each counts against the vendor's limit per type.
SELECT a.name, a.type, e.name IS NOT NULL
FROM catalogue_attributes AS a
LEFT JOIN catalogue_enforced AS e ON e.project = a.project AND e.event = a.event AND e.name = a.name
WHERE a.project = ? AND a.event = ?;

-- name: event_names
-- How many event names a project has, for the catalogue's limit.
SELECT count(*) FROM catalogue_events WHERE project = ?;

-- name: violation_keys
-- Which violations have a row already, for the limit on their number.
SELECT kind, subject, attribute FROM violations WHERE project = ?;

-- name: create_profile
-- Insert a new profile, with the data of its first batch.
INSERT INTO profiles (id, project, user_id, contacts, held, stage, first_seen, last_seen, event_count, context)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: set_identity_state
-- Update a profile's identity state: customer id, contacts, numbers of identifiers, stage.
UPDATE profiles SET user_id = ?2, contacts = ?3, held = ?4, stage = ?5 WHERE id = ?1;

-- name: add_activity
-- Add to a profile's activity: first and last time, number of events.
UPDATE profiles
SET first_seen = min(first_seen, ?2), last_seen = max(last_seen, ?3), event_count = event_count + ?4
WHERE id = ?1;

-- name: add_activity_and_context
-- As add_activity, for a profile whose latest context changed as well.
UPDATE profiles
SET first_seen = min(first_seen, ?2), last_seen = max(last_seen, ?3), event_count = event_count + ?4, context = ?5
WHERE id = ?1;

-- name: attach
-- Insert a new identifier with its home.
INSERT INTO identifiers (project, namespace, value, scope, profile, first_seen, last_seen)
VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: reassign
-- Move an identifier to a new home (R3).
UPDATE identifiers SET profile = ?5 WHERE project = ?1 AND value = ?2 AND namespace = ?3 AND scope = ?4;

-- name: forget_moved
-- After a reassignment, an undo of an earlier merge must not return the identifier.
DELETE FROM merge_identifiers WHERE identifier = (
    SELECT id FROM identifiers WHERE project = ? AND value = ? AND namespace = ? AND scope = ?
);

-- name: update_seen
-- Update the first and last time of a known identifier.
UPDATE identifiers SET first_seen = ?1, last_seen = ?2 WHERE id = ?3;

-- name: add_merge
-- Insert a merge, with the identifiers that caused it, which explanation and undo need.
INSERT INTO merges (
    id, project, winner, loser, at, position, message_id,
    via_namespace, via_value, via_scope, by_namespace, by_value, by_scope, rule, actor, actor_name, detail
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: lead
-- Set the canonical profile of a profile and all its members; null means itself.
UPDATE profiles SET canonical = ?2 WHERE id IN (
    WITH RECURSIVE member (id) AS (
        VALUES (?1)
        UNION ALL
        SELECT p.id FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
    )
    SELECT id FROM member
);

-- name: point
-- Point a merge's loser to its winner.
UPDATE profiles SET merged_into = ?2, merge_id = ?3, canonical = ?2 WHERE id = ?1;

-- name: add_history
-- Insert a decision into the history.
INSERT INTO history (
    project, at, kind, message_id, namespace, value, scope, from_profile, to_profile, merge_id,
    rule, actor, actor_name, detail
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: clear_hint
-- Delete the links of a hint whose profiles were absorbed.
DELETE FROM hint_links WHERE project = ? AND value = ? AND namespace = ? AND scope = ?;

-- name: link_hint
-- Link an anonymous profile to a hint.
INSERT OR IGNORE INTO hint_links (project, namespace, value, scope, profile) VALUES (?, ?, ?, ?, ?);

-- name: trait_names
-- The names of a profile's own traits.
SELECT name FROM traits WHERE profile = ?;

-- name: set_trait
-- Upsert a trait: the last writer wins, by event time, then by log position.
INSERT INTO traits (profile, name, value, time, position) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (profile, name) DO UPDATE
SET value = excluded.value, time = excluded.time, position = excluded.position
WHERE (excluded.time, excluded.position) > (time, position);

-- name: set_rejected_trait
-- Upsert the latest rejected value of a trait, with the rule that rejected it.
INSERT INTO rejected_traits (profile, name, value, kind, detail, time, position) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (profile, name) DO UPDATE
SET value = excluded.value, kind = excluded.kind, detail = excluded.detail, time = excluded.time, position = excluded.position
WHERE (excluded.time, excluded.position) > (time, position);

-- name: drop_rejected_traits
-- All but the newest of a profile.
DELETE FROM rejected_traits WHERE profile = ?1 AND name IN (
    SELECT name FROM rejected_traits WHERE profile = ?1
    ORDER BY time DESC, position DESC, name LIMIT -1 OFFSET ?2
);

-- name: device
-- The statements of a device about itself.
SELECT about FROM devices WHERE project = ? AND value = ? AND namespace = ? AND scope = ?;

-- name: set_device
-- Replace the statements of a device.
INSERT INTO devices (project, value, namespace, scope, about) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (project, value, namespace, scope) DO UPDATE SET about = excluded.about;

-- name: add_total
-- Add to a project's running totals, so that statistics need no counting.
INSERT INTO totals (project, name, value) VALUES (?, ?, ?)
ON CONFLICT (project, name) DO UPDATE SET value = value + excluded.value;

-- name: count_event
-- Add to an event name in the catalogue: first and last time, count.
INSERT INTO catalogue_events (project, name, first_seen, last_seen, count) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (project, name) DO UPDATE SET
    first_seen = min(first_seen, excluded.first_seen),
    last_seen = max(last_seen, excluded.last_seen),
    count = count + excluded.count;

-- name: count_attribute
-- Add to an attribute in the catalogue; its first value fixes the type.
INSERT INTO catalogue_attributes (project, event, name, type, first_seen, last_seen, count) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (project, event, name) DO UPDATE SET
    first_seen = min(first_seen, excluded.first_seen),
    last_seen = max(last_seen, excluded.last_seen),
    count = count + excluded.count;

-- name: set_enforced
-- An attribute that a dialect sent which enforces the vendor's limits.
INSERT OR IGNORE INTO catalogue_enforced (project, event, name) VALUES (?, ?, ?);

-- name: count_violation
-- A violation, by kind and place, with its latest sample.
INSERT INTO violations (project, kind, subject, attribute, count, last_at, sample) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (project, kind, subject, attribute) DO UPDATE SET
    count = count + excluded.count,
    sample = CASE WHEN excluded.last_at >= last_at THEN excluded.sample ELSE sample END,
    last_at = max(last_at, excluded.last_at);

-- name: add_series
-- Add to the counts of a minute, by dialect.
INSERT INTO series (project, step, at, dialect, accepted, duplicates, violations) VALUES (?, 60, ?, ?, ?, ?, ?)
ON CONFLICT (project, step, at, dialect) DO UPDATE SET
    accepted = accepted + excluded.accepted,
    duplicates = duplicates + excluded.duplicates,
    violations = violations + excluded.violations;

-- name: add_outbox
-- The resolved events and the changes of a batch, or the changes that a user made.
INSERT INTO outbox (last_position, events, bytes, created_at, body, changes) VALUES (?, ?, ?, ?, ?, ?);

-- name: keep_invalid
-- An invalid message, with the kinds of its violations (a JSON array), kept for inspection.
INSERT INTO invalid_messages (position, project, at, dialect, kinds, body) VALUES (?, ?, ?, ?, ?, ?);

-- name: drop_invalid
-- All but the newest of a project.
DELETE FROM invalid_messages WHERE project = ?1 AND position <= (
    SELECT position FROM invalid_messages WHERE project = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?2
);

-- name: dead_letter
-- A message that could not be applied, with its error: the worker advances past it.
INSERT INTO dead_letters (position, project, at, message, error) VALUES (?, ?, ?, ?, ?);
