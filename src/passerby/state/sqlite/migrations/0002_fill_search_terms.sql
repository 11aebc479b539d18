-- Profiles from before there was `search_terms` get their rows from the worker.
INSERT INTO backfills (name) SELECT 'search_terms' WHERE EXISTS (SELECT 1 FROM profiles);
