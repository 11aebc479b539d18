-- An entry is written before its change, and completed after it: 'unknown' in between, 'done' then. All earlier entries were
-- written after their change.
ALTER TABLE audit ADD COLUMN outcome TEXT NOT NULL DEFAULT 'done';
