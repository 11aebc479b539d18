-- The index of the values by which people look for a person: see `search_terms` in migrations/0003_tables_since_0001.sql.

-- name: stated
-- The traits of one member, to know which terms it has.
SELECT name, value, time, position FROM traits WHERE profile = ?1;

-- name: add
-- A member has this term.
INSERT OR IGNORE INTO search_terms (project, kind, value, profile, source) VALUES (?, ?, ?, ?, ?);

-- name: remove
-- A member no longer has this term.
DELETE FROM search_terms WHERE project = ? AND kind = ? AND value = ? AND profile = ? AND source = ?;

-- name: owners
-- The homes of identifiers with this value, in whichever scope, each with its canonical profile.
SELECT DISTINCT home.id, coalesce(home.canonical, home.id)
FROM identifiers AS i CROSS JOIN profiles AS home ON home.id = i.profile
WHERE i.project = ?1 AND i.value = ?2 AND i.namespace = ?3;

-- name: homes
-- The members that have this term from an identifier, each with its canonical profile.
WITH RECURSIVE up (home, id, next) AS (
    SELECT t.profile, p.id, coalesce(p.canonical, p.merged_into)
    FROM search_terms AS t CROSS JOIN profiles AS p ON p.id = t.profile
    WHERE t.project = ?1 AND t.kind = ?2 AND t.value = ?3 AND t.source = 'identifier'
    UNION ALL
    SELECT up.home, p.id, coalesce(p.canonical, p.merged_into) FROM up CROSS JOIN profiles AS p ON p.id = up.next
)
SELECT home, id FROM up WHERE next IS NULL;

-- name: contacts_of_members
-- The contact identifiers of a profile and its members.
WITH RECURSIVE member (id) AS (
    VALUES (?1)
    UNION ALL
    SELECT p.id FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
)
SELECT i.namespace, i.value FROM member CROSS JOIN identifiers AS i ON i.profile = member.id
WHERE i.namespace IN ('email', 'phone');

-- name: next_profiles
-- The profiles after an id, of whichever project, canonical or not.
SELECT id, project FROM profiles WHERE id > ?1 ORDER BY id LIMIT ?2;

-- name: contacts_of
-- The contact identifiers of one profile.
SELECT namespace, value FROM identifiers WHERE profile = ?1 AND namespace IN ('email', 'phone');

-- name: member_ids
-- A profile and everything that was merged into it.
WITH RECURSIVE member (id) AS (
    VALUES (?1)
    UNION ALL
    SELECT p.id FROM member CROSS JOIN profiles AS p ON p.merged_into = member.id
)
SELECT id FROM member;
