-- Statements of the event store. Parameters are ClickHouse's: {name:Type}.

-- name: write
-- Store a batch in one block, which becomes one part: all of it or nothing. Types are not inferred from values: objects
-- and arrays are read as text.
INSERT INTO events (
    project, profile_id, time, id, name, received_at, position, properties, rejected, context, session_id, dialect,
    semantic, assurance
)
SELECT *
FROM file(
    {file:String},
    'JSONEachRow',
    'project UInt32, profile_id UUID, time Int64, id UUID, name String, received_at Int64, position UInt64, properties String, rejected String, context String, session_id String, dialect String, semantic String, assurance UInt8 DEFAULT 2'
)
SETTINGS
    max_insert_threads = 1,
    min_insert_block_size_rows = 1000000000,
    min_insert_block_size_bytes = 4000000000,
    input_format_json_read_objects_as_strings = 1,
    input_format_json_read_arrays_as_strings = 1,
    allow_simdjson = 0;

-- name: refill
-- Store the events of a batch that are missing. An event has the same id and log position however often it is delivered.
INSERT INTO events (
    project, profile_id, time, id, name, received_at, position, properties, rejected, context, session_id, dialect,
    semantic, assurance
)
SELECT *
FROM file(
    {file:String},
    'JSONEachRow',
    'project UInt32, profile_id UUID, time Int64, id UUID, name String, received_at Int64, position UInt64, properties String, rejected String, context String, session_id String, dialect String, semantic String, assurance UInt8 DEFAULT 2'
)
WHERE id NOT IN (
    SELECT id
    FROM events
    WHERE position >= (SELECT min(position) FROM file({file:String}, 'JSONEachRow', 'position UInt64'))
      AND position <= (SELECT max(position) FROM file({file:String}, 'JSONEachRow', 'position UInt64'))
)
SETTINGS
    max_insert_threads = 1,
    min_insert_block_size_rows = 1000000000,
    min_insert_block_size_bytes = 4000000000,
    input_format_json_read_objects_as_strings = 1,
    input_format_json_read_arrays_as_strings = 1,
    allow_simdjson = 0;

-- name: holds
-- Whether an event is stored. The index on positions excludes all but the newest parts.
SELECT 1 AS held FROM events WHERE position = {position:UInt64} AND id = {id:UUID} LIMIT 1;

-- name: write_changes
-- Store changes of profiles in one block, as `write` stores events.
INSERT INTO changes (project, position, kind, canonical, member, body, row, number, at)
SELECT *
FROM file(
    {file:String},
    'JSONEachRow',
    'project UInt32, position UInt64, kind String, canonical UUID, member UUID, body String, row UInt64, number UInt32, at Int64'
)
SETTINGS
    max_insert_threads = 1,
    min_insert_block_size_rows = 1000000000,
    min_insert_block_size_bytes = 4000000000;

-- name: refill_changes
-- Store the changes of a batch that are missing. A change is the same however often and in whichever row it is delivered:
-- those that happen at one position differ in what they say, or in their time.
INSERT INTO changes (project, position, kind, canonical, member, body, row, number, at)
SELECT *
FROM file(
    {file:String},
    'JSONEachRow',
    'project UInt32, position UInt64, kind String, canonical UUID, member UUID, body String, row UInt64, number UInt32, at Int64'
)
WHERE (project, position, kind, member, body) NOT IN (
    SELECT project, position, kind, member, body
    FROM changes
    WHERE project IN (SELECT project FROM file({file:String}, 'JSONEachRow', 'project UInt32'))
      AND position >= (SELECT min(position) FROM file({file:String}, 'JSONEachRow', 'position UInt64'))
      AND position <= (SELECT max(position) FROM file({file:String}, 'JSONEachRow', 'position UInt64'))
)
SETTINGS
    max_insert_threads = 1,
    min_insert_block_size_rows = 1000000000,
    min_insert_block_size_bytes = 4000000000;

-- name: holds_change
-- Whether this change is stored.
SELECT 1 AS held FROM changes
WHERE project = {project:UInt32}
  AND position = {position:UInt64}
  AND kind = {kind:String}
  AND member = {member:UUID}
  AND body = {body:String}
LIMIT 1;

-- name: changes
-- Changes after a position: so many, and all others at the position of the last.
SELECT * FROM
(
    SELECT * FROM changes
    WHERE project = {project:UInt32} AND position > {after:UInt64}
    ORDER BY position
    LIMIT {limit:UInt64} WITH TIES
)
ORDER BY position, row, number
SETTINGS max_threads = 1;

-- name: timeline
-- The newest events of some profiles: this, the conditions that apply, and `timeline_end`. They are not written as
-- conditions that may be always true: planning takes most of a timeline's time, and such conditions add a tenth.
SELECT * FROM events
WHERE project = {project:UInt32} AND profile_id IN {profiles:Array(UUID)}

