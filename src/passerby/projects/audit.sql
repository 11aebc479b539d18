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

-- name: note
-- Somebody did something.
INSERT INTO audit (project, at, who, action, subject, details) VALUES (?, ?, ?, ?, ?, ?)

-- name: drop_excess
-- All but the newest of a project.
DELETE FROM audit WHERE project = ?1 AND id <= (
    SELECT id FROM audit WHERE project = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2
)

-- name: page
-- The newest of a project, behind one.
SELECT id, at, who, action, subject, details FROM audit WHERE project = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3
