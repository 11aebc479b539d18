-- How far each destination is: numbers of items (`passerby.deliveries.protocol`), times in milliseconds.
CREATE TABLE positions (
    destination TEXT    PRIMARY KEY,
    read        INTEGER NOT NULL,
    done        INTEGER NOT NULL,
    waiting     INTEGER NOT NULL DEFAULT 0,
    oldest_at   INTEGER NOT NULL DEFAULT 0,
    breaker     TEXT    NOT NULL DEFAULT '',
    changed_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Items after `done` that have an outcome.
CREATE TABLE ahead (
    destination TEXT    NOT NULL,
    number      INTEGER NOT NULL,
    PRIMARY KEY (destination, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE parked (
    destination TEXT    NOT NULL,
    source      TEXT    NOT NULL,              -- what the number counts
    number      INTEGER NOT NULL,
    person      TEXT    NOT NULL,              -- '' without an order
    not_before  INTEGER,                       -- NULL: waits for an earlier item of its person
    attempts    INTEGER NOT NULL,
    first_at    INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    reason      TEXT    NOT NULL,
    PRIMARY KEY (destination, source, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX parked_due ON parked (destination, not_before) WHERE not_before IS NOT NULL;
CREATE INDEX parked_person ON parked (destination, person, source, number) WHERE person <> '';

CREATE TABLE dead (
    destination TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    number      INTEGER NOT NULL,
    item_type   TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    person      TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    reason      TEXT    NOT NULL,
    excerpt     TEXT    NOT NULL,
    PRIMARY KEY (destination, source, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX dead_by_age ON dead (at);

CREATE TABLE counts (
    destination TEXT    NOT NULL,
    minute      INTEGER NOT NULL,
    step        TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    n           INTEGER NOT NULL,
    PRIMARY KEY (destination, minute, step, reason)
) STRICT, WITHOUT ROWID;

-- Running totals of the counts, which are deleted after a while: the overview's equation holds for all time.
CREATE TABLE totals (
    destination TEXT    NOT NULL,
    step        TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    n           INTEGER NOT NULL,
    PRIMARY KEY (destination, step, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE exchanges (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    destination TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    result      TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    status      INTEGER NOT NULL,
    request     TEXT    NOT NULL,
    response    TEXT    NOT NULL
) STRICT;
CREATE INDEX exchanges_of ON exchanges (destination, reason, id);
