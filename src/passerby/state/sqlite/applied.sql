-- How far a state is, for comparison with the log and the relays.

-- name: tables
-- The tables of this file that the queries below read: a file that was just made has none.
SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('progress', 'totals', 'outbox', 'relays')

-- name: has_received_at
-- Whether the newest received time is kept: not before the first batch of a release that does so.
SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'applied_until'

-- name: received_at
-- The newest received time of all applied messages.
SELECT max(received_at) FROM applied_until

-- name: outbox_received_at
-- The received time of the newest events in the outbox.
SELECT coalesce(max(created_at), 0) FROM outbox

-- name: accepted
-- How many messages of each project were applied or found to be duplicates.
SELECT project, sum(value) FROM totals WHERE name IN ('applied', 'duplicates') GROUP BY project

-- name: relayed
-- The log positions that relays have carried to their stores last.
SELECT outbox.last_position
FROM relays JOIN outbox ON outbox.id = (SELECT max(id) FROM outbox WHERE id <= relays.done)

-- name: relays_ahead
-- How many relays have carried more batches than the outbox has ever held.
SELECT count(*) FROM relays WHERE done > coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0)

-- name: has_outbox_size
-- Whether the size of the outbox is kept.
SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'outbox_size'

-- name: outbox_size
-- Bytes of the outbox, and when its oldest row was written: 0 where there is none.
SELECT bytes, coalesce((SELECT created_at FROM outbox ORDER BY id LIMIT 1), 0) FROM outbox_size

-- name: outbox_age
-- The same without the bytes.
SELECT 0, coalesce((SELECT created_at FROM outbox ORDER BY id LIMIT 1), 0)
