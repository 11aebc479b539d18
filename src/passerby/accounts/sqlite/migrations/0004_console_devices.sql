-- Browsers that have signed in as a user, so that attempts from elsewhere do not delay them.
CREATE TABLE console_device (
    digest     TEXT    PRIMARY KEY,                -- SHA-256 of what the cookie holds, in hexadecimal
    user       TEXT    NOT NULL REFERENCES console_user (name) ON DELETE CASCADE,
    seen_at    INTEGER NOT NULL                    -- when it last signed in
) STRICT, WITHOUT ROWID;
CREATE INDEX console_device_of_user ON console_device (user, seen_at);

-- When an administrator let a user try passwords again without delay.
CREATE TABLE console_unlock (
    user       TEXT    PRIMARY KEY REFERENCES console_user (name) ON DELETE CASCADE,
    at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
