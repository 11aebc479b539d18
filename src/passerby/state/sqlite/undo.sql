-- Undoing a merge.

-- name: merge
-- A merge as it was recorded, whether undone or not.
SELECT winner, loser, via_namespace, via_value, via_scope, by_namespace, by_value, by_scope, message_id, position, undone_at
FROM merges WHERE id = ? AND project = ?;

-- name: absorbed_since
-- The merge by which a profile stopped being canonical.
SELECT merge_id FROM profiles WHERE id = ? AND merged_into IS NOT NULL;

-- name: dependent_merge
-- A later merge into the same winner, caused by an identifier that an undo of this merge would take away.
WITH RECURSIVE member (id) AS (
    SELECT loser FROM merges WHERE id = ?1
    UNION ALL
    SELECT p.id FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
)
SELECT later.id
FROM merges AS later
WHERE later.winner = ?2 AND later.undone_at IS NULL
    AND (later.position, later.id) > (SELECT position, id FROM merges WHERE id = ?1)
    AND EXISTS (
        SELECT 1 FROM (
            SELECT later.via_namespace AS namespace, later.via_value AS value, later.via_scope AS scope
            UNION ALL
            SELECT later.by_namespace, later.by_value, later.by_scope
            UNION ALL
            SELECT 'former_user_id', later.by_value, later.by_scope WHERE later.by_namespace = 'user_id'
        ) AS spoke
        CROSS JOIN identifiers AS i
            ON i.project = later.project AND i.value = spoke.value AND i.namespace = spoke.namespace AND i.scope = spoke.scope
        CROSS JOIN profiles AS home ON home.id = i.profile
        WHERE i.profile IN (SELECT id FROM member) OR (
            coalesce(home.canonical, home.id) = ?2
            AND EXISTS (SELECT 1 FROM merge_identifiers WHERE merge_id = ?1 AND identifier = i.id)
        )
    )
ORDER BY later.position DESC, later.id DESC LIMIT 1;

-- name: given_back
-- The identifiers that `give_back` will move, with their present homes.
SELECT i.namespace, i.value, i.scope, i.profile FROM merge_identifiers AS moved
CROSS JOIN identifiers AS i ON i.id = moved.identifier
CROSS JOIN profiles AS home ON home.id = i.profile
WHERE moved.merge_id = ?1 AND coalesce(home.canonical, home.id) = ?2;

-- name: give_back
-- What the merge itself moved (one from before identifiers stayed at home, or one that undid a detachment) and the winner
-- still owns. Call this once the loser stands alone.
UPDATE identifiers SET profile = ?2 WHERE id IN (
    SELECT i.id FROM merge_identifiers AS moved
    CROSS JOIN identifiers AS i ON i.id = moved.identifier
    CROSS JOIN profiles AS home ON home.id = i.profile
    WHERE moved.merge_id = ?1 AND coalesce(home.canonical, home.id) = ?3
);

-- name: restore_customer
-- After a manual merge of two customers: restore the loser's customer id.
UPDATE identifiers SET namespace = 'user_id' WHERE id IN (
    SELECT i.id FROM identifiers AS i CROSS JOIN profiles AS home ON home.id = i.profile
    WHERE i.project = ?1 AND i.value = ?3 AND i.namespace = ?4 AND coalesce(home.canonical, home.id) = ?2
);

-- name: stand_alone
-- Make a merged profile canonical again.
UPDATE profiles SET merged_into = NULL, merge_id = NULL, canonical = NULL WHERE id = ?1;

-- name: mark_undone
-- Mark a merge as undone. Its row is kept for the history.
UPDATE merges SET undone_at = ?2 WHERE id = ?1;

-- name: separate
-- Separate two profiles: this identifier never merges them again.
INSERT OR IGNORE INTO separations (project, namespace, value, scope, one, other) VALUES (?, ?, ?, ?, ?, ?);

-- name: held
-- The identifiers of a profile and its members, to recompute its state; empty for a merged profile.
WITH RECURSIVE member (id) AS (
    SELECT id FROM profiles WHERE id = ?1 AND merged_into IS NULL
    UNION ALL
    SELECT p.id FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
)
SELECT i.namespace, i.value, i.scope FROM member CROSS JOIN identifiers AS i ON i.profile = member.id;

-- name: members
-- The number of profiles that a profile has absorbed, directly and indirectly.
WITH RECURSIVE member (id) AS (
    VALUES (?1)
    UNION ALL
    SELECT p.id FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
)
SELECT count(*) - 1 FROM member;

-- name: stage
-- The stage in which a profile is counted.
SELECT stage FROM profiles WHERE id = ?1;
