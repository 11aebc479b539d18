-- Progress of destinations. Times in milliseconds; numbers of items as in `passerby.deliveries.protocol`.

-- name: progress
-- How far a destination is.
SELECT read, done, waiting, oldest_at, breaker, changed_at FROM positions WHERE destination = ?

-- name: ahead
-- Items after the position that have an outcome.
SELECT number FROM ahead WHERE destination = ?

-- name: begin
-- The first position of a destination.
INSERT INTO positions (destination, read, done, changed_at) VALUES (?1, ?2, ?2, ?3) ON CONFLICT DO NOTHING

-- name: move
-- Set how far a destination is.
UPDATE positions
SET read = :read, done = :done, waiting = :waiting, oldest_at = :oldest_at, breaker = :breaker, changed_at = :at
WHERE destination = :destination

-- name: add_ahead
-- An item after the position has an outcome.
INSERT INTO ahead (destination, number) VALUES (?, ?) ON CONFLICT DO NOTHING

-- name: pass_ahead
-- What `done` has moved over is no longer ahead of it.
DELETE FROM ahead WHERE destination = ? AND number <= ?

-- name: park
-- Let an item wait for its next attempt.
INSERT OR REPLACE INTO parked
    (destination, source, number, person, not_before, attempts, first_at, last_at, status, reason)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: unpark
-- An item does not wait any more.
DELETE FROM parked WHERE destination = ? AND source = ? AND number = ?

-- name: release
-- The earliest parked item of a person, if it waited for another one.
UPDATE parked SET not_before = ?3
WHERE (destination, source, number) IN (
    SELECT destination, source, number FROM parked
    WHERE destination = ?1 AND person = ?2 AND person <> '' ORDER BY source, number LIMIT 1
) AND not_before IS NULL

-- name: due
-- Items whose next attempt is due, the longest due first.
SELECT number, person, not_before, attempts, first_at, last_at, status, reason, source FROM parked
WHERE destination = ? AND not_before IS NOT NULL AND not_before <= ? ORDER BY not_before, number LIMIT ?

-- name: next_due
-- When the next attempt is due.
SELECT min(not_before) FROM parked WHERE destination = ? AND not_before IS NOT NULL

-- name: parked_persons
-- Number of parked items by person.
SELECT person, count(*) FROM parked WHERE destination = ? AND person <> '' GROUP BY person

-- name: rename_person
-- Move the parked items of an absorbed profile to its winner.
UPDATE parked SET person = ?3 WHERE destination = ?1 AND person = ?2

-- name: hold_later
-- All but the earliest parked item of a person wait for it.
UPDATE parked SET not_before = NULL
WHERE destination = ?1 AND person = ?2 AND person <> '' AND (source, number) > (
    SELECT source, number FROM parked
    WHERE destination = ?1 AND person = ?2 AND person <> '' ORDER BY source, number LIMIT 1
)

-- name: of_person
-- The earliest parked items of a person.
SELECT number, person, not_before, attempts, first_at, last_at, status, reason, source FROM parked
WHERE destination = ? AND person = ? AND person <> '' ORDER BY source, number LIMIT ?

-- name: parked
-- Number of parked items.
SELECT count(*) FROM parked WHERE destination = ?

-- name: add_dead
-- Give up an item.
INSERT OR REPLACE INTO dead
    (destination, source, number, item_type, subject, person, at, attempts, status, reason, excerpt)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: dead
-- Dead items, newest first.
SELECT number, item_type, subject, person, at, attempts, status, reason, excerpt, source FROM dead
WHERE destination = :destination AND (:reason = '' OR reason = :reason) AND (at, number) < (:at, :number)
ORDER BY at DESC, number DESC LIMIT :limit

-- name: dead_by_reason
-- Number of dead items by reason, most frequent first.
SELECT reason, count(*) FROM dead WHERE destination = ? GROUP BY reason ORDER BY count(*) DESC, reason

-- name: revive
-- Parked without an order: its person's later items have been delivered long since.
INSERT OR IGNORE INTO parked (destination, source, number, person, not_before, attempts, first_at, last_at, status, reason)
SELECT destination, source, number, '', ?4, 0, ?4, at, status, reason FROM dead
WHERE destination = ?1 AND source = ?2 AND number = ?3

-- name: remove_dead
-- A dead item is tried again.
DELETE FROM dead WHERE destination = ? AND source = ? AND number = ?

-- name: expired
-- Number of expired dead items by destination.
SELECT destination, count(*) FROM dead WHERE at < ? GROUP BY destination

-- name: expire_dead
-- Delete expired dead items.
DELETE FROM dead WHERE at < ?

-- name: expire_exchanges
-- Delete expired requests and responses.
DELETE FROM exchanges WHERE at < ?

-- name: expire_counts
-- Delete expired counts by minute.
DELETE FROM counts WHERE minute < ?

-- name: count
-- Add to a count of a minute.
INSERT INTO counts (destination, minute, step, reason, n) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (destination, minute, step, reason) DO UPDATE SET n = n + excluded.n

-- name: total
-- Add to a count of all time.
INSERT INTO totals (destination, step, reason, n) VALUES (?, ?, ?, ?)
ON CONFLICT (destination, step, reason) DO UPDATE SET n = n + excluded.n

-- name: counts
-- Counts by minute.
SELECT minute, step, reason, n FROM counts WHERE destination = ? AND minute >= ? ORDER BY minute, step, reason

-- name: totals
-- Counts of all time.
SELECT step, reason, n FROM totals WHERE destination = ? ORDER BY step, reason

-- name: add_exchange
-- Keep a request and its response.
INSERT INTO exchanges (destination, at, result, reason, status, request, response) VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: drop_exchanges
-- Of each reason the newest ones stay.
DELETE FROM exchanges WHERE destination = ?1 AND reason = ?2 AND id <= (
    SELECT id FROM exchanges WHERE destination = ?1 AND reason = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3
)

-- name: exchanges
-- Requests and responses, newest first.
SELECT at, result, reason, status, request, response FROM exchanges
WHERE destination = ?1 AND (?2 = '' OR reason = ?2) ORDER BY id DESC LIMIT ?3

-- name: positions
-- How far every destination is.
SELECT destination, done FROM positions

-- name: delete
-- Delete everything of a destination.
DELETE FROM positions WHERE destination = :destination;
DELETE FROM ahead WHERE destination = :destination;
DELETE FROM parked WHERE destination = :destination;
DELETE FROM dead WHERE destination = :destination;
DELETE FROM counts WHERE destination = :destination;
DELETE FROM totals WHERE destination = :destination;
DELETE FROM exchanges WHERE destination = :destination;
