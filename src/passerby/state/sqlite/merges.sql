-- Merges as readers see them.

-- name: all
-- The newest merges behind an id.
SELECT id, winner, loser, at, message_id, via_namespace, via_value, via_scope, by_namespace, by_value, by_scope,
    rule, actor, actor_name, detail, undone_at
FROM merges WHERE project = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3;

-- name: undone
-- Likewise those that were taken back.
SELECT id, winner, loser, at, message_id, via_namespace, via_value, via_scope, by_namespace, by_value, by_scope,
    rule, actor, actor_name, detail, undone_at
FROM merges WHERE project = ?1 AND id < ?2 AND undone_at IS NOT NULL ORDER BY id DESC LIMIT ?3;

-- name: in_force
-- Likewise those that were not.
SELECT id, winner, loser, at, message_id, via_namespace, via_value, via_scope, by_namespace, by_value, by_scope,
    rule, actor, actor_name, detail, undone_at
FROM merges INDEXED BY merges_of_project
WHERE project = ?1 AND id < ?2 AND undone_at IS NULL ORDER BY id DESC LIMIT ?3;

-- name: one
-- A single merge.
SELECT id, winner, loser, at, message_id, via_namespace, via_value, via_scope, by_namespace, by_value, by_scope,
    rule, actor, actor_name, detail, undone_at
FROM merges WHERE project = ?1 AND id = ?2;

-- name: moved
-- The identifiers that a merge brought the winner: those of the loser and its members, and those that it moved itself.
WITH RECURSIVE member (id) AS (
    SELECT loser FROM merges WHERE id = ?1
    UNION ALL
    SELECT p.id FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
)
SELECT namespace, value, scope FROM identifiers
WHERE id IN (
    SELECT i.id FROM member CROSS JOIN identifiers AS i ON i.profile = member.id
    UNION
    SELECT identifier FROM merge_identifiers WHERE merge_id = ?1
)
ORDER BY id;
