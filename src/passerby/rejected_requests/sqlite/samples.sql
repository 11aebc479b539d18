-- name: keep
-- Stores a sample.
INSERT OR REPLACE INTO health_samples
    (at, seconds, received, applied, requests, rejected, errors, backlog, lag, data_bytes, free_bytes, disk_bytes)
VALUES
    (:at, :seconds, :received, :applied, :requests, :rejected, :errors, :backlog, :lag, :data_bytes, :free_bytes, :disk_bytes)

-- name: drop_old
-- Deletes samples before a time, and those of a clock that was ahead.
DELETE FROM health_samples WHERE at < ?1 OR at > ?2

-- name: since
-- The samples after a time, oldest first.
SELECT at, seconds, received, applied, requests, rejected, errors, backlog, lag, data_bytes, free_bytes, disk_bytes
FROM health_samples WHERE at > ?1 AND at <= ?2 ORDER BY at
