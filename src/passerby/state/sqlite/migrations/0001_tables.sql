-- The state: what the worker has made of the log. Everything here is derived from the log and written by the worker in
-- one transaction per batch; an undo by the management API is the only other writer. Times are milliseconds since 1970
-- in UTC; ids of profiles, merges and messages are the 16 bytes of a UUIDv7; JSON is text.
--
-- Files without a version have these tables already, and maybe those of 0003.

-- `position`: the last log position whose batch is applied; `catalogue_edits`: how often the catalogue was edited.
CREATE TABLE IF NOT EXISTS progress (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

-- One row a profile that was ever made. `merged_into` is the canonical pointer: null while the profile stands for
-- itself, else the profile that absorbed it (which may in turn be absorbed). The counts and times are those of the
-- messages recorded under this very profile; a reader adds up the members.
-- `user_id`, `contacts` (JSON: [[namespace, value, scope], ...]) and `held` (JSON: {namespace: number}) repeat what
-- `identifiers` says, so that the resolver reads one row for each profile; `held` has the number of members under "".
-- `context` is JSON: {key: [value, time, position]}.
CREATE TABLE IF NOT EXISTS profiles (
    id BLOB PRIMARY KEY,
    project INTEGER NOT NULL,
    merged_into BLOB,
    merge_id BLOB,
    user_id TEXT,
    contacts TEXT NOT NULL DEFAULT '[]',
    held TEXT NOT NULL DEFAULT '{}',
    stage INTEGER NOT NULL DEFAULT 0,          -- 0 anonymous, 1 lead, 2 customer
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    event_count INTEGER NOT NULL DEFAULT 0,
    context TEXT NOT NULL DEFAULT '{}'
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS profiles_members ON profiles (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX IF NOT EXISTS profiles_canonical ON profiles (project, stage, id) WHERE merged_into IS NULL;

-- Who owns which identifier: exactly one profile, and a canonical one. Among them are the previous ids of aliases
-- (namespace 'previous_id'): a new device identifier of the same value is given to the owner of the previous id.
CREATE TABLE IF NOT EXISTS identifiers (
    id INTEGER PRIMARY KEY,
    project INTEGER NOT NULL,
    namespace TEXT NOT NULL,
    value TEXT NOT NULL,
    scope TEXT NOT NULL,
    profile BLOB NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    UNIQUE (project, value, namespace, scope)
);
CREATE INDEX IF NOT EXISTS identifiers_of_profile ON identifiers (profile);

-- The anonymous profiles that were seen with a hint (a device id) and not yet claimed by anybody who signed in.
CREATE TABLE IF NOT EXISTS hint_links (
    project INTEGER NOT NULL,
    namespace TEXT NOT NULL,
    value TEXT NOT NULL,
    scope TEXT NOT NULL,
    profile BLOB NOT NULL,
    PRIMARY KEY (project, value, namespace, scope, profile)
) WITHOUT ROWID;

-- Every merge, undone or not. `via_*` is the identifier that reached the loser, `by_*` the one that named the winner;
-- `position` orders merges. `reason` is the rule.
CREATE TABLE IF NOT EXISTS merges (
    id BLOB PRIMARY KEY,
    project INTEGER NOT NULL,
    winner BLOB NOT NULL,
    loser BLOB NOT NULL,
    at INTEGER NOT NULL,
    position INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    via_namespace TEXT NOT NULL,
    via_value TEXT NOT NULL,
    via_scope TEXT NOT NULL,
    by_namespace TEXT NOT NULL,
    by_value TEXT NOT NULL,
    by_scope TEXT NOT NULL,
    reason TEXT NOT NULL,
    undone_at INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS merges_winner ON merges (winner);
CREATE INDEX IF NOT EXISTS merges_loser ON merges (loser);
CREATE INDEX IF NOT EXISTS merges_of_project ON merges (project, id);
CREATE INDEX IF NOT EXISTS merges_undone ON merges (project, id) WHERE undone_at IS NOT NULL;

-- The identifiers that a merge moved from the loser to the winner, so that an undo can give them back. One that was
-- reassigned since is in here no more.
CREATE TABLE IF NOT EXISTS merge_identifiers (
    merge_id BLOB NOT NULL,
    identifier INTEGER NOT NULL,
    PRIMARY KEY (merge_id, identifier)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS merge_identifiers_moved ON merge_identifiers (identifier);

-- What an undo remembers: these two profiles don't merge again through this identifier.
CREATE TABLE IF NOT EXISTS separations (
    project INTEGER NOT NULL,
    namespace TEXT NOT NULL,
    value TEXT NOT NULL,
    scope TEXT NOT NULL,
    one BLOB NOT NULL,
    other BLOB NOT NULL,
    PRIMARY KEY (project, value, namespace, scope, one, other)
) WITHOUT ROWID;

-- Identifiers that were detached by hand from a profile into one of their own. `identifier` is the row in `identifiers`,
-- `merges` (JSON: ids in hexadecimal) are the merges that had moved it until then: an undo lets them have it again.
CREATE TABLE IF NOT EXISTS detachments (
    id BLOB PRIMARY KEY,
    project INTEGER NOT NULL,
    profile BLOB NOT NULL,
    detached BLOB NOT NULL,
    identifier INTEGER NOT NULL,
    namespace TEXT NOT NULL,
    value TEXT NOT NULL,
    scope TEXT NOT NULL,
    merges TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    undone_at INTEGER
) WITHOUT ROWID;

-- Every decision about identity, in the order in which they were made. `from_profile` and `to_profile` as in the API;
-- a row belongs to the history of both.
CREATE TABLE IF NOT EXISTS history (
    id INTEGER PRIMARY KEY,
    project INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    message_id TEXT NOT NULL,
    namespace TEXT NOT NULL,
    value TEXT NOT NULL,
    scope TEXT NOT NULL,
    from_profile BLOB,
    to_profile BLOB,
    merge_id BLOB,
    reason TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS history_to ON history (to_profile) WHERE to_profile IS NOT NULL;
CREATE INDEX IF NOT EXISTS history_from ON history (from_profile) WHERE from_profile IS NOT NULL;
CREATE INDEX IF NOT EXISTS history_given ON history (value, namespace, scope) WHERE kind IN ('attached', 'reassigned');

-- The newest value of each trait of each member profile; the API folds the members. `value` is JSON.
CREATE TABLE IF NOT EXISTS traits (
    profile BLOB NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    time INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (profile, name)
) WITHOUT ROWID;

-- The newest value of each trait that a rule refused, and why.
CREATE TABLE IF NOT EXISTS rejected_traits (
    profile BLOB NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    reason TEXT NOT NULL,
    time INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (profile, name)
) WITHOUT ROWID;

-- The catalogue. An attribute with the event name '' is a trait of profiles.
CREATE TABLE IF NOT EXISTS catalogue_events (
    project INTEGER NOT NULL,
    name TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (project, name)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS catalogue_attributes (
    project INTEGER NOT NULL,
    event TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (project, event, name)
) WITHOUT ROWID;

-- Violations by kind; `subject` is an event name or '', `attribute` an attribute's name or ''.
CREATE TABLE IF NOT EXISTS violations (
    project INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    attribute TEXT NOT NULL,
    count INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    sample TEXT NOT NULL,
    PRIMARY KEY (project, kind, subject, attribute)
) WITHOUT ROWID;

-- Deduplication keys of applied messages, kept for their dialect's window.
CREATE TABLE IF NOT EXISTS seen (
    project INTEGER NOT NULL,
    dialect TEXT NOT NULL,
    key TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (project, dialect, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_expiry ON seen (expires_at);

-- What a device has said of itself, by the device identifier that its messages name first: it stays with that, whoever
-- has it. The scopes 'stated:traits' and 'stated:external_ids' hold what it has stated of its user, for calls that are
-- answered with that (passerby.profiles.devices). `about` is a JSON object of {key: [value, time, position]}, as a profile's context is.
CREATE TABLE IF NOT EXISTS devices (
    project INTEGER NOT NULL,
    namespace TEXT NOT NULL,
    value TEXT NOT NULL,
    scope TEXT NOT NULL,
    about TEXT NOT NULL,
    PRIMARY KEY (project, value, namespace, scope)
) WITHOUT ROWID;

-- Running totals of a project: applied, duplicates, events, violations, anonymous, lead, customer, and aliases (how many
-- previous ids were ever attached). Deleted profiles and their events are subtracted; `deleted_profiles` counts the former.
CREATE TABLE IF NOT EXISTS totals (
    project INTEGER NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (project, name)
) WITHOUT ROWID;

-- How much came of each dialect within steps of a minute (60), an hour (3600) or a day (86400) that begin at `at`. A row of
-- a longer step takes the place of those of a shorter one when they are old.
CREATE TABLE IF NOT EXISTS series (
    project INTEGER NOT NULL,
    step INTEGER NOT NULL,
    at INTEGER NOT NULL,
    dialect TEXT NOT NULL,
    accepted INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    violations INTEGER NOT NULL,
    PRIMARY KEY (project, step, at, dialect)
) WITHOUT ROWID;

-- Resolved events on their way to the event store and to destinations: one row a batch, `body` one JSON object of
-- `StoredEvent` a line.
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    last_position INTEGER NOT NULL,
    events INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    body BLOB NOT NULL
);

-- How far each relay has carried the outbox: everything up to `done` is delivered, and (done, planned] is the range
-- that is being delivered or was when the relay last stopped.
CREATE TABLE IF NOT EXISTS relays (
    name TEXT PRIMARY KEY,
    done INTEGER NOT NULL,
    planned INTEGER NOT NULL
) WITHOUT ROWID;

-- The newest messages that stated nothing that can be used, for somebody to look at. `body` is what was sent, as JSON.
CREATE TABLE IF NOT EXISTS invalid_messages (
    position INTEGER PRIMARY KEY,
    project INTEGER NOT NULL,
    at INTEGER NOT NULL,
    dialect TEXT NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS invalid_messages_of_project ON invalid_messages (project, position);

-- Messages that could not be applied, because of a fault in Passerby itself: kept so that nothing acknowledged is lost.
CREATE TABLE IF NOT EXISTS dead_letters (
    position INTEGER PRIMARY KEY,
    project INTEGER NOT NULL,
    at INTEGER NOT NULL,
    message TEXT NOT NULL,
    error TEXT NOT NULL
);

-- Changes of many rows that were requested and are not complete. The worker runs them in slices between batches
-- and deletes the row when nothing is left. `place` is where the next slice begins,
-- in the backfill's own terms; the empty string is the beginning. `done` counts rows, for progress.
CREATE TABLE backfills (
    name TEXT PRIMARY KEY,
    place TEXT NOT NULL DEFAULT '',
    done INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
