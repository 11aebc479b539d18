"""The errors that a person can do something about: their messages say what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from passerby.accounts.errors import ProjectError
from passerby.demo.errors import DemoError
from passerby.services.errors import InvalidParameters, NotFound, ServiceError
from passerby.settings import SettingsError
from passerby.sockets import CannotListen
from passerby.storage.locks import FolderInUse, RoleRunning
from passerby.storage.migrations import NewerFile


class CommandError(Exception):
    """A command was given something that it cannot use."""


EXPECTED = (
    CannotListen,
    CommandError,
    DemoError,
    FolderInUse,
    NewerFile,
    OSError,
    ProjectError,
    RoleRunning,
    ServiceError,
    SettingsError,
)

_LISTS: Final[Mapping[str, str]] = {
    "merge": "merges list",
    "profile": "duplicates list",
    "dismissal of these two": "duplicates list --dismissed",
    "key that works": "keys list",
    "name in the catalogue": "catalogue list",
}
"""The command that lists the things of which one was not found."""


def line_of(error: Exception) -> str:
    """Return the line that a command writes for an error."""
    match error:
        case InvalidParameters():
            return "; ".join(fault["message"] for fault in error.parameters)
        case NotFound() if error.what in _LISTS:
            return f"{error.message}: `passerby {_LISTS[error.what]}` shows them"
        case _:
            return str(error)
