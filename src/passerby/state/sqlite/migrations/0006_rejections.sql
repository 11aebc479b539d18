-- Rejected traits are stored with a kind and a detail, no longer with a sentence, and invalid messages with the kinds of
-- their violations as a JSON array. A rejected trait whose `kind` is a sentence is converted by the backfill of that
-- name; of invalid messages there are at most 1,000 in a project.
ALTER TABLE rejected_traits RENAME COLUMN reason TO kind;
ALTER TABLE rejected_traits ADD COLUMN detail TEXT NOT NULL DEFAULT '{}';
INSERT INTO backfills (name) SELECT 'rejected_traits' WHERE EXISTS (SELECT 1 FROM rejected_traits);

ALTER TABLE invalid_messages RENAME COLUMN reason TO kinds;
UPDATE invalid_messages SET kinds = iif(kinds = '', '[]', '["' || replace(kinds, ', ', '","') || '"]');
