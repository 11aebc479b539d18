"""The root of the command tree, the flags that several commands share, and access to a data directory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from passerby.accounts.errors import NotInitialised
from passerby.accounts.protocol import Projects
from passerby.audit.protocol import SERVER
from passerby.cli.configuration import load
from passerby.engines import StateEngine
from passerby.runtime.context import open_context
from passerby.runtime.egress import egress_policy
from passerby.runtime.engines import engines_of
from passerby.services.access import Access
from passerby.services.caller import COMMAND_LINE
from passerby.storage.data_dir import DataDir

app = App(
    name="passerby",
    help="A self-hosted customer data platform: collects events, resolves identities, keeps one profile per user.",
    version=version("passerby"),
    result_action="return_value",
)

Data = Annotated[Path | None, Parameter(name="--data", help="Data directory. Default: $PASSERBY_DATA, else `./data`.")]
Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON.")]
Project = Annotated[str, Parameter(name="--project", help="Project name.")]


def data_dir(data: Path | None) -> DataDir:
    """Return the data directory from `--data`, the environment or the default. Raises SettingsError."""
    return DataDir(load({"data": data}, os.environ).data)


@contextmanager
def access_to(data: Path | None, project: str | None = None) -> Iterator[Access]:
    """Context manager: service access to a project, or to the whole server where `project` is None.

    The caller is recorded in the audit log as the command line. Raises NotInitialised, NoSuchProject, SettingsError.
    """
    with open_store(data) as store:
        number = SERVER if project is None else store.project(project).id
    settings = load({"data": data}, os.environ)
    with open_context(engines_of(DataDir(settings.data)), egress_policy(settings.destinations)) as context:
        yield Access(context, number, COMMAND_LINE)


def open_state(data: Path | None) -> StateEngine:
    """Return the state engine of a data directory. The state may not exist yet. Raises SettingsError."""
    return engines_of(data_dir(data)).state


def open_store(data: Path | None) -> Projects:
    """Open the projects of an initialised data directory. Raises NotInitialised, SettingsError, UnusableDirectory."""
    folder = data_dir(data)
    with folder.using(), suppress(FileNotFoundError):
        os.scandir(folder.path).close()  # else a file, or a directory without access, would count as not initialised
    if not folder.control.is_file():
        raise NotInitialised(folder.path)
    return engines_of(folder).control.open_projects()
