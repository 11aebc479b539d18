"""The commands `passerby init` and `passerby password`, and the password from the environment at startup."""

from __future__ import annotations

import os

from passerby.accounts import passwords
from passerby.accounts.bootstrap import CONSOLE_USER
from passerby.cli.app import Data, Json, access_to, data_dir
from passerby.cli.output import say, say_json
from passerby.runtime.bootstrap import init as make_folder
from passerby.runtime.bootstrap import initialised
from passerby.services import users
from passerby.settings import CONSOLE_PASSWORD
from passerby.storage.data_dir import DataDir


def init(*, data: Data = None, json: Json = False) -> None:
    """Create a data directory with one project and print its credentials.

    Secrets are stored hashed and shown only once. $PASSERBY_CONSOLE_PASSWORD sets the password of the console user.
    """
    folder = data_dir(data)
    keys = make_folder(folder.path, os.environ.get(CONSOLE_PASSWORD, ""))
    if not json:
        say(f"Initialised {folder.path}. Save these credentials: the secrets are not shown again.\n")
    say_json(keys.document())


def password(*, data: Data = None, json: Json = False) -> None:
    """Set the password of the first console user to $PASSERBY_CONSOLE_PASSWORD, or to a random one that is printed."""
    given = os.environ.get(CONSOLE_PASSWORD, "")
    new = given or passwords.new_password()
    with access_to(data) as access:
        users.reset_first_user(access, passwords.hashed(new))
    if json:
        say_json({"user": CONSOLE_USER, "password": new})
    else:
        say(f"Password of {CONSOLE_USER}: " + ("set from the environment" if given else new))


def apply_given_password(folder: DataDir) -> None:
    """Set the first console user's password to $PASSERBY_CONSOLE_PASSWORD, if that is given and differs.

    Called when a server starts. An unchanged password is not set again, because setting it ends all sessions.
    Raises PasswordTooShort.
    """
    given = os.environ.get(CONSOLE_PASSWORD, "")
    if not given or not initialised(folder.path):
        return
    with access_to(folder.path) as access:
        if not passwords.matches(given, access.context.users.password(CONSOLE_USER) or ""):
            users.reset_first_user(access, passwords.hashed(given), CONSOLE_PASSWORD)
