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

-- name: terms
-- Members with a term of this kind that begins so, after a key.
SELECT value, profile FROM search_terms
WHERE project = ?1 AND kind = ?2 AND value < ?3 || char(1114111) AND (value, profile) > (?4, ?5)
ORDER BY value, profile;

-- name: indexed
-- Whether a member has this very term.
SELECT 1 FROM search_terms WHERE project = ?1 AND kind = ?2 AND value = ?3 AND profile = ?4 LIMIT 1;

-- name: merged_into
-- The profile that absorbed a member; null for a canonical one.
SELECT merged_into FROM profiles WHERE id = ?1;

-- name: stage
-- The stage of a profile.
SELECT stage FROM profiles WHERE id = ?1;
