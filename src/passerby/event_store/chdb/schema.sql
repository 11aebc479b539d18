-- The event store's tables. Why it looks like this: docs/decisions/0003-events-schema.md.

-- name: events
-- One row per event. A timeline is one short range of the table for each member of a profile: the sorting key begins
-- with them, small granules limit what is read for ten rows, and a compact part stores the columns of a granule next to
-- each other. A scan over one event name is one range of the projection `by_name`, which has only the columns of such
-- scans; `by_id` finds the profile of an event.
-- There are no partitions: an insert is one part, so it is stored as a whole or not at all. Columns are in the order of
-- `StoredEvent`. Objects are stored as the JSON text that was sent, the only lossless form; so is the standard event with
-- its items, or ''. Its name has a column of its own, for filters.
CREATE TABLE IF NOT EXISTS events
(
    project UInt32,
    profile_id UUID,
    time Int64 CODEC(Delta, ZSTD(1)),
    id UUID,
    name LowCardinality(String),
    received_at Int64 CODEC(Delta, ZSTD(1)),
    position UInt64 CODEC(Delta, ZSTD(1)),
    properties String,
    rejected String,
    context String,
    session_id String,
    dialect LowCardinality(String),
    semantic String,
    semantic_name LowCardinality(String) MATERIALIZED JSONExtractString(semantic, 'name'),
    assurance UInt8 DEFAULT 2,
    INDEX by_position position TYPE minmax GRANULARITY 64,
    PROJECTION by_name
    (
        SELECT project, name, time, profile_id, position, properties
        ORDER BY project, name, time
    )
    WITH SETTINGS (index_granularity = 8192),
    PROJECTION by_id
    (
        SELECT project, id, profile_id
        ORDER BY id
    )
    WITH SETTINGS (index_granularity = 1024)
)
ENGINE = MergeTree
ORDER BY (project, profile_id, time)
SETTINGS
    index_granularity = 256,
    min_bytes_for_wide_part = 1000000000000000,
    min_rows_for_wide_part = 1000000000000,
    default_compression_codec = 'ZSTD(1)',
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    compact_parts_max_bytes_to_buffer = 8388608,
    compact_parts_max_granules_to_buffer = 16,
    old_parts_lifetime = 60;

-- name: changes
-- One row a change of a profile, in the order in which they happened: that of positions and, at one position, of `row` and
-- `number`, the row of the outbox and the place in it. `member` is the profile that a change was recorded under, `canonical`
-- the one that it belonged to, `body` the JSON of the fields that its kind has, `at` the time of the outbox row (ms). Rows
-- leave after `events.changes_days`: the engine drops them when it merges parts.
CREATE TABLE IF NOT EXISTS changes
(
    project UInt32,
    position UInt64 CODEC(Delta, ZSTD(1)),
    kind LowCardinality(String),
    canonical UUID,
    member UUID,
    body String,
    row UInt64 CODEC(Delta, ZSTD(1)),
    number UInt32 CODEC(Delta, ZSTD(1)),
    at Int64 CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
ORDER BY (project, position)
TTL toDateTime(intDiv(at, 1000)) + toIntervalDay(400)
SETTINGS
    index_granularity = 1024,
    min_bytes_for_wide_part = 1000000000000000,
    min_rows_for_wide_part = 1000000000000,
    default_compression_codec = 'ZSTD(1)',
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    compact_parts_max_bytes_to_buffer = 8388608,
    compact_parts_max_granules_to_buffer = 16,
    old_parts_lifetime = 60;
