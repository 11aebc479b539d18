"""Making a data folder, and projects with a key of every kind."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from passerby.folder import DataFolder
from passerby.projects import passwords
from passerby.projects.errors import AlreadyInitialised, ControlFileMissing
from passerby.projects.keys import KINDS
from passerby.projects.store import Project, ProjectStore

FIRST_PROJECT = "default"
CONSOLE_USER = "admin"


class CrossEngageKeys(msgspec.Struct, frozen=True):
    mobile_api_key: str
    auth_token: str


class WebEngageKeys(msgspec.Struct, frozen=True):
    license_code: str
    api_key: str


class CustomerLabsKeys(msgspec.Struct, frozen=True):
    app_id: str
    webhook_path: str


class AntsomiKeys(msgspec.Struct, frozen=True):
    portal_id: int
    prop_id: int


class SegmentKeys(msgspec.Struct, frozen=True):
    write_key: str


class ConsoleLogin(msgspec.Struct, frozen=True):
    user: str
    password: str


class ProjectKeys(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of one project in clear, in the shape that `passerby init --json` promises."""

    project: str
    api_token: str
    crossengage: CrossEngageKeys
    webengage: WebEngageKeys
    customerlabs: CustomerLabsKeys
    antsomi: AntsomiKeys
    segment: SegmentKeys


class FirstKeys(ProjectKeys, frozen=True, kw_only=True):
    """What `passerby init` prints, once: the first project's keys and the console's login."""

    console: ConsoleLogin


def initialised(data: Path) -> bool:
    """Whether this folder holds a project. Creates nothing."""
    file = DataFolder(data).control
    if not file.is_file():
        return False
    with ProjectStore(file) as store:
        return store.initialised()


def init(data: Path, password: str = "") -> FirstKeys:
    """Make the data folder with its first project and the console's user; all of it, or nothing.

    The folder is its owner's alone. Raises AlreadyInitialised, ControlFileMissing, PasswordTooShort, OSError.
    """
    folder = DataFolder(data)
    if not folder.control.exists() and (folder.log.exists() or folder.state.exists()):
        raise ControlFileMissing(data)
    password = password or passwords.new_password()
    stored = passwords.hashed(password)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ProjectStore(folder.control) as store, store.transaction():
        if store.initialised():
            raise AlreadyInitialised(data)
        made = _project_with_keys(store, FIRST_PROJECT)
        store.set_password(CONSOLE_USER, stored, _now())
    return msgspec.convert(made | {"console": {"user": CONSOLE_USER, "password": password}}, FirstKeys)


def found_project(store: ProjectStore, name: str) -> ProjectKeys:
    """Add a project with a key of every kind. Raises BadProjectName, ProjectExists."""
    with store.transaction():
        return msgspec.convert(_project_with_keys(store, name), ProjectKeys)


def _project_with_keys(store: ProjectStore, name: str) -> dict[str, object]:
    now = _now()
    project = store.add_project(name, now)
    return {"project": name} | _shaped({kind: _fresh(store, project, kind, now) for kind in KINDS})


def _fresh(store: ProjectStore, project: Project, kind: str, now: int) -> str:
    return store.add_key(project, kind, now, label="made with the project").value


def _shaped(values: Mapping[str, str]) -> dict[str, object]:
    """`{"segment.write_key": v}` as `{"segment": {"write_key": v}}`; ids that are numbers become numbers."""
    shaped: dict[str, object] = {}
    for kind, value in values.items():
        owner, _, field = kind.partition(".")
        if not field:
            shaped[owner] = value
        else:
            inner = shaped.setdefault(owner, {})
            inner[field] = int(value) if owner == "antsomi" else value  # type: ignore[index]  # a dict, as made above
    return shaped


def by_kind(keys: ProjectKeys) -> dict[str, str]:
    """The values of these keys by their kind, as the store knows them."""
    document = msgspec.to_builtins(keys)
    found = {kind: kind.partition(".")[::2] for kind in KINDS}
    return {kind: str(document[owner][field] if field else document[owner]) for kind, (owner, field) in found.items()}


def _now() -> int:
    return time.time_ns() // 1_000_000
