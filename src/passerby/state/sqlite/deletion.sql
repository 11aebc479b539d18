-- Deleting the data of test profiles. ?1 is the project; "gone" are its deleted profiles that the event store still has.

-- name: candidates
-- Canonical profiles all of whose identifiers lie in a range of values.
WITH owner (id) AS (
    SELECT DISTINCT coalesce(home.canonical, home.id)
    FROM identifiers AS i CROSS JOIN profiles AS home ON home.id = i.profile
    WHERE i.project = ?1 AND i.value >= ?2 AND i.value < ?3
)
SELECT owner.id FROM owner
WHERE NOT EXISTS (
    WITH RECURSIVE member (id) AS (
        SELECT owner.id
        UNION ALL
        SELECT q.id FROM member CROSS JOIN profiles AS q ON q.merged_into = member.id
    )
    SELECT 1 FROM member CROSS JOIN identifiers AS other ON other.profile = member.id
    WHERE NOT (other.value >= ?2 AND other.value < ?3)
)
ORDER BY owner.id;

-- name: related
-- A profile and those that it was ever merged with or detached from, directly or not; undone or not.
WITH RECURSIVE related (id) AS (
    VALUES (?1)
    UNION
    SELECT m.loser FROM related AS r CROSS JOIN merges AS m ON m.winner = r.id
    UNION
    SELECT m.winner FROM related AS r CROSS JOIN merges AS m ON m.loser = r.id
    UNION
    SELECT d.detached FROM related AS r CROSS JOIN detachments AS d ON d.profile = r.id
    UNION
    SELECT d.profile FROM related AS r CROSS JOIN detachments AS d ON d.detached = r.id
    LIMIT ?2
)
SELECT id FROM related;

-- name: is_real
-- Whether a profile holds, or was ever given, an identifier outside a range of values.
SELECT EXISTS (SELECT 1 FROM identifiers WHERE profile = ?1 AND NOT (value >= ?2 AND value < ?3)) OR EXISTS (
    SELECT 1 FROM history
    WHERE to_profile = ?1 AND kind IN ('attached', 'reassigned') AND NOT (value >= ?2 AND value < ?3)
);

-- name: size
-- Whether a profile is canonical, its stage, and its number of events.
SELECT merged_into IS NULL, stage, event_count FROM profiles WHERE id = ?1;

-- name: add_tombstone
-- A deleted profile, with the newest outbox row that may hold its events.
INSERT INTO deleted_profiles (project, profile, at, outbox)
VALUES (?1, ?2, ?3, (SELECT coalesce(max(id), 0) FROM outbox));

-- name: user_ids
-- Customer ids of a profile, which the index of e-mail addresses may hold.
SELECT value FROM identifiers WHERE profile = ?1 AND namespace IN ('user_id', 'former_user_id');

-- name: delete_term
-- A value by which gone profiles are found.
DELETE FROM search_terms WHERE project = ?1 AND kind = ?2 AND value = ?3
    AND profile IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0);

-- name: delete_hash
-- The hash of an e-mail address that no profile has any more.
DELETE FROM hashed_addresses WHERE project = ?1 AND hash = ?3
    AND NOT EXISTS (SELECT 1 FROM search_terms WHERE project = ?1 AND kind = 'email' AND value = ?2);

-- name: delete_devices
-- What the devices of gone profiles have said of themselves.
DELETE FROM devices WHERE project = ?1 AND (project, value, namespace, scope) IN (
    SELECT project, value, namespace, scope FROM identifiers
    WHERE profile IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0)
);

-- name: delete_moved_by
-- Which identifiers the merges of gone profiles moved.
DELETE FROM merge_identifiers WHERE merge_id IN (
    SELECT id FROM merges
    WHERE winner IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0)
);

-- name: delete_merges
-- Merges of deleted profiles. Winner and loser are deleted together.
DELETE FROM merges WHERE winner IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0);

-- name: delete_separations
-- Pairs that an undo has separated.
DELETE FROM separations WHERE project = ?1 AND (
    one IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0)
    OR other IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0)
);

-- name: delete_detachments
-- Detachments of gone profiles. Both profiles are gone together.
DELETE FROM detachments WHERE profile IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0);

-- name: delete_dismissals
-- Decisions that two profiles are different people.
DELETE FROM duplicate_dismissals WHERE project = ?1 AND (
    one IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0)
    OR other IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0)
);

-- name: forget_from
-- A decision that a profile which stays shares with a gone one: it belongs to the other's history alone now.
UPDATE history SET from_profile = NULL
WHERE from_profile IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0)
    AND to_profile NOT IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0);

-- name: forget_to
-- Likewise where the gone profile is the second of the two.
UPDATE history SET to_profile = NULL
WHERE to_profile IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0)
    AND from_profile NOT IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0);

-- name: delete_history_from
-- Decisions about gone profiles.
DELETE FROM history WHERE from_profile IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0);

-- name: delete_history_to
-- Likewise where the profile is the second of the two.
DELETE FROM history WHERE to_profile IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0);

-- name: delete_hint_links
-- Hints under which gone profiles were seen. There is no index by profile: the project's links are read.
DELETE FROM hint_links
WHERE project = ?1 AND profile IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0);

-- name: delete_traits
-- The traits of gone profiles.
DELETE FROM traits WHERE profile IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0);

-- name: delete_rejected_traits
-- The traits that a rule refused.
DELETE FROM rejected_traits WHERE profile IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0);

-- name: delete_identifiers
-- The identifiers of gone profiles. A later message with one of them makes a new profile.
DELETE FROM identifiers WHERE profile IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0);

-- name: delete_profiles
-- The gone profiles themselves.
DELETE FROM profiles WHERE id IN (SELECT profile FROM deleted_profiles WHERE project = ?1 AND done = 0);
