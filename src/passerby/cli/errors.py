"""The errors that a person can do something about: their messages say what."""

from __future__ import annotations

from passerby.demo.errors import DemoError
from passerby.migrations import NewerFile
from passerby.projects.errors import ProjectError
from passerby.settings import SettingsError
from passerby.sockets import CannotListen
from passerby.storage.locks import FolderInUse, RoleRunning


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
    SettingsError,
)
