-- The backfill of rejected traits: rows of an earlier version have a sentence as kind.

-- name: next_rejected
-- The rows after a profile and a name.
SELECT profile, name, kind FROM rejected_traits WHERE (profile, name) > (?1, ?2) ORDER BY profile, name LIMIT ?3;

-- name: convert_rejected
-- Replaces the sentence of an earlier version by a kind and its detail.
UPDATE rejected_traits SET kind = ?3, detail = ?4 WHERE profile = ?1 AND name = ?2;
