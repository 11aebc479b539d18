-- Annotations of events and attributes in the data catalog.

-- name: set_annotation
-- Sets the annotation of an event, of an attribute of it, or (event '') of a trait.
INSERT INTO mark (project, event, attribute, planned, hidden, description, changed_at, who)
VALUES (:project, :event, :attribute, :planned, :hidden, :description, :changed_at, :who)
ON CONFLICT (project, event, attribute) DO UPDATE SET
    planned = excluded.planned,
    hidden = excluded.hidden,
    description = excluded.description,
    changed_at = excluded.changed_at,
    who = excluded.who

-- name: annotation
-- One annotation.
SELECT event, attribute, planned, hidden, description, changed_at, who FROM mark
WHERE project = ? AND event = ? AND attribute = ?

-- name: annotations
-- All annotations of a project.
SELECT event, attribute, planned, hidden, description, changed_at, who FROM mark
WHERE project = ? ORDER BY event, attribute

-- name: number_of_annotations
-- The number of annotations of a project, for its limit.
SELECT count(*) FROM mark WHERE project = ?
