-- A rejected request is stored with the codes of its fault and of the cause (JSON, '' for none), and its sentence is made
-- when it is shown. `answer` has the sentences of a dialect's own error, which are not made from a code; rows of an earlier
-- version have every sentence there, and are kept for a day.
ALTER TABLE refused RENAME COLUMN text TO answer;
ALTER TABLE refused ADD COLUMN cause TEXT NOT NULL DEFAULT '';
