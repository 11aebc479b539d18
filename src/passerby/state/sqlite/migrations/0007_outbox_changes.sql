-- A row of the outbox has changes of profiles next to its events: see passerby.outbox.records. Earlier rows have none.
ALTER TABLE outbox ADD COLUMN changes BLOB NOT NULL DEFAULT x'';
