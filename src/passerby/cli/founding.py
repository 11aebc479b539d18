"""The commands `passerby init` and `passerby password`: what a data folder begins with."""

from __future__ import annotations

import os
import time

from passerby.cli.app import Data, Json, data_folder, open_store
from passerby.cli.output import say, say_json
from passerby.projects import passwords
from passerby.projects.founding import CONSOLE_USER
from passerby.projects.founding import init as make_folder
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
    say_json(keys)


def password(*, data: Data = None, json: Json = False) -> None:
    """Give the console's user a new password: $PASSERBY_CONSOLE_PASSWORD, or a random one that is printed."""
    given = os.environ.get(CONSOLE_PASSWORD, "")
    new = given or passwords.new_password()
    stored = passwords.hashed(new)
    with open_store(data) as store:
        store.set_password(CONSOLE_USER, stored, time.time_ns() // 1_000_000)
    if json:
        say_json({"user": CONSOLE_USER, "password": new})
    else:
        say(f"{CONSOLE_USER} has " + ("the password given" if given else f"the password {new}"))
