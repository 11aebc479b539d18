-- Who changed or looked at what.

-- name: schema
-- In a file of its own: to note that somebody looked at something must not make every process read its keys again.
CREATE TABLE IF NOT EXISTS audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL,
    at      INTEGER NOT NULL,              -- milliseconds
    who     TEXT    NOT NULL,              -- a token's label, a console user, or the command line
    action  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    details TEXT    NOT NULL               -- JSON
) STRICT;
CREATE INDEX IF NOT EXISTS audit_of_project ON audit (project, id);

-- name: has_address
-- Whether entries have addresses: those of an older file have none.
SELECT EXISTS (SELECT 1 FROM pragma_table_info('audit') WHERE name = 'address')

-- name: add_address
-- Give the entries of an older file an address, which is unknown.
ALTER TABLE audit ADD COLUMN address TEXT NOT NULL DEFAULT ''

-- name: note
-- Record an action.
INSERT INTO audit (project, at, who, action, subject, details, address) VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: drop_excess
-- All but the newest of a project.
DELETE FROM audit WHERE project = ?1 AND id <= (
    SELECT id FROM audit WHERE project = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2
)

-- name: page
-- The newest entries of a project before one that fit the filter, and those of the whole server (project 0): all of them,
-- or those about some console users.
SELECT id, at, who, action, subject, details, address FROM audit
WHERE (project = :project OR (project = 0 AND (:server OR subject IN (SELECT value FROM json_each(:users)))))
    AND id < :before AND at >= :since AND at < :until
    AND instr(lower(who), lower(:who)) > 0 AND instr(action, :action) = 1
ORDER BY id DESC LIMIT :limit
