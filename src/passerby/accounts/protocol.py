"""The control plane: projects with their keys, settings and policies, and the console's users and their sessions.

Embedded: SQLite, in one file. Every engine promises the same: changes are durable at return, and those within a
`transaction()` are made together or not at all. Times are passed in, in milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any, Protocol, Self

from passerby.accounts.alerting import AlertSettings
from passerby.accounts.annotations import Annotation
from passerby.accounts.policy import IdentityPolicy, PolicyChange
from passerby.accounts.records import AccountsSnapshot, AddedKey, Key, Project, ProjectSettings
from passerby.accounts.scopes import EVERY, Scope
from passerby.accounts.users import ConsoleUser, Role, Visitor


class Projects(Protocol):
    """Projects, their keys, settings, policies and annotations."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None: ...

    def initialised(self) -> bool:
        """Return whether there is any project."""

    def transaction(self) -> AbstractContextManager[Any]:
        """All changes within are made together or not at all."""

    def projects(self) -> list[Project]:
        """Return all projects, oldest first."""

    def project(self, name: str) -> Project:
        """Return the project with this name. Raises NoSuchProject."""

    def project_numbered(self, number: int) -> Project:
        """Return the project with this id. Raises NoSuchProject."""

    def add_project(self, name: str, now: int, settings: ProjectSettings | None = None) -> Project:
        """Add a project without any key. Raises BadProjectName, ProjectExists."""

    def rename_project(self, number: int, name: str) -> None:
        """Rename a project. Raises BadProjectName, ProjectExists."""

    def change_settings(self, project: Project, settings: ProjectSettings) -> None:
        """Replace all settings of a project."""

    def set_policy(self, number: int, policy: IdentityPolicy, who: str, now: int) -> None:
        """Replace the identity policy and record the change. Raises BadPolicy, NoSuchProject.

        Running processes apply it within about a second, to the messages that they apply from then on.
        """

    def policy_changes(self, number: int, *, limit: int, before: int | None = None) -> list[PolicyChange]:
        """Return at most `limit` changes of the policy older than the change `before`, the newest first."""

    def keys(self, project: Project) -> list[Key]:
        """Return all keys of a project, oldest first, revoked ones included."""

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
        """Add a key, with a new random value where none is given. `scopes` are those of an API token.

        Raises UnknownKind, BadKeyValue, KeyTaken.
        """

    def rotate_key(self, project: Project, number: int, now: int, grace_ms: int = 0) -> AddedKey:
        """Replace a key with a new one of the same kind, label and scopes.

        The replaced key works for another `grace_ms`, at most GRACE_MS. Raises NoSuchKey, also for a key that was
        rotated before.
        """

    def revoke_key(self, project: Project, number: int, now: int) -> None:
        """Revoke a key for good; running processes follow within about a second. Raises NoSuchKey."""

    def revoke_labelled(self, project: Project, label: str, now: int) -> int:
        """Revoke all keys of a project with this label; return how many."""

    def annotations(self, number: int) -> list[Annotation]:
        """Return the annotations of the catalogue's events and attributes."""

    def change_annotation(self, number: int, event: str, attribute: str, **changed: Any) -> Annotation:
        """Change these fields of an annotation. Raises TooManyAnnotations."""

    def set_password(self, user: str, stored: str, now: int) -> None:
        """Set the hashed password of a console user; an unknown user is added as an administrator."""

    def users_of(self, number: int) -> list[str]:
        """Return the names of the console users with a role in a project."""


class Users(Protocol):
    """The console's users, their sessions, and the browsers that they have signed in with. For any thread."""

    def close(self) -> None: ...

    def users(self) -> list[ConsoleUser]:
        """Return all users by name."""

    def sessions(self, name: str, now: int) -> tuple[int, int | None]:
        """Return the number of a user's open sessions, and when one of them was last used (ms)."""

    def add(self, name: str, role: Role, stored: str, now: int, projects: Iterable[int] = ()) -> None:
        """Add a user with a hashed password, with the role in these projects or in every one.

        Raises BadUserName, UserExists.
        """

    def password(self, name: str) -> str | None:
        """Return the hashed password of a user; None where there is no such user."""

    def set_password(self, name: str, stored: str, now: int) -> None:
        """Change a password, end all sessions of the user and forget their browsers. Raises NoSuchUser."""

    def set_role(self, name: str, role: Role | None) -> None:
        """Change the role in every project. Raises NoSuchUser, LastAdministrator."""

    def set_role_in(self, name: str, project: int, role: Role | None) -> None:
        """Change the role in one project. Raises NoSuchUser."""

    def remove(self, name: str) -> None:
        """Remove a user and end their sessions. Raises NoSuchUser, LastAdministrator."""

    def know_device(self, user: str, now: int, device: str = "") -> str:
        """Remember that a browser has signed in; return the value of its cookie from now on. Raises NoSuchUser.

        `device` is the value that the cookie had; it stays if it is this user's.
        """

    def device_of(self, user: str, device: str, now: int) -> str:
        """Return the name under which a known browser of this user is counted; empty for any other browser."""

    def unlock(self, user: str, now: int) -> None:
        """End the delay of a user's sign-in attempts. Raises NoSuchUser."""

    def unlocked_at(self, user: str) -> int:
        """Return when a user was last unlocked, 0 for never."""

    def open_session(self, user: str, now: int) -> str:
        """Open a session; return the value of its cookie. Raises NoSuchUser."""

    def visitor(self, token: str, now: int) -> Visitor | None:
        """Return the user of a session with their current roles; None for a session that has ended."""

    def end_session(self, token: str) -> None:
        """End a session, if there is one."""


class Alerting(Protocol):
    """Alert settings, and which alerts are firing. For any thread."""

    def settings(self) -> AlertSettings:
        """Return the settings; the defaults before any were stored."""

    def change_settings(self, settings: AlertSettings) -> None:
        """Replace the settings."""

    def states(self) -> str | None:
        """Return the states of alerts as `keep_states` received them; None before."""

    def keep_states(self, states: str) -> None:
        """Store the states of alerts, as JSON."""


class ChangeFeed(Protocol):
    """Tells long-running processes of changes to projects, their settings and keys. Belongs to one thread."""

    def changes_since(self, revision: int, now: int) -> AccountsSnapshot | None:
        """Return the projects, and the keys that work at `now` (ms), if any of them changed after a revision.

        None where nothing did, which takes some microseconds. Every revision is above 0. Raises AccountsUnavailable.
        """

    def close(self) -> None: ...
