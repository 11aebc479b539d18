-- What a token may do: see `scopes.Scope`. Until this version, every token could do everything.
ALTER TABLE key ADD COLUMN scopes TEXT NOT NULL DEFAULT 'identity manage read';

-- Descriptions of events and attributes.
CREATE TABLE mark (
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