-- name: timeline_only
-- Condition of a timeline: one name and one standard event ("" matches any), within a range of time.
AND ({name:String} = '' OR name = {name:String})
AND ({semantic:String} = '' OR semantic_name = {semantic:String})
AND time >= {since:Int64} AND time < {until:Int64}

-- name: timeline_before
-- Condition of a timeline: after a cursor.
AND time <= {time:Int64} AND (time < {time:Int64} OR UUIDToNum(id) < UUIDToNum({id:UUID}))

-- name: timeline_end
-- Order and limit of a timeline. Ids are compared as text, which for UUIDv7 is the order of their creation.
ORDER BY time DESC, UUIDToNum(id) DESC
LIMIT {limit:UInt64}
SETTINGS max_threads = 1;

-- name: earliest
-- The oldest events of some profiles.
SELECT * FROM events
WHERE project = {project:UInt32} AND profile_id IN {profiles:Array(UUID)}
ORDER BY time, UUIDToNum(id)
LIMIT {limit:UInt64}
SETTINGS max_threads = 1;

-- name: counts_of
-- Events of some profiles by name; the first row, in which `whole` is 1, is their total.
SELECT
    name,
    count() AS events,
    uniqExactIf(session_id, session_id != '') AS sessions,
    countIf(semantic_name = 'purchased') AS purchases,
    grouping(name) AS whole
FROM events
WHERE project = {project:UInt32} AND profile_id IN {profiles:Array(UUID)}
GROUP BY GROUPING SETS ((name), ())
ORDER BY whole DESC, events DESC, name
LIMIT {limit:UInt64}
SETTINGS max_threads = 1;

-- name: profile_of
-- The profile under which an event is recorded: reads one granule of `by_id`.
SELECT profile_id FROM events WHERE project = {project:UInt32} AND id = {id:UUID} LIMIT 1;

-- name: event_of
-- One event by its id among those of some profiles, which are short ranges of the table.
SELECT * FROM events
WHERE project = {project:UInt32} AND profile_id IN {profiles:Array(UUID)} AND id = {id:UUID}
LIMIT 1
SETTINGS max_threads = 1;

-- name: total
-- Every event of a project.
SELECT count() AS events FROM events WHERE project = {project:UInt32};

-- name: daily_counts
-- Events by name and day since a time. The catalog limits the names of a project, callers limit the days.
SELECT name, intDiv(time, 86400000) AS day, count() AS events FROM events
WHERE project = {project:UInt32} AND time >= {since:Int64}
GROUP BY name, day
ORDER BY name, day
SETTINGS max_threads = 2;

-- name: count_name
-- The events of one name: a range of `by_name`.
SELECT count() AS events FROM events WHERE project = {project:UInt32} AND name = {name:String};

-- name: count_value
-- The events of one name with this value of an attribute. The value is passed as text, which may be a string or the JSON
-- of another value. Both are compared in the form in which the engine extracts values, in which 3.0 and 3 are one number.
-- simdjson, the engine's faster parser, finds nothing in an object that has an integer of more than 64 bits.
SELECT count() AS events FROM events
WHERE project = {project:UInt32}
  AND name = {name:String}
  AND JSONExtractRaw(properties, {attribute:String}) IN (
    JSONExtractRaw({text:String}, 'value'), JSONExtractRaw({json:String}, 'value')
  )
SETTINGS max_threads = 2, allow_simdjson = 0;

-- name: count_value_by_simdjson
-- The same for an attribute with a NUL in its name: for the other parser, the name ends there.
SELECT count() AS events FROM events
WHERE project = {project:UInt32}
  AND name = {name:String}
  AND JSONExtractRaw(properties, {attribute:String}) IN (
    JSONExtractRaw({text:String}, 'value'), JSONExtractRaw({json:String}, 'value')
  )
SETTINGS max_threads = 2;

-- name: value_types
-- The values of an attribute among the events of one name by data type, by the rules of `catalogue.types.data_type`: a date
-- is a text with day, time and zone, of a day that exists. For all other types, the first character of the JSON decides.
SELECT multiIf(
        first = '"', if(is_date, 'date', 'string'),
        first = '[', 'array',
        first = '{', 'object',
        first IN ('t', 'f'), 'boolean',
        'number'
    ) AS name,
    count() AS events
FROM
(
    SELECT
        substring(JSONExtractRaw(properties, {attribute:String}), 1, 1) AS first,
        JSONExtractString(properties, {attribute:String}) AS text,
        toUInt16OrZero(substring(text, 1, 4)) AS year,
        match(text, '^[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|[12][0-9]))T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])$')
            AND length(text) >= 20
            AND year > 0
            AND (substring(text, 6, 5) != '02-29' OR (year % 4 = 0 AND (year % 100 != 0 OR year % 400 = 0)))
            AND substring(text, 6, 5) != '02-30' AS is_date
    FROM events
    WHERE project = {project:UInt32} AND name = {name:String}
)
WHERE first NOT IN ('', 'n')
GROUP BY name
SETTINGS max_threads = 2, allow_simdjson = 0;

