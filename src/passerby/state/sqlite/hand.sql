-- What people decide: merges and detachments by hand.

-- name: card
-- A canonical profile's card, by its own id or by that of one that was merged into it.
WITH RECURSIVE path (id, merged_into) AS (
    SELECT id, merged_into FROM profiles WHERE id = ?2 AND project = ?1
    UNION ALL
    SELECT p.id, p.merged_into FROM path JOIN profiles AS p ON p.id = path.merged_into
)
SELECT p.id, p.user_id, p.contacts, p.held
FROM path JOIN profiles AS p ON p.id = path.id WHERE p.merged_into IS NULL;

-- name: keep_former
-- The customer id of a profile that is about to be absorbed by another customer.
UPDATE identifiers SET namespace = ?2 WHERE profile = ?1 AND namespace = 'user_id';

-- name: give
-- An identifier goes to somebody else.
UPDATE identifiers SET profile = ?2 WHERE id = ?1;

-- name: memory
-- The merges whose undo would take an identifier back.
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
    id, project, profile, detached, identifier, namespace, value, scope, merges, at, actor, actor_name, comment
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: detachment
-- A detachment, who holds its identifier now, and by which merge the new profile stopped standing for itself.
SELECT d.profile, d.detached, d.identifier, d.namespace, d.value, d.scope, d.merges, d.undone_at, i.profile, p.merge_id
FROM detachments AS d JOIN identifiers AS i ON i.id = d.identifier JOIN profiles AS p ON p.id = d.detached
WHERE d.id = ?1 AND d.project = ?2;

-- name: join_again
-- What a detachment remembered is forgotten with it.
DELETE FROM separations
WHERE project = ? AND namespace = ? AND value = ? AND scope = ? AND one = ? AND other = ?;

-- name: mark_undone
-- A detachment is undone once.
UPDATE detachments SET undone_at = ?2 WHERE id = ?1;
