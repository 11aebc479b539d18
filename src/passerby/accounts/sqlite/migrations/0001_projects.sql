-- Projects, their keys, and the console's users.
CREATE TABLE project (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,  -- small, and never used again
    name       TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    settings   TEXT    NOT NULL                    -- JSON of ProjectSettings
) STRICT;

CREATE TABLE key (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    project    INTEGER NOT NULL REFERENCES project (id),
    kind       TEXT    NOT NULL,
    value      TEXT    NOT NULL,                   -- of a secret: its SHA-256 in hexadecimal
    label      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,                            -- in the future: works until then, after a rotation
    UNIQUE (kind, value)                           -- a revoked key never comes to mean another project
) STRICT;

CREATE TABLE console_user (
    name       TEXT    PRIMARY KEY,
    password   TEXT    NOT NULL,                   -- argon2id, in its own encoded form
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
