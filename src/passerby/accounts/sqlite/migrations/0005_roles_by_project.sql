-- What a user may do in one project, beyond their role in all of them.
CREATE TABLE console_role (
    user       TEXT    NOT NULL REFERENCES console_user (name) ON DELETE CASCADE,
    project    INTEGER NOT NULL REFERENCES project (id),
    role       TEXT    NOT NULL,                   -- of `users.Role`
    PRIMARY KEY (user, project)
) STRICT, WITHOUT ROWID;