-- name: delete_events
-- Delete the events of some profiles. Parts that have any are rewritten, with their projections, before this returns.
ALTER TABLE events DELETE WHERE project = {project:UInt32} AND profile_id IN {profiles:Array(UUID)}
SETTINGS mutations_sync = 2;

-- name: delete_changes
-- Delete the changes of some profiles, but for the fact that they were erased.
ALTER TABLE changes DELETE
WHERE project = {project:UInt32} AND member IN {profiles:Array(UUID)} AND kind != {erased:String}
SETTINGS mutations_sync = 2;

-- name: cancel_deletions
-- Cancel deletions that did not finish: their caller repeats them.
KILL MUTATION
WHERE database = currentDatabase()
  AND table IN ('events', 'changes')
  AND NOT is_done
  AND startsWith(command, '(DELETE');

-- name: tables
-- The tables that exist, and how they were made.
SELECT name, create_table_query AS query FROM system.tables
WHERE database = currentDatabase() AND name IN ('events', 'changes');

-- name: keep_changes
-- Set how long changes are kept. Existing parts are rewritten in the background.
ALTER TABLE changes MODIFY TTL toDateTime(intDiv(at, 1000)) + toIntervalDay({days:UInt16}) SETTINGS mutations_sync = 0;

-- name: columns
-- The columns that the table has.
SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'events';

-- name: projections
-- The projections that the table has, and their columns.
SELECT name, query FROM system.projections WHERE database = currentDatabase() AND table = 'events';

-- name: add_semantic
-- Add the columns of standard events to a table of an older release. They are empty in its rows.
ALTER TABLE events
    ADD COLUMN IF NOT EXISTS semantic String,
    ADD COLUMN IF NOT EXISTS semantic_name LowCardinality(String) MATERIALIZED JSONExtractString(semantic, 'name');

-- name: add_assurance
-- Bring a table from before events had an assurance to the shape of schema.sql.
ALTER TABLE events ADD COLUMN IF NOT EXISTS assurance UInt8 DEFAULT 2;

-- name: drop_bloom
-- Drop the Bloom filter of a table of an older release, which `by_id` replaces.
ALTER TABLE events DROP INDEX IF EXISTS by_id SETTINGS mutations_sync = 0;

-- name: drop_by_name
-- Drop `by_name` of a table of an older release, with its files: it is added again under the same name.
ALTER TABLE events DROP PROJECTION IF EXISTS by_name SETTINGS mutations_sync = 2;

-- name: add_by_name
-- Add `by_name` as in schema.sql. `rebuild_projections` fills it for existing parts.
ALTER TABLE events
    ADD PROJECTION IF NOT EXISTS by_name
    (SELECT project, name, time, profile_id, position, properties ORDER BY project, name, time)
    WITH SETTINGS (index_granularity = 8192);

-- name: add_by_id
-- Add `by_id` as in schema.sql. `rebuild_projections` fills it for existing parts.
ALTER TABLE events
    ADD PROJECTION IF NOT EXISTS by_id (SELECT project, id, profile_id ORDER BY id)
    WITH SETTINGS (index_granularity = 1024);

-- name: check_parts
-- Read every byte of every part and verify its checksum.
CHECK TABLE events SETTINGS check_query_single_value_result = 0;

-- name: check_parts_of_changes
-- The same of the other table.
CHECK TABLE changes SETTINGS check_query_single_value_result = 0;

-- name: detach_part
-- Detach a part: its files are kept and no longer read.
ALTER TABLE {table:Identifier} DETACH PART {part:String};

-- name: broken_parts
-- Parts that the engine detached itself when it opened a table, because it could not read them.
SELECT table, name, path FROM system.detached_parts
WHERE database = currentDatabase()
  AND table IN ('events', 'changes')
  AND startsWith(coalesce(reason, ''), 'broken');

-- name: detached_part
-- A detached part.
SELECT table, name, path FROM system.detached_parts
WHERE database = currentDatabase() AND table = {table:String} AND name = {part:String};

-- name: broken_projections
-- Parts with intact events and a damaged projection.
SELECT parent_name AS name FROM system.projection_parts
WHERE database = currentDatabase() AND table = 'events' AND active AND is_broken;

-- name: clear_projections
-- Drop the data of all projections, in the background.
ALTER TABLE events CLEAR PROJECTION by_name, CLEAR PROJECTION by_id SETTINGS mutations_sync = 0;

-- name: rebuild_projections
-- Rebuild projections that are broken or missing, in the background. Until then, queries read the parts themselves.
ALTER TABLE events MATERIALIZE PROJECTION by_name, MATERIALIZE PROJECTION by_id SETTINGS mutations_sync = 0;
