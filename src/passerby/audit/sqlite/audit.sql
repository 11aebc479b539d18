-- name: note
-- Records an action; returns the entry's id.
INSERT INTO audit (project, at, who, action, subject, details, address, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
RETURNING id

-- name: complete
-- Records that the action of an entry is done.
UPDATE audit SET project = :project, subject = :subject, details = :details, outcome = 'done' WHERE id = :id

-- name: discard
-- Deletes an entry.
DELETE FROM audit WHERE id = :id

-- name: drop_excess
-- Deletes all but the newest entries of a project.
DELETE FROM audit WHERE project = ?1 AND id <= (
    SELECT id FROM audit WHERE project = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2
)

-- name: page
-- The newest entries of a project before one that fit the filter, and those of the whole server (project 0): all of them,
-- or those about some console users.
SELECT id, at, who, action, subject, details, address, outcome FROM audit
WHERE (project = :project OR (project = 0 AND (:server OR subject IN (SELECT value FROM json_each(:users)))))
    AND id < :before AND at >= :since AND at < :until
    AND instr(lower(who), lower(:who)) > 0 AND instr(action, :action) = 1
ORDER BY id DESC LIMIT :limit
