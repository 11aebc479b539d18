-- name: schema
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
