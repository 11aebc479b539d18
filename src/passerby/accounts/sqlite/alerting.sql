-- name: get
-- The settings or states of alerts.
SELECT value FROM alerting WHERE name = ?1

-- name: set
-- Store the settings or states of alerts.
INSERT INTO alerting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value
