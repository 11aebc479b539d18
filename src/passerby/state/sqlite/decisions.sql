-- The backfills of decision records: rows of an earlier version have null as detail.

-- name: next_decisions
-- The rows of the history after a number.
SELECT id, kind, rule, detail FROM history WHERE id > ?1 ORDER BY id LIMIT ?2;

-- name: convert_decision
-- Replaces the text of an earlier version by a record.
UPDATE history SET rule = ?2, actor = ?3, actor_name = ?4, detail = ?5 WHERE id = ?1;

-- name: next_merges
-- The merges after an id.
SELECT id, rule, detail FROM merges WHERE id > ?1 ORDER BY id LIMIT ?2;

-- name: convert_merge
-- Replaces the text of an earlier version by a record.
UPDATE merges SET rule = ?2, actor = ?3, actor_name = ?4, detail = ?5 WHERE id = ?1;

-- name: next_detachments
-- The detachments after an id.
SELECT id, comment, actor FROM detachments WHERE id > ?1 ORDER BY id LIMIT ?2;

-- name: convert_detachment
-- Replaces the text of an earlier version by the actor and the comment.
UPDATE detachments SET actor = ?2, actor_name = ?3, comment = ?4 WHERE id = ?1;
