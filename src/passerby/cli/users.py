"""The commands `passerby users ...`: list, add, password, role, unlock, remove."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from passerby.cli.app import Data, Json, data_folder, note, open_store
from passerby.cli.output import say, say_json, say_table
from passerby.projects import passwords
from passerby.projects.audit import SERVER
from passerby.projects.users import ConsoleUser, ConsoleUsers, Role
from passerby.settings import CONSOLE_PASSWORD
from passerby.times import iso

commands = App(
    name="users", help="List the console's users, add one, give one a password or a role, unlock or remove one."
)

Name = Annotated[str, Parameter(help="The user's name.")]


def open_users(data: Path | None) -> ConsoleUsers:
    """The console's users of a data folder that was initialised. Raises NotInitialised, SettingsError."""
    open_store(data).close()  # brings an older control file up to date
    return ConsoleUsers(data_folder(data).control)


@commands.command(name="list")
def list_users(*, data: Data = None, json: Json = False) -> None:
    """List who may use the console."""
    with open_users(data) as users:
        found = users.users()
    if json:
        say_json([_shown(user) for user in found])
        return
    say_table(("name", "role", "password set"), [(user.name, user.role, iso(user.changed_at)) for user in found])


@commands.command
def add(name: Name, *, role: Role = Role.VIEWER, data: Data = None, json: Json = False) -> None:
    """Let somebody use the console, with $PASSERBY_CONSOLE_PASSWORD or a random password that is printed."""
    password, given = _new_password()
    stored = passwords.hashed(password)
    with open_users(data) as users:
        users.add(name, role, stored, _now())
    note(data, SERVER, "user.added", name, {"role": role})
    _say_password(name, password, json=json, given=given)


@commands.command(name="password")
def change_password(name: Name, *, data: Data = None, json: Json = False) -> None:
    """Give a user $PASSERBY_CONSOLE_PASSWORD, or a random password that is printed. Ends all of their sessions."""
    password, given = _new_password()
    stored = passwords.hashed(password)
    with open_users(data) as users:
        users.set_password(name, stored, _now())
    note(data, SERVER, "password.changed", name)
    _say_password(name, password, json=json, given=given)


@commands.command(name="role")
def change_role(name: Name, role: Role, *, data: Data = None) -> None:
    """Let a user look at everything (viewer), or change it as well (admin)."""
    with open_users(data) as users:
        users.set_role(name, role)
    note(data, SERVER, "user.changed", name, {"role": role})
    say(f"{name} is {role} now")


@commands.command
def unlock(name: Name, *, data: Data = None) -> None:
    """Let a user sign in again without the delay that wrong passwords have brought about."""
    with open_users(data) as users:
        users.unlock(name, _now())
    note(data, SERVER, "user.unlocked", name)
    say(f"{name} can sign in again at once")


@commands.command
def remove(name: Name, *, data: Data = None) -> None:
    """Let a user in no more. Ends all of their sessions."""
    with open_users(data) as users:
        users.remove(name)
    note(data, SERVER, "user.removed", name)
    say(f"{name} is removed")


def _new_password() -> tuple[str, bool]:
    """A password, and whether the environment gave it."""
    given = os.environ.get(CONSOLE_PASSWORD, "")
    return given or passwords.new_password(), bool(given)


def _say_password(name: str, password: str, *, json: bool, given: bool) -> None:
    if json:
        say_json({"user": name, "password": password})
    else:
        say(f"{name} has " + ("the password given" if given else f"the password {password}"))


def _shown(user: ConsoleUser) -> dict[str, object]:
    return {"name": user.name, "role": user.role, "password_set_at": iso(user.changed_at)}


def _now() -> int:
    return time.time_ns() // 1_000_000
