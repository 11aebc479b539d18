"""Console users and their sessions in the control file."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import apsw

from passerby.accounts import keys
from passerby.accounts.errors import (
    AccountsBroken,
    AccountsUnavailable,
    BadUserName,
    LastAdministrator,
    NoSuchUser,
    UserExists,
)
from passerby.accounts.users import (
    DEVICE_MS,
    IDLE_MS,
    LONGEST_MS,
    MOST_DEVICES,
    MOST_SESSIONS,
    RENEW_MS,
    ConsoleUser,
    Role,
    Visitor,
)
from passerby.storage import sqlite
from passerby.storage.sql import load

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}")
_TOKEN_BYTES = 32
_SQL = load("passerby.accounts.sqlite", "console.sql")


@sqlite.translates(AccountsUnavailable, AccountsBroken)
class SqliteUsers:
    """Implements `accounts.protocol.Users` on a control file that `SqliteProjects` has created.

    Thread-safe: calls are serialised, because a connection runs one statement at a time.
    """

    def __init__(self, file: Path) -> None:
        self._connection = sqlite.connect(file)
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def users(self) -> list[ConsoleUser]:
        with self._turn:
            rows: list[tuple[Any, ...]] = self._connection.execute(_SQL["users"]).fetchall()
            single: list[tuple[Any, ...]] = self._connection.execute(_SQL["project_roles"]).fetchall()
        found = {name: ConsoleUser(name=name, role=_role(role), changed_at=at, projects={}) for name, role, at in rows}
        for name, project, role in single:
            found[name].projects[project] = Role(role)
        return list(found.values())

    def sessions(self, name: str, now: int) -> tuple[int, int | None]:
        values = {"user": name, "idle": now - IDLE_MS, "begun": now - LONGEST_MS}
        with self._turn:
            number, seen_at = next(self._connection.execute(_SQL["sessions_of"], values))
        return number, seen_at

    def add(self, name: str, role: Role, stored: str, now: int, projects: Iterable[int] = ()) -> None:
        if not _NAME.fullmatch(name):
            raise BadUserName(name)
        single = [{"name": name, "project": project, "role": role.value} for project in projects]
        values = {"name": name, "password": stored, "changed_at": now, "role": "" if single else role.value}
        with self._turn, sqlite.transaction(self._connection):
            try:
                self._connection.execute(_SQL["add_user"], values)
            except apsw.ConstraintError as error:
                raise UserExists(name) from error
            self._connection.executemany(_SQL["set_project_role"], single)

    def password(self, name: str) -> str | None:
        with self._turn:
            value = self._connection.execute(_SQL["stored_password"], {"name": name}).get
        return None if value is None else str(value)

    def set_password(self, name: str, stored: str, now: int) -> None:
        with self._turn, sqlite.transaction(self._connection):
            self._change(name, "change_password", {"password": stored, "changed_at": now})
            # Who knew the former password must not stay signed in, nor keep the exemption from the delay.
            self._connection.execute(_SQL["end_sessions"], {"user": name})
            self._connection.execute(_SQL["forget_devices"], {"user": name})

    def set_role(self, name: str, role: Role | None) -> None:
        with self._turn, sqlite.transaction(self._connection):
            if role is not Role.ADMIN:
                self._refuse_last_admin(name)
            self._change(name, "change_role", {"role": role.value if role else ""})

    def set_role_in(self, name: str, project: int, role: Role | None) -> None:
        values = {"name": name, "project": project}
        if role is None:
            self._write("end_project_role", values)
            return
        try:
            self._write("set_project_role", values | {"role": role.value})
        except apsw.ConstraintError as error:
            raise NoSuchUser(name) from error

    def remove(self, name: str) -> None:
        with self._turn, sqlite.transaction(self._connection):
            self._refuse_last_admin(name)
            self._change(name, "remove_user", {})

    def know_device(self, user: str, now: int, device: str = "") -> str:
        with self._turn, sqlite.transaction(self._connection):
            # The cookie stays if it is this user's; another user's must not become a way to recognise both.
            token = device if self._knows(user, device, now) else secrets.token_urlsafe(_TOKEN_BYTES)
            values = {"digest": keys.digest(token), "user": user, "now": now}
            try:
                # A foreign key fails if the user was removed meanwhile, here and below.
                self._connection.execute(_SQL["know_device"], values)
            except apsw.ConstraintError as error:
                raise NoSuchUser(user) from error
            limits = {"user": user, "since": now - DEVICE_MS, "most": MOST_DEVICES}
            self._connection.execute(_SQL["forget_old_devices"], limits)
        return token

    def device_of(self, user: str, device: str, now: int) -> str:
        with self._turn:
            return keys.digest(device) if self._knows(user, device, now) else ""

    def _knows(self, user: str, device: str, now: int) -> bool:
        values = {"digest": keys.digest(device), "user": user, "since": now - DEVICE_MS}
        return bool(self._connection.execute(_SQL["knows_device"], values).get)

    def unlock(self, user: str, now: int) -> None:
        try:
            self._write("unlock", {"user": user, "now": now})
        except apsw.ConstraintError as error:
            raise NoSuchUser(user) from error

    def unlocked_at(self, user: str) -> int:
        with self._turn:
            return int(self._connection.execute(_SQL["unlocked_at"], {"user": user}).get)

    def open_session(self, user: str, now: int) -> str:
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        with self._turn, sqlite.transaction(self._connection):
            try:
                self._connection.execute(_SQL["open_session"], {"digest": keys.digest(token), "user": user, "now": now})
            except apsw.ConstraintError as error:
                raise NoSuchUser(user) from error
            self._connection.execute(_SQL["end_old_sessions"], {"user": user, "most": MOST_SESSIONS, **_limits(now)})
        return token

    def visitor(self, token: str, now: int) -> Visitor | None:
        digest = keys.digest(token)
        with self._turn:
            for user, role, seen in self._connection.execute(_SQL["session"], {"digest": digest, **_limits(now)}):
                if now - seen >= RENEW_MS:  # not for every page: it is a durable write
                    self._connection.execute(_SQL["see_session"], {"digest": digest, "now": now})
                # Read for each request, so a changed role holds from the next one.
                single = self._connection.execute(_SQL["roles_of"], {"user": user})
                return Visitor(user, _role(role), {project: Role(each) for project, each in single})
        return None

    def end_session(self, token: str) -> None:
        self._write("end_session", {"digest": keys.digest(token)})

    def _write(self, statement: str, values: dict[str, Any]) -> None:
        with self._turn:
            self._connection.execute(_SQL[statement], values)

    def _change(self, name: str, statement: str, values: dict[str, Any]) -> None:
        self._connection.execute(_SQL[statement], {"name": name} | values)
        if self._connection.changes() == 0:
            raise NoSuchUser(name)

    def _refuse_last_admin(self, name: str) -> None:
        """Raise LastAdministrator unless another user can administer the server."""
        if self._connection.execute(_SQL["other_admins"], {"name": name}).get == 0:
            raise LastAdministrator(name)


def _role(stored: str) -> Role | None:
    return Role(stored) if stored else None


def _limits(now: int) -> dict[str, int]:
    """Return the times before which a session that was last used, or begun, has ended."""
    return {"idle": now - IDLE_MS, "begun": now - LONGEST_MS}
