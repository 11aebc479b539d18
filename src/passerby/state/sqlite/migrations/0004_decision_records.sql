-- Decisions are stored as rule, actor and detail, no longer as a sentence. The columns with sentences are renamed, which
-- copies nothing. A row of history or merges whose `detail` is null still holds a sentence, and so does a detachment
-- without `actor`; the backfills of these names convert them.
ALTER TABLE history RENAME COLUMN reason TO rule;
ALTER TABLE history ADD COLUMN actor TEXT NOT NULL DEFAULT '';
ALTER TABLE history ADD COLUMN actor_name TEXT NOT NULL DEFAULT '';
ALTER TABLE history ADD COLUMN detail TEXT;

ALTER TABLE merges RENAME COLUMN reason TO rule;
ALTER TABLE merges ADD COLUMN actor TEXT NOT NULL DEFAULT '';
ALTER TABLE merges ADD COLUMN actor_name TEXT NOT NULL DEFAULT '';
ALTER TABLE merges ADD COLUMN detail TEXT;

ALTER TABLE detachments RENAME COLUMN reason TO comment;
ALTER TABLE detachments ADD COLUMN actor TEXT NOT NULL DEFAULT '';
ALTER TABLE detachments ADD COLUMN actor_name TEXT NOT NULL DEFAULT '';

INSERT INTO backfills (name) SELECT 'history' WHERE EXISTS (SELECT 1 FROM history);
INSERT INTO backfills (name) SELECT 'merges' WHERE EXISTS (SELECT 1 FROM merges);
INSERT INTO backfills (name) SELECT 'detachments' WHERE EXISTS (SELECT 1 FROM detachments);
