-- Possible duplicates: see `shared_contacts` in migrations/0003_tables_since_0001.sql.

-- name: others
-- Other members with the same value: a few, to see whether any belongs to another profile.
SELECT profile FROM search_terms
WHERE project = ?1 AND kind = ?2 AND value = ?3 AND profile <> ?4 LIMIT 20;

-- name: share
-- Record that two profiles share this value.
INSERT OR IGNORE INTO shared_contacts (project, kind, value) VALUES (?, ?, ?);

-- name: unshare
-- Delete a value that profiles no longer share.
DELETE FROM shared_contacts WHERE project = ? AND kind = ? AND value = ?;

-- name: address_as_id
-- Index a customer id that is an e-mail address.
INSERT OR IGNORE INTO search_terms (project, kind, value, profile, source) VALUES (?, 'email', ?, ?, 'user_id');

-- name: lengths
-- The hash lengths of a project's customer ids that are hashes.
SELECT name FROM totals WHERE project = ?1 AND name BETWEEN 'hashed_ids_32' AND 'hashed_ids_64';

-- name: count_hashed
-- Record that a project has customer ids that are hashes of this length.
INSERT INTO totals (project, name, value) VALUES (?, ?, 1) ON CONFLICT (project, name) DO UPDATE SET value = value + 1;

-- name: request_hashes
-- Request a backfill that hashes the project's existing addresses between batches.
INSERT INTO backfills (name) VALUES ('hashed_addresses') ON CONFLICT (name) DO UPDATE SET place = '';

-- name: add_hash
-- Insert the hash of an address.
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

-- name: next_shared
-- The shared values of a project, from a cursor on.
SELECT kind, value FROM shared_contacts WHERE project = ?1 AND (kind, value) >= (?2, ?3) ORDER BY kind, value LIMIT ?4;

-- name: next_of_any
-- The shared values of all projects, after a cursor.
SELECT project, kind, value FROM shared_contacts WHERE (project, kind, value) > (?, ?, ?)
ORDER BY project, kind, value LIMIT ?;

-- name: holders
-- The members that have a value.
SELECT DISTINCT profile FROM search_terms WHERE project = ?1 AND kind = ?2 AND value = ?3 LIMIT ?4;

-- name: dismissal
-- The decision that two profiles are different users: made for them, or for members that they have now.
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
-- Record that two profiles are different users.
INSERT INTO duplicate_dismissals (project, one, other, at, who, reason) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (project, one, other) DO UPDATE SET at = excluded.at, who = excluded.who, reason = excluded.reason;

-- name: restore
-- Delete such a decision.
DELETE FROM duplicate_dismissals WHERE project = ? AND one = ? AND other = ?;

-- name: next_dismissals
-- The decisions of a project after a pair.
SELECT one, other, at, who, reason FROM duplicate_dismissals
WHERE project = ?1 AND (one, other) > (?2, ?3) ORDER BY one, other LIMIT ?4;

-- name: in_project
-- Whether a profile is one of this project's.
SELECT 1 FROM profiles WHERE id = ?2 AND project = ?1;
