"""Console users: who may sign in, with which role. Passwords are passed as `passwords.hashed` made them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from passerby.accounts.bootstrap import CONSOLE_USER
from passerby.accounts.errors import LastAdministrator, NoSuchUser, ProjectError
from passerby.accounts.users import ConsoleUser, Role
from passerby.services.access import Access
from passerby.services.caller import Permission
from passerby.services.errors import invalid, not_found
from passerby.services.projects import project_id
from passerby.services.use_cases import changing, reading


@reading(None)
def list_users(access: Access) -> list[ConsoleUser]:
    """Return all users by name; to a caller without a role in every project, only the caller's own."""
    found = access.context.users.users()
    if access.caller.may(Permission.READ, access.project):
        return found
    return [user for user in found if user.name == access.caller.user]


@changing(Permission.ADMINISTER)
def add_user(access: Access, name: str, role: Role, password_hash: str, projects: Sequence[str] = ()) -> None:
    """Add a user, with the role in the projects of these names, or in every project. Raises InvalidParameters."""
    numbers = _numbers(access, projects)
    with access.recording("user.added", name, _given(role, projects)), _refusals():
        access.context.users.add(name, role, password_hash, access.context.now(), numbers)


@changing(Permission.ADMINISTER)
def change_role(access: Access, name: str, role: Role | None, projects: Sequence[str] = ()) -> None:
    """Change the role of a user (None: no role) in the projects of these names, or in every project.

    Raises InvalidParameters for an unknown user or project, and for the last administrator.
    """
    numbers = _numbers(access, projects)
    with access.recording("user.changed", name, _given(role or "none", projects)), _refusals():
        if not projects:
            access.context.users.set_role(name, role)
        for number in numbers:
            access.context.users.set_role_in(name, number, role)


@changing(Permission.ADMINISTER)
def set_password(access: Access, name: str, password_hash: str) -> None:
    """Change the password of a user and end all of their sessions. Raises InvalidParameters."""
    with access.recording("password.changed", name), _refusals():
        access.context.users.set_password(name, password_hash, access.context.now())


@changing(None)
def set_own_password(access: Access, password_hash: str) -> None:
    """Change the caller's own password and end all of their sessions. The current one has been checked before."""
    name = access.caller.user
    with access.recording("password.changed", name), _refusals():
        access.context.users.set_password(name, password_hash, access.context.now())


@changing(Permission.ADMINISTER)
def reset_first_user(access: Access, password_hash: str, reason: str = "") -> None:
    """Change the password of the first user, an administrator, who is added again where they were removed."""
    users, now = access.context.users, access.context.now()
    with access.recording("password.changed", CONSOLE_USER, {"by": reason} if reason else None):
        try:
            users.set_password(CONSOLE_USER, password_hash, now)
        except NoSuchUser:
            users.add(CONSOLE_USER, Role.ADMIN, password_hash, now)


@changing(Permission.ADMINISTER)
def unlock_user(access: Access, name: str) -> None:
    """End the delay of a user's sign-in attempts. Raises InvalidParameters."""
    with access.recording("user.unlocked", name), _refusals():
        access.context.users.unlock(name, access.context.now())


@changing(Permission.ADMINISTER)
def remove_user(access: Access, name: str) -> None:
    """Remove a user and end all of their sessions. Raises InvalidParameters, also for the last administrator."""
    with access.recording("user.removed", name), _refusals():
        access.context.users.remove(name)


@reading(Permission.ADMINISTER)
def open_sessions(access: Access, name: str) -> tuple[int, int | None]:
    """Return the number of a user's open sessions, and when one of them was last used (ms). Raises NotFound."""
    users = access.context.users
    if users.password(name) is None:
        raise not_found("user")
    return users.sessions(name, access.context.now())


def _numbers(access: Access, projects: Sequence[str]) -> list[int]:
    return [project_id(access, name) for name in projects]


def _given(role: str, projects: Sequence[str]) -> dict[str, object]:
    return {"role": role} | ({"projects": list(projects)} if projects else {})


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except LastAdministrator as fault:
        raise invalid("role", str(fault)) from None
    except ProjectError as fault:
        raise invalid("name", str(fault)) from None
