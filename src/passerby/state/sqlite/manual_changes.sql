-- Manual merges and detachments.

-- name: identity_state
-- A canonical profile's identity state, by its id or the id of a member.
WITH RECURSIVE path (id, next) AS (
    SELECT id, coalesce(canonical, merged_into) FROM profiles WHERE id = ?2 AND project = ?1
    UNION ALL
    SELECT p.id, coalesce(p.canonical, p.merged_into) FROM path JOIN profiles AS p ON p.id = path.next
)
SELECT p.id, p.user_id, p.contacts, p.held
FROM path JOIN profiles AS p ON p.id = path.id WHERE p.merged_into IS NULL;

-- name: keep_former
-- Turn the customer id of a profile that another customer absorbs into a former one.
UPDATE identifiers SET namespace = ?2 WHERE id IN (
    WITH RECURSIVE member (id) AS (
        VALUES (?1)
        UNION ALL
        SELECT p.id FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
    )
    SELECT i.id FROM member CROSS JOIN identifiers AS i ON i.profile = member.id WHERE i.namespace = 'user_id'
);

-- name: give
-- Give an identifier a new home.
UPDATE identifiers SET profile = ?2 WHERE id = ?1;

-- name: move
-- Record that a merge moved an identifier to this home: an undo of the merge returns it.
INSERT INTO merge_identifiers (merge_id, identifier) VALUES (?1, ?2);

-- name: memory
-- The merges that moved an identifier, and whose undo would return it.
SELECT hex(merge_id) FROM merge_identifiers WHERE identifier = ?1;

-- name: forget
-- From now on, no undo of an earlier merge returns the identifier.
DELETE FROM merge_identifiers WHERE identifier = ?1;

-- name: recall
-- Restore that an undo of this merge returns the identifier, as before the detachment.
INSERT OR IGNORE INTO merge_identifiers (merge_id, identifier) VALUES (unhex(?1), ?2);

-- name: add_detachment
-- Insert a detachment, with the data that its undo needs.
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
-- Delete the separation that a detachment made.
DELETE FROM separations
WHERE project = ? AND namespace = ? AND value = ? AND scope = ? AND one = ? AND other = ?;

-- name: mark_undone
-- Mark a detachment as undone.
UPDATE detachments SET undone_at = ?2 WHERE id = ?1;
