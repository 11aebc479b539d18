-- Finding profiles by a text, ?1. Every scan walks an index from a key onwards, and a page of results examines a bounded
-- number of rows, so that it costs the same whatever the number of profiles.

-- name: identifiers
-- Identifiers whose value begins so, behind a key. char(1114111) is the last character there is.
SELECT value, namespace, scope, profile FROM identifiers
WHERE project = ?2 AND value < ?1 || char(1114111) AND (value, namespace, scope) > (?3, ?4, ?5)
ORDER BY value, namespace, scope;

-- name: first_identifier
-- The first of those that a canonical profile owns: the one at which it is found, so that it is found once.
SELECT value, namespace, scope FROM identifiers
WHERE profile = ?2 AND value >= ?1 AND value < ?1 || char(1114111)
ORDER BY value, namespace, scope
LIMIT 1;

-- name: has_trait
-- Whether a canonical profile, or anything that was merged into it, has a string trait that contains this (JSON) text.
WITH RECURSIVE member (id) AS (
    VALUES (?2)
    UNION ALL
    SELECT p.id FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
)
SELECT 1 FROM member CROSS JOIN traits AS t ON t.profile = member.id
WHERE substr(t.value, 1, 1) = '"' AND instr(lower(t.value), ?1) > 0
LIMIT 1;

-- name: stage
-- The stage of a profile.
SELECT stage FROM profiles WHERE id = ?1;
