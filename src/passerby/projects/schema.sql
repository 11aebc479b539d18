-- name: schema
-- The control file: projects, the keys that lead to them, and who may use the console.
CREATE TABLE IF NOT EXISTS project (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,  -- small, and never used again
    name       TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    settings   TEXT    NOT NULL                    -- JSON of ProjectSettings
) STRICT;

CREATE TABLE IF NOT EXISTS key (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    project    INTEGER NOT NULL REFERENCES project (id),
    kind       TEXT    NOT NULL,
    value      TEXT    NOT NULL,                   -- of a secret: its SHA-256 in hexadecimal
    label      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,                            -- in the future: works until then, after a rotation
    scopes     TEXT    NOT NULL DEFAULT 'identity manage read',  -- of a token: see `scopes.Scope`
    UNIQUE (kind, value)                           -- a revoked key never comes to mean another project
) STRICT;

CREATE TABLE IF NOT EXISTS console_user (
    name       TEXT    PRIMARY KEY,
    password   TEXT    NOT NULL,                   -- argon2id, in its own encoded form
    changed_at INTEGER NOT NULL,
    role       TEXT    NOT NULL DEFAULT 'admin'    -- of `users.Role`: in every project; '' for none
) STRICT, WITHOUT ROWID;

-- What a user may do in one project, beyond their role in all of them.
CREATE TABLE IF NOT EXISTS console_role (
    user       TEXT    NOT NULL REFERENCES console_user (name) ON DELETE CASCADE,
    project    INTEGER NOT NULL REFERENCES project (id),
    role       TEXT    NOT NULL,                   -- of `users.Role`
    PRIMARY KEY (user, project)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS console_session (
    digest     TEXT    PRIMARY KEY,                -- SHA-256 of what the cookie holds, in hexadecimal
    user       TEXT    NOT NULL REFERENCES console_user (name) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS console_session_of_user ON console_session (user, created_at);

-- Browsers that have signed in as a user, so that attempts from elsewhere do not delay them.
CREATE TABLE IF NOT EXISTS console_device (
    digest     TEXT    PRIMARY KEY,                -- SHA-256 of what the cookie holds, in hexadecimal
    user       TEXT    NOT NULL REFERENCES console_user (name) ON DELETE CASCADE,
    seen_at    INTEGER NOT NULL                    -- when it last signed in
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS console_device_of_user ON console_device (user, seen_at);

-- When an administrator let a user try passwords again without delay.
CREATE TABLE IF NOT EXISTS console_unlock (
    user       TEXT    PRIMARY KEY REFERENCES console_user (name) ON DELETE CASCADE,
    at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS mark (
    project     INTEGER NOT NULL REFERENCES project (id),
    event       TEXT    NOT NULL,                  -- '' for the traits of profiles
    attribute   TEXT    NOT NULL,                  -- '' for the event itself
    planned     INTEGER NOT NULL,
    hidden      INTEGER NOT NULL,
    description TEXT    NOT NULL,
    changed_at  INTEGER NOT NULL,
    who         TEXT    NOT NULL,
    PRIMARY KEY (project, event, attribute)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS policy_changes (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL REFERENCES project (id),
    at      INTEGER NOT NULL,
    who     TEXT    NOT NULL,                      -- the label of the token, or the command line
    before  TEXT    NOT NULL,                      -- JSON of IdentityPolicy
    after   TEXT    NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS policy_changes_of_project ON policy_changes (project, id);

-- The settings of alerts, and which of them are firing, as JSON; of the whole server.
CREATE TABLE IF NOT EXISTS alerting (
    name  TEXT PRIMARY KEY,                        -- 'settings' or 'states'
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
