-- The settings of alerts, and which of them are firing, as JSON; of the whole server.
CREATE TABLE alerting (
    name  TEXT PRIMARY KEY,                        -- 'settings' or 'states'
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
