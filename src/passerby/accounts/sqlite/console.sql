-- name: users
-- All console users, by name.
SELECT name, role, changed_at FROM console_user ORDER BY name

-- name: add_user
-- Add a console user. Fails if the name is taken.
INSERT INTO console_user (name, password, changed_at, role) VALUES (:name, :password, :changed_at, :role)

-- name: stored_password
-- The stored password of a console user.
SELECT password FROM console_user WHERE name = :name

-- name: change_password
-- Set the password of a console user.
UPDATE console_user SET password = :password, changed_at = :changed_at WHERE name = :name

-- name: change_role
-- Set the role of a console user.
UPDATE console_user SET role = :role WHERE name = :name

-- name: remove_user
-- Delete a console user and their sessions.
DELETE FROM console_user WHERE name = :name

-- name: other_admins
-- Number of administrators other than this user.
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

-- name: know_device
-- A browser has signed in as a user, perhaps not for the first time.
INSERT INTO console_device (digest, user, seen_at) VALUES (:digest, :user, :now)
ON CONFLICT (digest) DO UPDATE SET user = excluded.user, seen_at = excluded.seen_at

-- name: knows_device
-- Whether a browser has signed in as a user before, not too long ago.
SELECT EXISTS (SELECT 1 FROM console_device WHERE digest = :digest AND user = :user AND seen_at > :since)

-- name: forget_old_devices
-- Drop the devices that were not seen for long, and those of a user that are more than so many: the oldest go.
DELETE FROM console_device WHERE seen_at <= :since OR digest IN (
    SELECT digest FROM console_device WHERE user = :user ORDER BY seen_at DESC, digest LIMIT -1 OFFSET :most
)

-- name: forget_devices
-- Drop all devices of a user.
DELETE FROM console_device WHERE user = :user

-- name: unlock
-- Let a user try passwords again without delay.
INSERT INTO console_unlock (user, at) VALUES (:user, :now) ON CONFLICT (user) DO UPDATE SET at = excluded.at

-- name: unlocked_at
-- When a user was last unlocked.
SELECT coalesce(max(at), 0) FROM console_unlock WHERE user = :user

-- name: project_roles
-- What users may do in single projects.
SELECT user, project, role FROM console_role ORDER BY user, project

-- name: roles_of
-- What a user may do in single projects.
SELECT project, role FROM console_role WHERE user = :user ORDER BY project

-- name: set_project_role
-- Let a user do more, or less, in one project.
INSERT INTO console_role (user, project, role) VALUES (:name, :project, :role)
ON CONFLICT (user, project) DO UPDATE SET role = excluded.role

-- name: end_project_role
-- Take a user's role in one project away.
DELETE FROM console_role WHERE user = :name AND project = :project

-- name: sessions_of
-- How many sessions of a user are open, and when one of them was used last.
SELECT count(*), max(seen_at) FROM console_session WHERE user = :user AND seen_at > :idle AND created_at > :begun
