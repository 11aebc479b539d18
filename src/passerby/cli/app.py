"""The program's commands as a tree, and what all of them share."""

from __future__ import annotations

import os
import time
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import App, Parameter

from passerby.engines import StateEngine
from passerby.folder import DataFolder
from passerby.projects.audit import AuditLog
from passerby.projects.errors import NotInitialised
from passerby.projects.store import ProjectStore
from passerby.runtime.engines import engines_of
from passerby.settings import load

app = App(
    name="passerby",
    help="A self-hosted customer data platform: events and identities in, known customers with a history out.",
    version=version("passerby"),
    result_action="return_value",
)

Data = Annotated[Path | None, Parameter(name="--data", help="The data folder, else $PASSERBY_DATA, else `data` here.")]
Json = Annotated[bool, Parameter(name="--json", negative="", help="Write JSON, for programs.")]
Project = Annotated[str, Parameter(name="--project", help="Name of the project.")]


def data_folder(data: Path | None) -> DataFolder:
    """The data folder that a command means. Raises SettingsError."""
    return DataFolder(load({"data": data}, os.environ).data)


WHO: Final = "the command line"
"""Who changed something, as the audit log says."""


def note(data: Path | None, project: int, action: str, subject: str = "", details: Any = None) -> None:
    """Note in the audit log what a command has done to a project."""
    with AuditLog(data_folder(data).audit) as log:
        log.note(project, time.time_ns() // 1_000_000, who=WHO, action=action, subject=subject, details=details)


def open_state(data: Path | None) -> StateEngine:
    """The state of a data folder, which may not exist yet. Raises SettingsError."""
    return engines_of(data_folder(data)).state


def open_store(data: Path | None) -> ProjectStore:
    """The control file of a data folder that was initialised. Raises NotInitialised, SettingsError."""
    folder = data_folder(data)
    if not folder.control.is_file():
        raise NotInitialised(folder.path)
    return ProjectStore(folder.control)
