-- Until this version, every console user was an administrator.
ALTER TABLE console_user ADD COLUMN role TEXT NOT NULL DEFAULT 'admin';  -- of `users.Role`: in every project; '' for none

CREATE TABLE console_session (
    digest     TEXT    PRIMARY KEY,                -- SHA-256 of what the cookie holds, in hexadecimal
    user       TEXT    NOT NULL REFERENCES console_user (name) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX console_session_of_user ON console_session (user, created_at);

-- Some files of version 1 have this table already.
CREATE TABLE IF NOT EXISTS policy_changes (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL REFERENCES project (id),
    at      INTEGER NOT NULL,
    who     TEXT    NOT NULL,                      -- the label of the token, or the command line
    before  TEXT    NOT NULL,                      -- JSON of IdentityPolicy
    after   TEXT    NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS policy_changes_of_project ON policy_changes (project, id);
