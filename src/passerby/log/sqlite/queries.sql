-- name: append
-- Appends a batch. A transaction of its own: an INSERT takes the write lock before it reads the last offset.
INSERT INTO batch (last, received_at, count, counts, body)
SELECT coalesce(max(last), 0) + :count, :received_at, :count, :counts, :body FROM batch

-- name: renumber
-- Moves the batches received after a time (ms) past a position that no batch has reached, so keys never collide.
UPDATE batch SET last = last + :position - (SELECT min(last - count) FROM batch WHERE received_at > :after)
WHERE received_at > :after

-- name: mark_beginning
-- Inserts an empty batch that occupies the positions before the log's beginning.
INSERT INTO batch (last, received_at, count, counts, body) VALUES (:position, 0, 0, '{}', x'5b5d')

-- name: forget_accepted
-- Deletes all counts before they are recomputed.
DELETE FROM accepted

-- name: set_accepted
-- Sets the number of messages appended before this log's beginning.
INSERT INTO accepted (project, count) VALUES (:project, :count)

-- name: add_accepted_after
-- Adds the number of messages after a position.
INSERT INTO accepted (project, count)
SELECT CAST(share.key AS INTEGER), sum(share.value)
FROM batch, json_each(batch.counts) AS share WHERE batch.last > :position GROUP BY share.key
ON CONFLICT (project) DO UPDATE SET count = count + excluded.count

-- name: head
-- The position of the last message.
SELECT coalesce(max(last), 0) FROM batch

-- name: batches_after
-- The batches with messages after a position, in order.
SELECT last, count, body FROM batch WHERE last > :after AND count > 0 ORDER BY last

-- name: accepted
-- The number of messages of a project ever appended.
SELECT count FROM accepted WHERE project = :project

-- name: split_by
-- The batch that contains a position other than its last one, if any.
SELECT last, count, received_at, body
FROM (SELECT last, count, received_at, body FROM batch WHERE last > :after ORDER BY last LIMIT 1)
WHERE last - count < :after

-- name: waiting
-- The number of messages of a project in batches wholly after a position, and the time of the oldest batch.
SELECT coalesce(sum(share.value), 0), min(batch.received_at)
FROM batch, json_each(batch.counts) AS share
WHERE batch.last > :after AND batch.last - batch.count >= :after AND share.key = CAST(:project AS TEXT)

-- name: commit_offset
-- Commits a reader's position, which never decreases.
INSERT INTO reader (name, position) VALUES (:name, :position)
ON CONFLICT DO UPDATE SET position = max(position, excluded.position)

-- name: prunable
-- The oldest batches committed by every reader; never the newest batch, which holds the last offset.
SELECT last, received_at, count, length(body) FROM batch
WHERE last <= (SELECT min(position) FROM reader) AND last < (SELECT max(last) FROM batch)
ORDER BY last LIMIT :limit

-- name: delete_up_to
-- Deletes the batches up to a position.
DELETE FROM batch WHERE last <= :last

-- name: batch_from
-- The first batch that ends at or after a position: its last position, and the time it was received.
SELECT last, received_at FROM batch WHERE last >= :position ORDER BY last LIMIT 1

-- name: naming
-- The batches between two positions whose text contains an id.
SELECT last, count, body FROM batch
WHERE last BETWEEN :from AND :until AND instr(body, CAST(:id AS BLOB)) > 0
ORDER BY last LIMIT :limit

-- name: batches_back
-- The batches of the log, newest first. The body is read only if the batch has messages of the project.
SELECT last, count, CASE WHEN json_extract(counts, :project) THEN body END FROM batch
WHERE count > 0 ORDER BY last DESC
