"""The errors that a command reports as one line without a traceback, and the line for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from passerby.accounts.errors import ProjectError
from passerby.cli.configuration import SettingsError
from passerby.demo.errors import DemoError
from passerby.log.protocol import LogDamaged, LogFull
from passerby.services.errors import InvalidParameters, NotFound, ServiceError
from passerby.sockets import CannotListen
from passerby.state.protocol import StateBroken, StateUnavailable
from passerby.storage import sqlite
from passerby.storage.data_dir import UnusableDirectory
from passerby.storage.locks import FolderInUse, RoleRunning
from passerby.storage.migrations import NewerFile


class CommandError(Exception):
    """A command received an invalid argument."""


EXPECTED = (
    CannotListen,
    CommandError,
    DemoError,
    FolderInUse,
    LogDamaged,
    LogFull,
    NewerFile,
    OSError,
    ProjectError,
    RoleRunning,
    ServiceError,
    SettingsError,
    StateBroken,
    StateUnavailable,
    UnusableDirectory,
    sqlite.Error,
)

_LISTS: Final[Mapping[str, str]] = {
    "merge": "merges list",
    "profile": "duplicates list",
    "dismissal of these two": "duplicates list --dismissed",
    "key that works": "keys list",
    "name in the catalogue": "catalogue list",
}
"""The command that lists the objects of a kind, by the kind that was not found."""


def line_of(error: BaseException) -> str:
    """Return the line that a command prints for an error."""
    match error:
        case InvalidParameters():
            return "; ".join(fault["message"] for fault in error.parameters)
        case NotFound() if error.what in _LISTS:
            return f"{error.message}: see `passerby {_LISTS[error.what]}`"
        case StateBroken() | StateUnavailable() if isinstance(error.__cause__, sqlite.Error):
            return line_of(error.__cause__)
        case sqlite.Error():
            return sqlite.explain(error)
        case OSError() if error.filename is not None and error.strerror:
            return f"{error.filename}: {error.strerror}"  # without the number that `str` puts first
        case _:
            return str(error)
