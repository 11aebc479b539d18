"""Projects, keys, policies and annotations in the control file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import apsw
import msgspec

from passerby.accounts import keys
from passerby.accounts.annotations import Annotation
from passerby.accounts.errors import (
    AccountsBroken,
    AccountsUnavailable,
    BadProjectName,
    KeyTaken,
    NoSuchKey,
    NoSuchProject,
    ProjectExists,
)
from passerby.accounts.policy import IdentityPolicy, PolicyChange, check
from passerby.accounts.records import GRACE_MS, AddedKey, Key, Project, ProjectSettings
from passerby.accounts.scopes import EVERY, Scope, stored
from passerby.accounts.scopes import read as read_scopes
from passerby.accounts.sqlite import annotations as annotation_rows
from passerby.storage import migrations, sqlite
from passerby.storage.sql import load

_SQL = load("passerby.accounts.sqlite", "queries.sql")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@sqlite.translates(AccountsUnavailable, AccountsBroken)
class SqliteProjects:
    """Implements `accounts.protocol.Projects`. Opening creates or migrates the file. Raises NewerFile."""

    def __init__(self, file: Path) -> None:
        self._connection = migrations.open_file(file, "passerby.accounts.sqlite.migrations")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        # The COMMIT at the end of the block runs in no method of this class.
        with sqlite.translated(AccountsUnavailable, AccountsBroken), sqlite.transaction(self._connection):
            yield

    def initialised(self) -> bool:
        return bool(self._connection.execute(_SQL["any_project"]).get)

    def projects(self) -> list[Project]:
        return [_project(row) for row in self._connection.execute(_SQL["projects"])]

    def project(self, name: str) -> Project:
        for row in self._connection.execute(_SQL["project_by_name"], {"name": name}):
            return _project(row)
        raise NoSuchProject(name)

    def add_project(self, name: str, now: int, settings: ProjectSettings | None = None) -> Project:
        if not _NAME.fullmatch(name):
            raise BadProjectName(name)
        settings = settings or ProjectSettings()
        values = {"name": name, "created_at": now, "settings": msgspec.json.encode(settings).decode()}
        number = self._insert("insert_project", values, lambda: ProjectExists(name))
        return Project(id=number, name=name, created_at=now, settings=settings)

    def change_settings(self, project: Project, settings: ProjectSettings) -> None:
        values = {"id": project.id, "settings": msgspec.json.encode(settings).decode()}
        self._connection.execute(_SQL["set_settings"], values)

    def project_numbered(self, number: int) -> Project:
        for row in self._connection.execute(_SQL["project_by_number"], {"id": number}):
            return _project(row)
        raise NoSuchProject(str(number))

    def set_policy(self, number: int, policy: IdentityPolicy, who: str, now: int) -> None:
        with self.transaction():
            project = self.project_numbered(number)
            before = project.settings.policy
            check(policy, before)
            if policy == before:
                return  # the history of a policy has changes alone
            settings = msgspec.structs.replace(
                project.settings,
                blocked_values=tuple(policy.blocked_values),
                limits=tuple(policy.limits.items()),
                contact_traits=tuple(policy.contact_traits),
                namespaces=tuple(policy.namespaces.items()),
            )
            self.change_settings(project, settings)
            noted = {"before": msgspec.json.encode(before).decode(), "after": msgspec.json.encode(policy).decode()}
            self._connection.execute(_SQL["note_policy"], {"project": number, "at": now, "who": who, **noted})

    def policy_changes(self, number: int, *, limit: int, before: int | None = None) -> list[PolicyChange]:
        values = {"project": number, "before": _LAST if before is None else before, "limit": limit}
        decode = msgspec.json.Decoder(IdentityPolicy).decode
        return [
            PolicyChange(id=id_, at=at, who=who, before=decode(former), after=decode(changed))
            for id_, at, who, former, changed in self._connection.execute(_SQL["policy_changes"], values)
        ]

    def keys(self, project: Project) -> list[Key]:
        found = []
        for row in self._connection.execute(_SQL["keys"], {"project": project.id}):
            number, owner, kind, value, label, created_at, revoked_at, scopes = row
            found.append(
                Key(
                    id=number,
                    project=owner,
                    kind=kind,
                    value=None if keys.kind_named(kind).secret else value,  # of a secret, its hash is stored
                    label=label,
                    created_at=created_at,
                    revoked_at=revoked_at,
                    scopes=read_scopes(scopes),
                )
            )
        return found

    def add_key(  # noqa: PLR0913 - all that a key is
        self,
        project: Project,
        kind: str,
        now: int,
        *,
        value: str = "",
        label: str = "",
        scopes: Iterable[Scope] = EVERY,
    ) -> AddedKey:
        value = value or keys.new_value(kind)
        keys.check(kind, value)
        row = {
            "project": project.id,
            "kind": kind,
            "value": keys.stored(kind, value),
            "label": label,
            "created_at": now,
            "scopes": stored(scopes),
        }
        number = self._insert("insert_key", row, lambda: KeyTaken(kind))
        return AddedKey(id=number, kind=kind, value=value)

    def rotate_key(self, project: Project, number: int, now: int, grace_ms: int = 0) -> AddedKey:
        with self.transaction():
            for key in self.keys(project):
                # Also a key within its grace period is refused: two keys would replace one.
                if key.id == number and key.revoked_at is None:
                    self.revoke_key(project, number, now + min(grace_ms, GRACE_MS))
                    return self.add_key(project, key.kind, now, label=key.label, scopes=key.scopes)
        raise NoSuchKey(number, project.name)

    def rename_project(self, number: int, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise BadProjectName(name)
        try:
            self._connection.execute(_SQL["rename_project"], {"id": number, "name": name})
        except apsw.ConstraintError:
            raise ProjectExists(name) from None

    def users_of(self, number: int) -> list[str]:
        return [name for (name,) in self._connection.execute(_SQL["users_of"], {"project": number})]

    def annotations(self, number: int) -> list[Annotation]:
        return annotation_rows.of_project(self._connection, number)

    def change_annotation(self, number: int, event: str, attribute: str, **changed: Any) -> Annotation:
        with self.transaction():
            annotation = msgspec.structs.replace(
                annotation_rows.one(self._connection, number, event, attribute), **changed
            )
            annotation_rows.put(self._connection, number, annotation)
            return annotation

    def revoke_key(self, project: Project, number: int, now: int) -> None:
        self._connection.execute(_SQL["revoke_key"], {"id": number, "project": project.id, "revoked_at": now})
        if self._connection.changes() == 0:
            raise NoSuchKey(number, project.name)

    def revoke_labelled(self, project: Project, label: str, now: int) -> int:
        values = {"project": project.id, "label": label, "revoked_at": now}
        self._connection.execute(_SQL["revoke_labelled"], values)
        return self._connection.changes()

    def set_password(self, user: str, stored: str, now: int) -> None:
        self._connection.execute(_SQL["set_password"], {"name": user, "password": stored, "changed_at": now})

    def password(self, user: str) -> str | None:
        """Return the hashed password of a console user; None for an unknown user."""
        value = self._connection.execute(_SQL["password"], {"name": user}).get
        return None if value is None else str(value)

    def _insert(self, statement: str, values: dict[str, Any], taken: Callable[[], Exception]) -> int:
        try:
            return int(self._connection.execute(_SQL[statement], values).get)
        except apsw.ConstraintError as error:
            raise taken() from error


_LAST = 2**63 - 1


def _project(row: tuple[Any, ...]) -> Project:
    number, name, created_at, settings = row
    decoded = msgspec.json.decode(settings, type=ProjectSettings)
    return Project(id=number, name=name, created_at=created_at, settings=decoded)
