-- Files without a version may have the table, then without addresses.
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

-- The client's address; empty where it is unknown.
ALTER TABLE audit ADD COLUMN address TEXT NOT NULL DEFAULT '';
