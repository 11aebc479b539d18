-- The number of the last change to projects, their settings and keys: what long-running processes keep in memory.
-- Triggers count, so that no statement can forget to.
CREATE TABLE revision (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO revision (id, number) VALUES (1, 1);

CREATE TRIGGER project_inserted AFTER INSERT ON project BEGIN UPDATE revision SET number = number + 1; END;
CREATE TRIGGER project_updated AFTER UPDATE ON project BEGIN UPDATE revision SET number = number + 1; END;
CREATE TRIGGER project_deleted AFTER DELETE ON project BEGIN UPDATE revision SET number = number + 1; END;
CREATE TRIGGER key_inserted AFTER INSERT ON key BEGIN UPDATE revision SET number = number + 1; END;
CREATE TRIGGER key_updated AFTER UPDATE ON key BEGIN UPDATE revision SET number = number + 1; END;
CREATE TRIGGER key_deleted AFTER DELETE ON key BEGIN UPDATE revision SET number = number + 1; END;
