-- What people decide: merges and detachments by hand.

-- name: identity_state
-- A canonical profile's identity state, by its own id or by that of one that was merged into it.
WITH RECURSIVE path (id, next) AS (
    SELECT id, coalesce(canonical, merged_into) FROM profiles WHERE id = ?2 AND project = ?1
    UNION ALL
    SELECT p.id, coalesce(p.canonical, p.merged_into) FROM path JOIN profiles AS p ON p.id = path.next
)
SELECT p.id, p.user_id, p.contacts, p.held
FROM path JOIN profiles AS p ON p.id = path.id WHERE p.merged_into IS NULL;

-- name: keep_former
-- The customer id of a profile that is about to be absorbed by another customer.
UPDATE identifiers SET namespace = ?2 WHERE id IN (
    WITH RECURSIVE member (id) AS (
        VALUES (?1)
        UNION ALL
        SELECT p.id FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
    )
    SELECT i.id FROM member CROSS JOIN identifiers AS i ON i.profile = member.id WHERE i.namespace = 'user_id'
);

-- name: give
-- An identifier gets a new home.
UPDATE identifiers SET profile = ?2 WHERE id = ?1;

-- name: move
-- An identifier that a merge moves to this home: an undo of the merge gives it back.
INSERT INTO merge_identifiers (merge_id, identifier) VALUES (?1, ?2);

-- name: memory
-- The merges that moved an identifier, and whose undo would give it back.
SELECT hex(merge_id) FROM merge_identifiers WHERE identifier = ?1;

-- name: forget
-- No earlier merge's undo takes it back from now on.
DELETE FROM merge_identifiers WHERE identifier = ?1;

-- name: recall
-- As before it was detached, a merge's undo takes an identifier back.
INSERT OR IGNORE INTO merge_identifiers (merge_id, identifier) VALUES (unhex(?1), ?2);

-- name: add_detachment
-- A detachment, with what its undo has to know.
INSERT INTO detachments (
    id, project, profile, detached, home, identifier, namespace, value, scope, merges, at, actor, actor_name, comment
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: detachment
-- A detachment, where its identifier is at home now, and by which merge the new profile stopped being canonical.
SELECT d.profile, d.detached, coalesce(d.home, d.profile), d.identifier, d.namespace, d.value, d.scope, d.merges,
    d.undone_at, i.profile, p.merge_id
FROM detachments AS d JOIN identifiers AS i ON i.id = d.identifier JOIN profiles AS p ON p.id = d.detached
WHERE d.id = ?1 AND d.project = ?2;

-- name: join_again
-- What a detachment remembered is forgotten with it.
DELETE FROM separations
WHERE project = ? AND namespace = ? AND value = ? AND scope = ? AND one = ? AND other = ?;

-- name: mark_undone
-- A detachment is undone once.
UPDATE detachments SET undone_at = ?2 WHERE id = ?1;
