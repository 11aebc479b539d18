-- Tables that came after the file had a version, and before every table was made by a step: some files have them.

-- One row: the newest received time of all applied messages. Batches of the log that were received later are not
-- applied, whatever their positions say: a restored log may use positions again.
CREATE TABLE IF NOT EXISTS applied_until (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    received_at INTEGER NOT NULL
);

-- The attributes that a dialect sent which enforces the vendor's limits: those of an event count against the limit per type.
CREATE TABLE IF NOT EXISTS catalogue_enforced (
    project INTEGER NOT NULL,
    event TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (project, event, name)
) WITHOUT ROWID;

-- Spellings that an administrator merged into the name `canonical`; `attribute` is '' for an event name.
CREATE TABLE IF NOT EXISTS catalogue_aliases (
    project INTEGER NOT NULL,
    event TEXT NOT NULL,
    attribute TEXT NOT NULL,
    canonical TEXT NOT NULL,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (project, event, attribute)
) WITHOUT ROWID;

-- The values by which people look for a person: e-mail addresses, phone numbers and names, folded as
-- `passerby.profiles.contacts` says. `kind` is 'email', 'phone' or 'name'; `source` is 'trait' or 'identifier'. `profile`
-- is the member that the value was stated for: it stays there through merges and undos, and a reader follows
-- `merged_into` to the canonical profile. A replaced value's row is deleted in the transaction that replaces it.
-- Values that two profiles share stand next to each other, so possible duplicates are one walk of this index:
--   SELECT kind, value FROM search_terms WHERE project = ?1 AND kind IN ('email', 'phone')
--   GROUP BY project, kind, value HAVING count(DISTINCT profile) > 1
-- after which the profiles of each pair are to be mapped to canonical ones. A member may hold a value that a newer one
-- of another member hides in the folded profile.
CREATE TABLE IF NOT EXISTS search_terms (
    project INTEGER NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    profile BLOB NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (project, kind, value, profile, source)
) WITHOUT ROWID;

-- Contact values that two profiles have: candidates for possible duplicates. A value is noted when a second profile gets
-- it; after a merge it stays until the worker sweeps it away, so a reader looks its profiles up in `search_terms`.
CREATE TABLE IF NOT EXISTS shared_contacts (
    project INTEGER NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (project, kind, value)
) WITHOUT ROWID;

-- Hashes of e-mail addresses, in projects that have customer ids in the form of a hash (`hashed_ids_...` in totals, by
-- the number of hexadecimal digits). `value` is the address as in `search_terms`.
CREATE TABLE IF NOT EXISTS hashed_addresses (
    project INTEGER NOT NULL,
    hash BLOB NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (project, hash)
) WITHOUT ROWID;

-- Pairs of profiles that are different people, as an administrator decided. `one` is the older; both were canonical
-- when that was decided. `at` in ms; `who` as in the history.
CREATE TABLE IF NOT EXISTS duplicate_dismissals (
    project INTEGER NOT NULL,
    one BLOB NOT NULL,
    other BLOB NOT NULL,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (project, one, other)
) WITHOUT ROWID;

-- Profiles whose data was deleted. `outbox` is the newest outbox row at that time: rows up to it may hold their events,
-- which a relay leaves out. `done` is 1 once the event store has deleted the events it held. `at` in ms.
CREATE TABLE IF NOT EXISTS deleted_profiles (
    project INTEGER NOT NULL,
    profile BLOB NOT NULL,
    at INTEGER NOT NULL,
    outbox INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (project, profile)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deleted_profiles_pending ON deleted_profiles (project, profile) WHERE done = 0;
CREATE INDEX IF NOT EXISTS deleted_profiles_outbox ON deleted_profiles (outbox);
