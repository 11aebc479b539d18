-- name: keep
-- Stores a rejected request.
INSERT INTO refused (project, at, dialect, call, status, reason, cause, answer, method, path, client, body)
VALUES (:project, :at, :dialect, :call, :status, :reason, :cause, :answer, :method, :path, :client, :body)

-- name: count
-- Adds to the number of rejected requests in a minute.
INSERT INTO counted (project, step, at, dialect, count) VALUES (?, 60, ?, ?, ?)
ON CONFLICT DO UPDATE SET count = count + excluded.count

-- name: drop_excess
-- Deletes all but the newest requests of a project.
DELETE FROM refused WHERE project = ?1 AND number <= (
    SELECT number FROM refused WHERE project = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2
)

-- name: drop_most
-- Deletes all but the newest requests of all projects.
DELETE FROM refused WHERE number <= (SELECT number FROM refused ORDER BY number DESC LIMIT 1 OFFSET ?1)

-- name: drop_old
-- Deletes expired requests. Numbers and times are nearly in the same order; the exact end does not matter.
DELETE FROM refused WHERE at < ?1

-- name: roll_up
-- Adds the steps that began before a time to the longer steps that contain them.
INSERT INTO counted (project, step, at, dialect, count)
SELECT project, ?2, at - at % (?2 * 1000), dialect, sum(count) FROM counted
WHERE step = ?1 AND at < ?3 GROUP BY 1, 2, 3, 4
ON CONFLICT DO UPDATE SET count = count + excluded.count

-- name: drop_rolled_up
-- Deletes the steps that `roll_up` added.
DELETE FROM counted WHERE step = ?1 AND at < ?2

-- name: head
-- The number of the last rejected request.
SELECT coalesce(max(number), 0) FROM refused

-- name: newest
-- The newest requests of one project before a number.
SELECT number, project, at, dialect, call, status, reason, cause, answer, method, path, client, body
FROM refused WHERE project = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3

-- name: following
-- The newest requests of all projects after a number up to another.
SELECT number, project, at, dialect, call, status, reason, cause, answer, method, path, client, body
FROM refused WHERE number > ?1 AND number <= ?2 ORDER BY number DESC LIMIT ?3

-- name: counted
-- The number of rejected requests of a project by step, between two times.
SELECT dialect, at - at % (?4 * 1000), sum(count) FROM counted
WHERE project = ?1 AND step IN (60, 3600, 86400) AND step <= ?4 AND at >= ?2 AND at < ?3 GROUP BY 1, 2

-- name: count_use
-- Adds to the uses of a key in a minute.
INSERT INTO key_use (key, at, count) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count

-- name: drop_old_uses
-- Deletes uses before a time, except the last minute of each key.
DELETE FROM key_use WHERE at < ?1 AND at < (SELECT max(at) FROM key_use AS newer WHERE newer.key = key_use.key)

-- name: uses
-- The last minute in which each key was used, and its number of uses since a time.
SELECT key, max(at), sum(iif(at >= ?1, count, 0)) FROM key_use GROUP BY key
