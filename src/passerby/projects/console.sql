-- name: users
-- Everybody who may use the console.
SELECT name, role, changed_at FROM console_user ORDER BY name

-- name: add_user
-- A new console user; fails where the name is taken.
INSERT INTO console_user (name, password, changed_at, role) VALUES (:name, :password, :changed_at, :role)

-- name: stored_password
-- The stored password of a console user.
SELECT password FROM console_user WHERE name = :name

-- name: change_password
-- Give a console user another password.
UPDATE console_user SET password = :password, changed_at = :changed_at WHERE name = :name

-- name: change_role
-- Let a console user do more, or less.
UPDATE console_user SET role = :role WHERE name = :name

-- name: remove_user
-- Take a console user away, and their sessions with them.
DELETE FROM console_user WHERE name = :name

-- name: other_admins
-- How many administrators there are beside this user.
SELECT count(*) FROM console_user WHERE role = 'admin' AND name <> :name

-- name: open_session
-- A new session.
INSERT INTO console_session (digest, user, created_at, seen_at) VALUES (:digest, :user, :now, :now)

-- name: session
-- Whose session this is, as long as it was neither idle for too long nor begun too long ago.
SELECT user, role, seen_at FROM console_session JOIN console_user ON name = user
WHERE digest = :digest AND seen_at > :idle AND created_at > :begun

-- name: see_session
-- Note that a session is in use.
UPDATE console_session SET seen_at = :now WHERE digest = :digest

-- name: end_session
-- End one session.
DELETE FROM console_session WHERE digest = :digest

-- name: end_sessions
-- End all sessions of a user.
DELETE FROM console_session WHERE user = :user

-- name: end_old_sessions
-- End the sessions that are over, and those of a user that are more than so many: the oldest go.
DELETE FROM console_session WHERE seen_at <= :idle OR created_at <= :begun OR digest IN (
    SELECT digest FROM console_session WHERE user = :user ORDER BY created_at DESC, digest LIMIT -1 OFFSET :most
)
