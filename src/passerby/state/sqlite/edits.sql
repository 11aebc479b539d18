-- What administrators change in the catalogue.

-- name: version
-- How often the catalogue was edited: the worker drops what it remembers when this changes.
SELECT value FROM progress WHERE name = 'catalogue_edits';

-- name: edited
-- Count an edit.
INSERT INTO progress (name, value) VALUES ('catalogue_edits', 1)
ON CONFLICT (name) DO UPDATE SET value = value + 1;

-- name: aliases
-- All merged spellings of a project.
SELECT event, attribute, canonical, at, who FROM catalogue_aliases WHERE project = ?1 ORDER BY event, attribute;

-- name: trait_aliases
-- The merged spellings of traits in the project of a profile.
SELECT a.event, a.attribute, a.canonical FROM profiles AS p
JOIN catalogue_aliases AS a ON a.project = p.project AND a.event = ''
WHERE p.id = ?1;

-- name: add_alias
-- Merge a spelling into another name.
INSERT INTO catalogue_aliases (project, event, attribute, canonical, at, who) VALUES (?, ?, ?, ?, ?, ?);

-- name: remove_alias
-- Tell the two apart again.
DELETE FROM catalogue_aliases WHERE project = ?1 AND event = ?2 AND attribute = ?3;

-- name: add_canonical_event
-- A canonical name that was never seen gets a row, so that the catalogue has a place to show its spellings.
INSERT OR IGNORE INTO catalogue_events (project, name, first_seen, last_seen, count)
SELECT project, ?3, first_seen, last_seen, 0 FROM catalogue_events WHERE project = ?1 AND name = ?2;

-- name: add_canonical_attribute
-- Likewise a canonical attribute, with the type of its spelling.
INSERT OR IGNORE INTO catalogue_attributes (project, event, name, type, first_seen, last_seen, count)
SELECT project, event, ?4, type, first_seen, last_seen, 0 FROM catalogue_attributes
WHERE project = ?1 AND event = ?2 AND name = ?3;

-- name: type_of
-- The type of an attribute.
SELECT type FROM catalogue_attributes WHERE project = ?1 AND event = ?2 AND name = ?3;

-- name: types_of
-- The types of all attributes of an event.
SELECT name, type FROM catalogue_attributes WHERE project = ?1 AND event = ?2;

-- name: set_type
-- Give an attribute another type.
UPDATE catalogue_attributes SET type = ?4 WHERE project = ?1 AND event = ?2 AND name = ?3;

-- name: drop_mismatches
-- Forget the violations of the type that an attribute had.
DELETE FROM violations WHERE project = ?1 AND kind = 'type_mismatch' AND subject = ?2 AND attribute = ?3;

-- name: delete_event
-- An event name leaves the catalogue.
DELETE FROM catalogue_events WHERE project = ?1 AND name = ?2;

-- name: delete_attributes
-- With all its attributes.
DELETE FROM catalogue_attributes WHERE project = ?1 AND event = ?2;

-- name: delete_all_enforced
-- And their places in the limit per type.
DELETE FROM catalogue_enforced WHERE project = ?1 AND event = ?2;

-- name: delete_event_violations
-- And its violations.
DELETE FROM violations WHERE project = ?1 AND subject = ?2;

-- name: delete_attribute
-- An attribute leaves the catalogue.
DELETE FROM catalogue_attributes WHERE project = ?1 AND event = ?2 AND name = ?3;

-- name: delete_enforced
-- With its place in the limit per type.
DELETE FROM catalogue_enforced WHERE project = ?1 AND event = ?2 AND name = ?3;

-- name: delete_attribute_violations
-- And its violations.
DELETE FROM violations WHERE project = ?1 AND subject = ?2 AND attribute = ?3;

-- name: trait_values
-- The values of a trait among the newest profiles of all projects, at most so many profiles.
SELECT t.value FROM (SELECT id, project FROM profiles ORDER BY id DESC LIMIT ?3) AS p
CROSS JOIN traits AS t ON t.profile = p.id AND t.name = ?2
WHERE p.project = ?1;

-- name: profiles_beyond
-- Whether there are more profiles than that.
SELECT 1 FROM profiles ORDER BY id DESC LIMIT 1 OFFSET ?1;

-- name: has_event
-- Whether the catalogue has an event name.
SELECT 1 FROM catalogue_events WHERE project = ?1 AND name = ?2;
