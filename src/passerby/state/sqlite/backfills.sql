-- Changes of many rows, made in slices: see `backfills` in migrations/0001_backfills.sql.

-- name: requested
-- The backfills that are not complete.
SELECT name, place, done FROM backfills ORDER BY name;

-- name: reached
-- Where a backfill continues, and how many rows more it has done.
UPDATE backfills SET place = ?2, done = done + ?3 WHERE name = ?1;

-- name: complete
-- A backfill has nothing left to do.
DELETE FROM backfills WHERE name = ?1;
