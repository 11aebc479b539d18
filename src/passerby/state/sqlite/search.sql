-- Finding profiles by a text, ?1. Every scan walks an index from a key onwards, and a page of results examines a bounded
-- number of rows, so that it costs the same whatever the number of profiles.

-- name: identifiers
-- Identifiers whose value begins so, behind a key. char(1114111) is the last character there is.
SELECT i.value, i.namespace, i.scope, coalesce(home.canonical, home.id)
FROM identifiers AS i CROSS JOIN profiles AS home ON home.id = i.profile
WHERE i.project = ?2 AND i.value < ?1 || char(1114111) AND (i.value, i.namespace, i.scope) > (?3, ?4, ?5)
ORDER BY i.value, i.namespace, i.scope;

-- name: first_identifier
-- The first of those that a canonical profile owns: the one at which it is found, so that it is found once.
WITH RECURSIVE member (id) AS (
    VALUES (?2)
    UNION ALL
    SELECT p.id FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
)
SELECT i.value, i.namespace, i.scope
FROM member CROSS JOIN identifiers AS i ON i.profile = member.id
WHERE i.value >= ?1 AND i.value < ?1 || char(1114111)
ORDER BY i.value, i.namespace, i.scope
LIMIT 1;

-- name: terms
-- Members with a term of this kind that begins so, after a key.
SELECT value, profile FROM search_terms
WHERE project = ?1 AND kind = ?2 AND value < ?3 || char(1114111) AND (value, profile) > (?4, ?5)
ORDER BY value, profile;

-- name: indexed
-- Whether a member has this very term.
SELECT 1 FROM search_terms WHERE project = ?1 AND kind = ?2 AND value = ?3 AND profile = ?4 LIMIT 1;

-- name: next
-- The canonical profile of a member, or at least the one that absorbed it; null for a canonical one.
SELECT coalesce(canonical, merged_into) FROM profiles WHERE id = ?1;

-- name: stage
-- The stage of a profile.
SELECT stage FROM profiles WHERE id = ?1;
