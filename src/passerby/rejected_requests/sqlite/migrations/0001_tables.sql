-- Rejected requests and their counts, uses of keys, samples of health: data whose newest rows a power cut may take.
-- Files without a version may have some of these tables.
CREATE TABLE IF NOT EXISTS refused (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL,              -- 0: no project's key came with it
    at      INTEGER NOT NULL,              -- milliseconds
    dialect TEXT    NOT NULL,
    call    TEXT    NOT NULL,
    status  INTEGER NOT NULL,
    reason  TEXT    NOT NULL,
    text    TEXT    NOT NULL,
    method  TEXT    NOT NULL,
    path    TEXT    NOT NULL,
    client  TEXT    NOT NULL,
    body    TEXT    NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS refused_of_project ON refused (project, number);

-- How many were refused within steps of a minute (60), an hour (3600) or a day (86400) that begin at `at`, milliseconds.
-- A row of a longer step takes the place of those of a shorter one when they are old.
CREATE TABLE IF NOT EXISTS counted (
    project INTEGER NOT NULL,
    step    INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    dialect TEXT    NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (project, step, at, dialect)
) STRICT, WITHOUT ROWID;

-- In which minutes (milliseconds) a key was used, and how often. Of a key not used for a while, the last minute is kept.
CREATE TABLE IF NOT EXISTS key_use (
    key   INTEGER NOT NULL,                -- its id in the control file
    at    INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (key, at)
) STRICT, WITHOUT ROWID;

-- One row a minute for a week. It stands in refused.db, which every role may write: a power cut may lose the last rows.
CREATE TABLE IF NOT EXISTS health_samples (
    at         INTEGER PRIMARY KEY,        -- milliseconds
    seconds    REAL    NOT NULL,           -- length of the interval that the counts are of
    received   INTEGER NOT NULL,           -- messages
    applied    INTEGER NOT NULL,           -- messages
    requests   INTEGER NOT NULL,           -- to the ingest port
    rejected   INTEGER NOT NULL,           -- of those, answered 4xx
    errors     INTEGER NOT NULL,           -- of those, answered 5xx
    backlog    INTEGER NOT NULL,           -- messages not applied
    lag        REAL    NOT NULL,           -- seconds
    data_bytes INTEGER NOT NULL,
    free_bytes INTEGER NOT NULL,
    disk_bytes INTEGER NOT NULL
) STRICT;
