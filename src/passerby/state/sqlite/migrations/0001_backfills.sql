-- Changes of many rows that were requested and are not complete. The worker runs them in slices between batches
-- and deletes the row when nothing is left. `place` is where the next slice begins,
-- in the backfill's own terms; the empty string is the beginning. `done` counts rows, for progress.
CREATE TABLE backfills (
    name TEXT PRIMARY KEY,
    place TEXT NOT NULL DEFAULT '',
    done INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
