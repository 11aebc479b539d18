"""The commands `passerby init` and `passerby password`: what a data folder begins with."""

from __future__ import annotations

import os

from passerby.accounts import passwords
from passerby.accounts.bootstrap import CONSOLE_USER
from passerby.cli.app import Data, Json, access_to, data_folder
from passerby.cli.output import say, say_json
from passerby.runtime.founding import init as make_folder
from passerby.runtime.founding import initialised
from passerby.services import users
from passerby.settings import CONSOLE_PASSWORD
from passerby.storage.data_dir import DataDir


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
    with access_to(data) as access:
        users.reset_first_user(access, passwords.hashed(new))
    if json:
        say_json({"user": CONSOLE_USER, "password": new})
    else:
        say(f"{CONSOLE_USER} has " + ("the password given" if given else f"the password {new}"))


def see_to_given_password(folder: DataDir) -> None:
    """Where the environment gives a password, the first user has it from now on: a server is told so when it starts.

    Raises PasswordTooShort.
    """
    given = os.environ.get(CONSOLE_PASSWORD, "")
    if not given or not initialised(folder.path):
        return
    with access_to(folder.path) as access:
        if not passwords.matches(given, access.context.users.password(CONSOLE_USER) or ""):
            users.reset_first_user(access, passwords.hashed(given), CONSOLE_PASSWORD)
