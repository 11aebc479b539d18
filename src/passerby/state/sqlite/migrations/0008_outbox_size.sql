-- The bytes of all rows of the outbox. Triggers keep it, because a sum reads every row. Rows up to `counted_after`, which
-- were there before this table, are not in it: counting them would hold up all processes, and they expire soon.
CREATE TABLE outbox_size (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    bytes INTEGER NOT NULL,
    counted_after INTEGER NOT NULL
);
INSERT INTO outbox_size (id, bytes, counted_after)
SELECT 1, 0, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0);

CREATE TRIGGER outbox_row_added AFTER INSERT ON outbox
BEGIN
    UPDATE outbox_size SET bytes = bytes + NEW.bytes;
END;

CREATE TRIGGER outbox_row_deleted AFTER DELETE ON outbox WHEN OLD.id > (SELECT counted_after FROM outbox_size)
BEGIN
    UPDATE outbox_size SET bytes = bytes - OLD.bytes;
END;
