-- The log of accepted messages. A row holds what one durable write brought, so that a write costs a row, not a message.
CREATE TABLE batch (
    last        INTEGER PRIMARY KEY,  -- position of the batch's last message; its first is last - count + 1
    received_at INTEGER NOT NULL,     -- when the batch was written, milliseconds
    count       INTEGER NOT NULL,     -- messages in it; 0 marks a position at which a log was begun anew
    counts      TEXT    NOT NULL,     -- JSON object: messages by project
    body        BLOB    NOT NULL      -- JSON array of messages; last, so that the columns before it are read without it
) STRICT;

-- How many messages of each project were ever appended. Survives pruning: the evidence that nothing got lost.
CREATE TABLE accepted (
    project INTEGER PRIMARY KEY,
    count   INTEGER NOT NULL
) STRICT;

-- How far each reader has come. Nothing behind the slowest of them is pruned.
CREATE TABLE reader (
    name     TEXT    PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Counting in a trigger makes an append one statement, which is one call into SQLite and one lock of its own.
CREATE TRIGGER count_accepted AFTER INSERT ON batch BEGIN
    INSERT INTO accepted (project, count)
    SELECT CAST(key AS INTEGER), value FROM json_each(NEW.counts) WHERE TRUE
    ON CONFLICT (project) DO UPDATE SET count = count + excluded.count;
END;
