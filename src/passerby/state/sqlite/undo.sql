-- Taking a merge back.

-- name: merge
-- A merge as it was recorded, whether undone or not.
SELECT winner, loser, via_namespace, via_value, via_scope, by_namespace, by_value, by_scope, message_id, position, undone_at
FROM merges WHERE id = ? AND project = ?;

-- name: absorbed_since
-- The merge by which a profile stopped standing for itself.
SELECT merge_id FROM profiles WHERE id = ? AND merged_into IS NOT NULL;

-- name: built_on
-- A later merge into the same winner for which an identifier spoke that this merge had brought.
SELECT later.id
FROM merge_identifiers AS moved
JOIN identifiers AS i ON i.id = moved.identifier
JOIN merges AS later ON later.winner = ?2
WHERE moved.merge_id = ?1 AND later.id > ?1 AND later.undone_at IS NULL
    AND (
        (later.via_value = i.value AND later.via_namespace = i.namespace AND later.via_scope = i.scope)
        OR (later.by_value = i.value AND later.by_namespace = i.namespace AND later.by_scope = i.scope)
        OR (i.namespace = 'former_user_id' AND later.by_namespace = 'user_id' AND later.by_value = i.value)
    )
ORDER BY later.id DESC LIMIT 1;

-- name: give_back
-- The moved identifiers that the winner still holds.
UPDATE identifiers SET profile = ?2
WHERE profile = ?3 AND id IN (SELECT identifier FROM merge_identifiers WHERE merge_id = ?1);

-- name: restore_customer
-- Two customers were merged by hand: the loser is one again.
UPDATE identifiers SET namespace = 'user_id'
WHERE profile = ?2 AND namespace = ?4 AND value = ?3
    AND id IN (SELECT identifier FROM merge_identifiers WHERE merge_id = ?1);

-- name: stand_alone
-- A merged profile answers for itself again.
UPDATE profiles SET merged_into = NULL, merge_id = NULL WHERE id = ?1;

-- name: mark_undone
-- A merge is undone once; its row stays, so that the history can be read.
UPDATE merges SET undone_at = ?2 WHERE id = ?1;

-- name: separate
-- From now on this identifier never leads these two profiles together.
INSERT OR IGNORE INTO separations (project, namespace, value, scope, one, other) VALUES (?, ?, ?, ?, ?, ?);

-- name: held
-- What a profile holds now, to write its card anew.
SELECT namespace, value, scope FROM identifiers WHERE profile = ?1;

-- name: members
-- How many profiles a profile has absorbed, however indirectly.
WITH RECURSIVE member (id) AS (
    VALUES (?1)
    UNION ALL
    SELECT p.id FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
)
SELECT count(*) - 1 FROM member;

-- name: stage
-- The stage that a profile is recorded in, to count it out of its total.
SELECT stage FROM profiles WHERE id = ?1;
