-- What identity keeps of a project, row by row, in the order of ids.

-- name: profiles
-- Every profile, merged or not.
SELECT id, merged_into, stage, user_id, event_count FROM profiles WHERE project = ?1 ORDER BY id;

-- name: identifiers
-- Every identifier with its home and that home's canonical profile.
SELECT i.namespace, i.value, i.scope, i.profile, coalesce(home.canonical, home.id)
FROM identifiers AS i CROSS JOIN profiles AS home ON home.id = i.profile
WHERE i.project = ?1;

-- name: traits
-- The newest value of every trait of every member.
SELECT t.profile, t.name, t.value, t.time, t.position
FROM profiles AS p CROSS JOIN traits AS t ON t.profile = p.id
WHERE p.project = ?1;

-- name: merges
-- Every merge, undone or not.
SELECT id, winner, loser, via_namespace, via_value, via_scope, by_namespace, by_value, by_scope, undone_at IS NOT NULL
FROM merges WHERE project = ?1 ORDER BY id;

-- name: detachments
-- Every detachment, undone or not.
SELECT id, profile, detached FROM detachments WHERE project = ?1 ORDER BY id;

-- name: links
-- The profiles that wait behind hints.
SELECT namespace, value, scope, profile FROM hint_links WHERE project = ?1;

-- name: separations
-- The pairs of profiles that an identifier does not merge.
SELECT namespace, value, scope, one, other FROM separations WHERE project = ?1;

-- name: decisions
-- How many decisions of each kind the history has.
SELECT kind, count(*) FROM history WHERE project = ?1 GROUP BY kind;
