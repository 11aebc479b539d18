-- name: append
-- A batch at the log's end. A transaction by itself, which takes the write lock before it reads the end.
INSERT INTO batch (last, received_at, count, counts, body)
SELECT coalesce(max(last), 0) + :count, :received_at, :count, :counts, :body FROM batch

-- name: renumber
-- Move the batches that were received after a time (ms) past a position that no batch has reached, so rows never collide.
UPDATE batch SET last = last + :position - (SELECT min(last - count) FROM batch WHERE received_at > :after)
WHERE received_at > :after

-- name: mark_beginning
-- An empty batch that takes the positions before a log's beginning.
INSERT INTO batch (last, received_at, count, counts, body) VALUES (:position, 0, 0, '{}', x'5b5d')

-- name: forget_accepted
-- Drop all counts, before they are computed anew.
DELETE FROM accepted

-- name: set_accepted
-- Count what was appended before this log was begun.
INSERT INTO accepted (project, count) VALUES (:project, :count)

-- name: add_accepted_after
-- Count the messages after a position.
INSERT INTO accepted (project, count)
SELECT CAST(share.key AS INTEGER), sum(share.value)
FROM batch, json_each(batch.counts) AS share WHERE batch.last > :position GROUP BY share.key
ON CONFLICT (project) DO UPDATE SET count = count + excluded.count

-- name: head
-- The position of the last message.
SELECT coalesce(max(last), 0) FROM batch

-- name: batches_after
-- The batches that hold messages behind a position, in order.
SELECT last, count, body FROM batch WHERE last > :after AND count > 0 ORDER BY last

-- name: accepted
-- How many messages of a project were ever appended.
SELECT count FROM accepted WHERE project = :project

-- name: split_by
-- The batch, if any, that a position lies inside of.
SELECT last, count, received_at, body
FROM (SELECT last, count, received_at, body FROM batch WHERE last > :after ORDER BY last LIMIT 1)
WHERE last - count < :after

-- name: waiting
-- How many messages of a project the batches hold that lie wholly behind a position, and since when.
SELECT coalesce(sum(share.value), 0), min(batch.received_at)
FROM batch, json_each(batch.counts) AS share
WHERE batch.last > :after AND batch.last - batch.count >= :after AND share.key = CAST(:project AS TEXT)

-- name: passed
-- A reader's position, which never goes back.
INSERT INTO reader (name, position) VALUES (:name, :position)
ON CONFLICT DO UPDATE SET position = max(position, excluded.position)

-- name: prunable
-- The oldest batches that every reader has passed, never the newest of all: it keeps the position.
SELECT last, received_at, count, length(body) FROM batch
WHERE last <= (SELECT min(position) FROM reader) AND last < (SELECT max(last) FROM batch)
ORDER BY last LIMIT :limit

-- name: delete_up_to
-- The batches up to a position.
DELETE FROM batch WHERE last <= :last

-- name: batch_from
-- The first batch that ends at a position or behind it: where it ends, and when it was received.
SELECT last, received_at FROM batch WHERE last >= :position ORDER BY last LIMIT 1

-- name: naming
-- The batches between two positions in whose text an id occurs.
SELECT last, count, body FROM batch
WHERE last BETWEEN :from AND :until AND instr(body, CAST(:id AS BLOB)) > 0
ORDER BY last LIMIT :limit

-- name: batches_back
-- The batches of the log, the newest first. The body only of those that hold messages of a project: others stay unread.
SELECT last, count, CASE WHEN json_extract(counts, :project) THEN body END FROM batch
WHERE count > 0 ORDER BY last DESC
