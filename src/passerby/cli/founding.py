"""The commands `passerby init` and `passerby password`: what a data folder begins with."""

from __future__ import annotations

import os
import time

from passerby.cli.app import Data, Json, data_folder, note
from passerby.cli.output import say, say_json
from passerby.cli.users import open_users
from passerby.folder import DataFolder
from passerby.projects import passwords
from passerby.projects.audit import SERVER
from passerby.projects.errors import NoSuchUser
from passerby.projects.founding import CONSOLE_USER, initialised
from passerby.projects.founding import init as make_folder
from passerby.projects.users import ConsoleUsers, Role
from passerby.settings import CONSOLE_PASSWORD


def init(*, data: Data = None, json: Json = False) -> None:
    """Make a data folder with one project, and print its credentials.

    The secrets among them are stored hashed: they are printed this once. $PASSERBY_CONSOLE_PASSWORD gives the console's
    user a password of your own.
    """
    folder = data_folder(data)
    keys = make_folder(folder.path, os.environ.get(CONSOLE_PASSWORD, ""))
    if not json:
        say(f"{folder.path} is ready. Keep these credentials: the secrets among them are not shown again.\n")
    say_json(keys.document())


def password(*, data: Data = None, json: Json = False) -> None:
    """Give the console's user a new password: $PASSERBY_CONSOLE_PASSWORD, or a random one that is printed."""
    given = os.environ.get(CONSOLE_PASSWORD, "")
    new = given or passwords.new_password()
    stored = passwords.hashed(new)
    with open_users(data) as users:
        _let_in(users, stored)
    note(data, SERVER, "password.changed", CONSOLE_USER)
    if json:
        say_json({"user": CONSOLE_USER, "password": new})
    else:
        say(f"{CONSOLE_USER} has " + ("the password given" if given else f"the password {new}"))


def see_to_given_password(folder: DataFolder) -> None:
    """Where the environment gives a password, the first user has it from now on: a server is told so when it starts.

    Raises PasswordTooShort.
    """
    given = os.environ.get(CONSOLE_PASSWORD, "")
    if not given or not initialised(folder.path):
        return
    with open_users(folder.path) as users:
        if not passwords.matches(given, users.password(CONSOLE_USER) or ""):
            _let_in(users, passwords.hashed(given))
            note(folder.path, SERVER, "password.changed", CONSOLE_USER, {"by": CONSOLE_PASSWORD})


def _let_in(users: ConsoleUsers, stored: str) -> None:
    """Give the first user this password, and make that user again where somebody has removed it."""
    now = time.time_ns() // 1_000_000
    try:
        users.set_password(CONSOLE_USER, stored, now)
    except NoSuchUser:
        users.add(CONSOLE_USER, Role.ADMIN, stored, now)
