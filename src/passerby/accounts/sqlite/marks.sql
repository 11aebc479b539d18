-- What people say of events and attributes.

-- name: set_mark
-- What somebody says of an event ('' for the traits of profiles) or of an attribute of it.
INSERT INTO mark (project, event, attribute, planned, hidden, description, changed_at, who)
VALUES (:project, :event, :attribute, :planned, :hidden, :description, :changed_at, :who)
ON CONFLICT (project, event, attribute) DO UPDATE SET
    planned = excluded.planned,
    hidden = excluded.hidden,
    description = excluded.description,
    changed_at = excluded.changed_at,
    who = excluded.who

-- name: mark
-- What is said of one.
SELECT event, attribute, planned, hidden, description, changed_at, who FROM mark
WHERE project = ? AND event = ? AND attribute = ?

-- name: marks
-- All that is said in a project.
SELECT event, attribute, planned, hidden, description, changed_at, who FROM mark
WHERE project = ? ORDER BY event, attribute

-- name: number_of_marks
-- How much that is.
SELECT count(*) FROM mark WHERE project = ?
