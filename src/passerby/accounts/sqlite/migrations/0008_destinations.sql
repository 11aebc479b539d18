-- Destinations of projects. `body` is what can be shown, as JSON (`passerby.destinations.records.Destination`);
-- `secrets` is what cannot, encrypted. What the delivery process changes has columns of its own.
CREATE TABLE destination (
    id           TEXT    PRIMARY KEY,
    project      INTEGER NOT NULL REFERENCES project (id),
    name         TEXT    NOT NULL,
    body         TEXT    NOT NULL,
    secrets      BLOB    NOT NULL,
    state        TEXT    NOT NULL,
    pause_reason TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    begin_after  INTEGER NOT NULL,                 -- the item after which delivery begins
    UNIQUE (project, name)
) STRICT, WITHOUT ROWID;

-- The number of the last change to destinations, counted by triggers so that no statement can forget to.
CREATE TABLE destination_revision (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO destination_revision (id, number) VALUES (1, 1);

CREATE TRIGGER destination_inserted AFTER INSERT ON destination
BEGIN UPDATE destination_revision SET number = number + 1; END;
CREATE TRIGGER destination_updated AFTER UPDATE ON destination
BEGIN UPDATE destination_revision SET number = number + 1; END;
CREATE TRIGGER destination_deleted AFTER DELETE ON destination
BEGIN UPDATE destination_revision SET number = number + 1; END;
