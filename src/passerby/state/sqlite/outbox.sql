-- The outbox as its relays read it, and its retention.

-- name: read
-- The batches behind an id, with their sizes, so that the reader can stop before it has too much.
SELECT id, last_position, events, body, changes, created_at FROM outbox WHERE id > ? ORDER BY id;

-- name: first
-- The id of the first row that is stored, else of the next one to be written.
SELECT coalesce(
    (SELECT min(id) FROM outbox),
    (SELECT seq + 1 FROM sqlite_sequence WHERE name = 'outbox'),
    1
);

-- name: delivered
-- How far a consumer has come.
SELECT done FROM relays WHERE name = ?;

-- name: last_position
-- The log position of the newest batch up to an id.
SELECT last_position FROM outbox WHERE id <= ? ORDER BY id DESC LIMIT 1;

-- name: commit
-- How far a consumer has come. `planned` is of earlier releases, which delivered (done, planned] again after a crash.
INSERT INTO relays (name, done, planned) VALUES (?1, ?2, ?2)
ON CONFLICT (name) DO UPDATE SET done = excluded.done, planned = excluded.planned;

-- name: passed
-- The id up to which every relay has carried the outbox; nothing while no relay has ever run.
SELECT min(done) FROM relays;

-- name: prunable
-- What every relay has passed, the oldest first.
SELECT id, created_at, bytes FROM outbox WHERE id <= ? ORDER BY id LIMIT ?;

-- name: delete_up_to
-- Rows that every relay has passed.
DELETE FROM outbox WHERE id <= ?;

-- name: deleted
-- Profiles that were deleted when an outbox row was there already: it, or a later one, may hold events of theirs.
SELECT profile FROM deleted_profiles WHERE outbox >= ?;

-- name: pending
-- Deleted profiles whose events the event store may still have.
SELECT project, profile FROM deleted_profiles WHERE done = 0 ORDER BY project, profile LIMIT ?;

-- name: set_deleted
-- The event store has no more events of a deleted profile.
UPDATE deleted_profiles SET done = 1 WHERE project = ? AND profile = ?;

-- name: size
-- Bytes of all rows, and when the oldest was written: 0 where there is none.
SELECT bytes, coalesce((SELECT created_at FROM outbox ORDER BY id LIMIT 1), 0) FROM outbox_size;
