-- Explains why an identifier belongs to a profile.

-- name: holder
-- An identifier's row and its canonical owner.
SELECT i.id, coalesce(home.canonical, home.id)
FROM identifiers AS i CROSS JOIN profiles AS home ON home.id = i.profile
WHERE i.project = ?1 AND i.value = ?2 AND i.namespace = ?3 AND i.scope = ?4;

-- name: given
-- The latest decisions that attached or moved an identifier, newest first.
SELECT at, kind, message_id, namespace, value, scope, from_profile, to_profile, merge_id,
    rule, actor, actor_name, detail, '', '', ''
FROM history
WHERE value = ?2 AND namespace = ?3 AND scope = ?4 AND project = ?1 AND kind IN ('attached', 'reassigned')
ORDER BY id DESC LIMIT ?5;

-- name: made_by
-- The decisions about a profile that a message caused, by the indexes on profiles.
SELECT h.id, h.at, h.kind, h.message_id, h.namespace, h.value, h.scope, h.from_profile, h.to_profile, h.merge_id,
    h.rule, h.actor, h.actor_name, h.detail, m.by_namespace, m.by_value, m.by_scope
FROM history AS h LEFT JOIN merges AS m ON m.id = h.merge_id
WHERE h.to_profile = ?3 AND h.message_id = ?2 AND h.project = ?1
UNION ALL
SELECT h.id, h.at, h.kind, h.message_id, h.namespace, h.value, h.scope, h.from_profile, h.to_profile, h.merge_id,
    h.rule, h.actor, h.actor_name, h.detail, m.by_namespace, m.by_value, m.by_scope
FROM history AS h LEFT JOIN merges AS m ON m.id = h.merge_id
WHERE h.from_profile = ?3 AND h.message_id = ?2 AND h.project = ?1;

-- name: absorbed
-- The merge in force at a time by which a profile stopped being canonical.
SELECT at, 'merged', message_id, via_namespace, via_value, via_scope, loser, winner, id,
    rule, actor, actor_name, detail, by_namespace, by_value, by_scope
FROM merges
WHERE loser = ?1 AND at <= ?2 AND (undone_at IS NULL OR undone_at > ?2)
ORDER BY id DESC LIMIT 1;
