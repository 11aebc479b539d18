-- How far the log is applied: one row a partition, `position` for partition 0 and `position.N` for any other.

-- name: positions
-- The last applied position of each partition. `/` is the character after `.`.
SELECT value FROM progress WHERE name >= 'position' AND name < 'position/';

-- name: set_position
-- How far a partition is applied: part of the batch's transaction, so that it is applied once.
INSERT INTO progress (name, value) VALUES (?1, ?2)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;
