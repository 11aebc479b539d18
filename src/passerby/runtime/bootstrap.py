"""Creates a data directory with its first project."""

from __future__ import annotations

from pathlib import Path

from passerby.accounts import passwords
from passerby.accounts.bootstrap import CONSOLE_USER, FIRST_PROJECT, ConsoleLogin, FirstKeys, project_with_keys
from passerby.accounts.errors import AlreadyInitialised, ControlFileMissing
from passerby.audit.protocol import SERVER
from passerby.clock import now_ms
from passerby.runtime.context import open_context
from passerby.runtime.engines import engines_of
from passerby.services.access import Access
from passerby.services.caller import COMMAND_LINE
from passerby.storage.data_dir import DataDir


def initialised(data: Path) -> bool:
    """Return whether this directory holds a project. Creates nothing."""
    folder = DataDir(data)
    if not folder.control.is_file():
        return False
    with engines_of(folder).control.open_projects() as projects:
        return projects.initialised()


def init(data: Path, password: str = "") -> FirstKeys:
    """Create the data directory with its first project and the console's user, atomically; record it in the audit log.

    Only the directory's owner may read it. Raises AlreadyInitialised, ControlFileMissing, PasswordTooShort,
    UnusableDirectory.
    """
    folder = DataDir(data)
    password = password or passwords.new_password()
    stored = passwords.hashed(password)  # before anything is created: it may be too short
    with folder.using():
        if not folder.control.exists() and (folder.log.exists() or folder.state.exists()):
            # The directory has data of projects whose keys are lost: new keys would hide that.
            raise ControlFileMissing(data)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    engines = engines_of(folder)
    with open_context(engines) as context, engines.control.open_projects() as store:
        access = Access(context, SERVER, COMMAND_LINE)
        recorded = access.recording("project.added", FIRST_PROJECT, {"console_user": CONSOLE_USER})
        with recorded as change, store.transaction():
            if store.initialised():
                raise AlreadyInitialised(data)
            keys = project_with_keys(store, FIRST_PROJECT)
            store.set_password(CONSOLE_USER, stored, now_ms())
            change.project = store.project(FIRST_PROJECT).id
    return FirstKeys(project=FIRST_PROJECT, keys=keys, console=ConsoleLogin(CONSOLE_USER, password))
