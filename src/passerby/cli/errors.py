"""The errors that a command reports as one line without a traceback, and the line for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from passerby.accounts.errors import ProjectError
from passerby.cli.configuration import SettingsError
from passerby.demo.errors import DemoError
from passerby.errors import StoreError
from passerby.services.errors import InvalidParameters, NotFound, ServiceError, store_unavailable
from passerby.sockets import CannotListen
from passerby.storage import sqlite
from passerby.storage.data_dir import UnusableDirectory
from passerby.storage.locks import FolderInUse, RoleRunning
from passerby.storage.migrations import NewerFile


class CommandError(Exception):
    """A command received an invalid argument."""


def at_least_one(limit: int) -> int:
    """Return the value of `--limit`. Raises CommandError where it is below 1, which would list nothing."""
    if limit < 1:
        raise CommandError("--limit must be at least 1")
    return limit


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
    StoreError,
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
        case StoreError() if isinstance(error.__cause__, sqlite.Error):
            return line_of(error.__cause__)
        case StoreError():
            # The engine's own text may have paths; the user of the command may see it.
            return f"{store_unavailable(error).message} ({error})"
        case sqlite.Error():
            return sqlite.explain(error)
        case OSError() if error.filename is not None and error.strerror:
            return f"{error.filename}: {error.strerror}"  # without the number that `str` puts first
        case _:
            return str(error)
