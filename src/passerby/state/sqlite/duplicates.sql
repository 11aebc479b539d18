-- Possible duplicates: see `shared_contacts` in schema.sql.

-- name: others
-- Other members with the same value: a few, to see whether any belongs to another profile.
SELECT profile FROM search_terms
WHERE project = ?1 AND kind = ?2 AND value = ?3 AND profile <> ?4 LIMIT 20;

-- name: share
-- Two profiles have this value.
INSERT OR IGNORE INTO shared_contacts (project, kind, value) VALUES (?, ?, ?);

-- name: unshare
-- Only one profile has this value now.
DELETE FROM shared_contacts WHERE project = ? AND kind = ? AND value = ?;

-- name: address_as_id
-- A customer id that is an e-mail address counts as one.
INSERT OR IGNORE INTO search_terms (project, kind, value, profile, source) VALUES (?, 'email', ?, ?, 'user_id');

-- name: lengths
-- Which hashes a project has customer ids in the form of.
SELECT name FROM totals WHERE project = ?1 AND name BETWEEN 'hashed_ids_32' AND 'hashed_ids_64';

-- name: count_hashed
-- A project has its first customer id in the form of a hash.
INSERT INTO totals (project, name, value) VALUES (?, ?, 1) ON CONFLICT (project, name) DO UPDATE SET value = value + 1;

-- name: request_hashes
-- Addresses that the project has already are hashed by the worker, between batches.
INSERT INTO backfills (name) VALUES ('hashed_addresses') ON CONFLICT (name) DO UPDATE SET place = '';

-- name: add_hash
-- The hash of an address.
INSERT OR IGNORE INTO hashed_addresses (project, hash, value) VALUES (?, ?, ?);

-- name: address_of
-- The address that has this hash.
SELECT value FROM hashed_addresses WHERE project = ? AND hash = ?;

-- name: owner
-- The member in which this customer id is at home.
SELECT profile FROM identifiers WHERE project = ? AND value = ? AND namespace = 'user_id' AND scope = '';

-- name: next_addresses
-- The addresses of a project after one.
SELECT DISTINCT value FROM search_terms
WHERE project = ?1 AND kind = 'email' AND value > ?2 ORDER BY value LIMIT ?3;

-- name: next_hashing
-- The next project, from a number on, that has customer ids in the form of a hash.
SELECT project FROM totals
WHERE project >= ?1 AND name IN ('hashed_ids_32', 'hashed_ids_40', 'hashed_ids_64') ORDER BY project LIMIT 1;

-- name: user_ids
-- The customer id that is at home in a member, also as a former one.
SELECT value FROM identifiers WHERE profile = ?1 AND namespace IN ('user_id', 'former_user_id');

-- name: canonical
-- The profile that this one now belongs to.
WITH RECURSIVE up (id, next) AS (
    SELECT id, coalesce(canonical, merged_into) FROM profiles WHERE id = ?1
    UNION ALL
    SELECT p.id, coalesce(p.canonical, p.merged_into) FROM up CROSS JOIN profiles AS p ON p.id = up.next
)
SELECT id FROM up WHERE next IS NULL;

-- name: next_shared
-- The shared values of a project from a place on.
SELECT kind, value FROM shared_contacts WHERE project = ?1 AND (kind, value) >= (?2, ?3) ORDER BY kind, value LIMIT ?4;

-- name: next_of_any
-- The shared values after a place, of whichever project.
SELECT project, kind, value FROM shared_contacts WHERE (project, kind, value) > (?, ?, ?)
ORDER BY project, kind, value LIMIT ?;

-- name: holders
-- The members that have a value.
SELECT DISTINCT profile FROM search_terms WHERE project = ?1 AND kind = ?2 AND value = ?3 LIMIT ?4;

-- name: dismissal
-- The decision that two profiles are different people: made for them, or for members that they have now.
WITH RECURSIVE member (side, id) AS (
    VALUES (1, ?2), (2, ?3)
    UNION ALL
    SELECT member.side, p.id FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
)
SELECT d.one, d.other, d.at, d.who, d.reason
FROM member AS m CROSS JOIN duplicate_dismissals AS d ON d.project = ?1 AND d.one = m.id
WHERE EXISTS (SELECT 1 FROM member AS n WHERE n.side <> m.side AND n.id = d.other)
ORDER BY d.at DESC LIMIT 1;

-- name: dismiss
-- Two profiles are different people.
INSERT INTO duplicate_dismissals (project, one, other, at, who, reason) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (project, one, other) DO UPDATE SET at = excluded.at, who = excluded.who, reason = excluded.reason;

-- name: restore
-- That is taken back.
DELETE FROM duplicate_dismissals WHERE project = ? AND one = ? AND other = ?;

-- name: next_dismissals
-- The decisions of a project after a pair.
SELECT one, other, at, who, reason FROM duplicate_dismissals
WHERE project = ?1 AND (one, other) > (?2, ?3) ORDER BY one, other LIMIT ?4;

-- name: in_project
-- Whether a profile is one of this project's.
SELECT 1 FROM profiles WHERE id = ?2 AND project = ?1;
