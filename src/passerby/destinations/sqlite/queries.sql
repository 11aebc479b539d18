-- Configurations of destinations.

-- name: of_project
-- The destinations of a project, oldest first.
SELECT body, secrets, state, pause_reason, changed_at, version FROM destination WHERE project = ? ORDER BY created_at, id

-- name: get
-- A destination.
SELECT body, secrets, state, pause_reason, changed_at, version FROM destination WHERE project = ? AND id = ?

-- name: everything
-- All destinations with the names of their projects.
SELECT d.body, d.secrets, d.state, d.pause_reason, d.changed_at, d.version, p.name, d.begin_after
FROM destination AS d JOIN project AS p ON p.id = d.project ORDER BY d.created_at, d.id

-- name: number
-- How many destinations a project has.
SELECT count(*) FROM destination WHERE project = ?

-- name: add
-- Add a destination.
INSERT INTO destination
    (id, project, name, body, secrets, state, pause_reason, created_at, changed_at, version, begin_after)
VALUES (:id, :project, :name, :body, :secrets, :state, :pause_reason, :created_at, :changed_at, :version, :begin_after)

-- name: replace
-- Replace a destination, unless it was changed since.
UPDATE destination
SET name = :name, body = :body, secrets = :secrets, state = :state, pause_reason = :pause_reason,
    changed_at = :changed_at, version = version + 1
WHERE project = :project AND id = :id AND version = :version

-- name: set_state
-- Pause or resume a destination. The version stays: its configuration is the same.
UPDATE destination SET state = :state, pause_reason = :reason, changed_at = :at WHERE id = :id

-- name: delete
-- Delete a destination.
DELETE FROM destination WHERE project = ? AND id = ?

-- name: revision
-- The number of the last change.
SELECT number FROM destination_revision

-- name: other_secrets
-- Whether another destination has secrets.
SELECT EXISTS (SELECT 1 FROM destination WHERE secrets <> x'' AND id <> ?)

-- name: has_destinations
-- Whether the file has the table: one of an older release has not.
SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'destination'

-- name: secrets
-- All secrets as they are stored.
SELECT secrets FROM destination WHERE secrets <> x''
