-- Counts by minute, hour and day.

-- name: roll_up
-- Add steps that began before a time to the longer steps that they lie in.
INSERT INTO series (project, step, at, dialect, accepted, duplicates, violations)
SELECT project, ?2, at - at % (?2 * 1000), dialect, sum(accepted), sum(duplicates), sum(violations) FROM series
WHERE step = ?1 AND at < ?3 GROUP BY 1, 2, 3, 4
ON CONFLICT DO UPDATE SET
    accepted = accepted + excluded.accepted,
    duplicates = duplicates + excluded.duplicates,
    violations = violations + excluded.violations;

-- name: drop_rolled_up
-- Those steps.
DELETE FROM series WHERE step = ?1 AND at < ?2;

-- name: series
-- The counts of a project by a step, from one time to another: rows of that step and of the shorter ones, added up.
SELECT dialect, at - at % (?4 * 1000), sum(accepted), sum(duplicates), sum(violations) FROM series
WHERE project = ?1 AND step IN (60, 3600, 86400) AND step <= ?4 AND at >= ?2 AND at < ?3 GROUP BY 1, 2;

-- name: newest_violations
-- The violations of a project, those that happened last first.
SELECT subject, kind, attribute, count, last_at, sample FROM violations
WHERE project = ?1 ORDER BY last_at DESC, kind, subject, attribute LIMIT ?2;

-- name: newest_invalid
-- The messages of a project that stated nothing that can be used, the newest first.
SELECT position, at, dialect, kinds, body FROM invalid_messages
WHERE project = ?1 ORDER BY position DESC LIMIT ?2;
