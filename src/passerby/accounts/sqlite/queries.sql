-- name: users_of
-- The console's users who may use a project, in the order of their names.
SELECT name FROM console_user
WHERE role <> '' OR name IN (SELECT user FROM console_role WHERE project = :project) ORDER BY name

-- name: rename_project
-- Another name for a project; fails where it is taken.
UPDATE project SET name = :name WHERE id = :id

-- name: insert_project
-- A new project; fails where the name is taken.
INSERT INTO project (name, created_at, settings) VALUES (:name, :created_at, :settings) RETURNING id

-- name: projects
-- All projects, oldest first.
SELECT id, name, created_at, settings FROM project ORDER BY id

-- name: project_by_name
-- One project.
SELECT id, name, created_at, settings FROM project WHERE name = :name

-- name: project_by_number
-- One project, by its number.
SELECT id, name, created_at, settings FROM project WHERE id = :id

-- name: note_policy
-- Who changed a project's identity policy, from what and to what.
INSERT INTO policy_changes (project, at, who, before, after) VALUES (:project, :at, :who, :before, :after)

-- name: policy_changes
-- The newest changes of a project's identity policy.
SELECT id, at, who, before, after FROM policy_changes
WHERE project = :project AND id < :before ORDER BY id DESC LIMIT :limit

-- name: any_project
-- Whether the folder was initialised.
SELECT EXISTS (SELECT 1 FROM project)

-- name: set_settings
-- Replace a project's settings.
UPDATE project SET settings = :settings WHERE id = :id

-- name: insert_key
-- A new key; fails where this kind has this value already, revoked or not.
INSERT INTO key (project, kind, value, label, created_at, scopes)
VALUES (:project, :kind, :value, :label, :created_at, :scopes) RETURNING id

-- name: keys
-- The keys of one project, oldest first, the revoked ones too.
SELECT id, project, kind, value, label, created_at, revoked_at, scopes FROM key WHERE project = :project ORDER BY id

-- name: current_keys
-- Every key that works at a time, of all projects: those that will be revoked later too.
SELECT id, project, kind, value, label, scopes, revoked_at FROM key
WHERE revoked_at IS NULL OR revoked_at > :now ORDER BY id

-- name: revoke_key
-- Revoke one key of one project at a time, or earlier where it was to be revoked earlier.
UPDATE key SET revoked_at = min(coalesce(revoked_at, :revoked_at), :revoked_at) WHERE id = :id AND project = :project

-- name: revoke_labelled
-- Stop all keys of a project that carry a label.
UPDATE key SET revoked_at = :revoked_at WHERE project = :project AND label = :label AND (revoked_at IS NULL OR revoked_at > :revoked_at)

-- name: set_password
-- Give a console user a password, and make that user where there is none yet.
INSERT INTO console_user (name, password, changed_at) VALUES (:name, :password, :changed_at)
ON CONFLICT (name) DO UPDATE SET password = excluded.password, changed_at = excluded.changed_at

-- name: password
-- The stored password of a console user.
SELECT password FROM console_user WHERE name = :name

-- name: revision
-- The number of the last change to projects, their settings and keys.
SELECT number FROM revision
