"""Who uses a data folder: one `serve` for all roles, or single roles, and never two of one that must be alone.

The locks are `flock`s on files in `DIR/run`. Processes that a `serve` starts inherit its lock's descriptor, so that the
folder stays taken until the last of them is gone, even if the `serve` itself was killed: a second worker beside a
forgotten first one can't happen.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

import msgspec

from passerby.folder import DataFolder

GRACE_SECONDS = 10.0
"""How long a new `serve` waits for the processes of one that was killed: they notice, and leave by themselves."""
_PAUSE_SECONDS = 0.05


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """What a running `serve` says of itself in the lock file."""

    pid: int
    host: str
    port: int
    console_host: str
    console_port: int


class FolderInUse(Exception):
    """Another Passerby uses this data folder."""

    def __init__(self, folder: Path, by: Serving | None) -> None:
        who = f"by process {by.pid}, on port {by.port}" if by else "by another Passerby"
        super().__init__(f"{folder} is in use {who}: stop that one, or give this one another folder with --data")


class RoleRunning(Exception):
    """Such a role runs on this data folder already, and may run only once."""

    def __init__(self, role: str, folder: Path) -> None:
        super().__init__(f"a {role} runs on {folder} already: there can be only one")


def take_folder(folder: DataFolder, *, alone: bool) -> int:
    """Take the data folder, making it where there is none. Returns the lock's descriptor: closing it gives all back.

    `alone` is for a `serve` of all roles; otherwise single roles share the folder. Raises FolderInUse.
    """
    folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.run.mkdir(exist_ok=True)
    descriptor = os.open(_file(folder), os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + GRACE_SECONDS
    while not _locked(descriptor, fcntl.LOCK_EX if alone else fcntl.LOCK_SH):
        holder = _read(folder)
        if _lives(holder) or time.monotonic() > deadline:
            os.close(descriptor)
            raise FolderInUse(folder.path, holder)
        time.sleep(_PAUSE_SECONDS)
    os.ftruncate(descriptor, 0)
    return descriptor


def announce(descriptor: int, serving: Serving) -> None:
    """Write into the lock that we hold who we are."""
    os.pwrite(descriptor, msgspec.json.encode(serving), 0)


def running(folder: DataFolder) -> Serving | None:
    """The `serve` of all roles that has this folder, None where there is none."""
    return _read(folder) if _held(_file(folder)) else None


def take_role(folder: DataFolder, role: str) -> int:
    """Take a role that may run only once; held until the process ends. Raises RoleRunning."""
    descriptor = os.open(folder.run / f"{role}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    if not _locked(descriptor, fcntl.LOCK_EX):
        os.close(descriptor)
        raise RoleRunning(role, folder.path)
    return descriptor


def role_runs(folder: DataFolder, role: str) -> bool:
    """Whether a role that may run only once does run on this folder."""
    return _held(folder.run / f"{role}.lock")


def _file(folder: DataFolder) -> Path:
    return folder.run / "lock"


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _held(file: Path) -> bool:
    """Whether some process has this lock for itself."""
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _locked(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _read(folder: DataFolder) -> Serving | None:
    try:
        return msgspec.json.decode(_file(folder).read_bytes(), type=Serving)
    except (OSError, msgspec.DecodeError):
        return None


def _lives(holder: Serving | None) -> bool:
    if holder is None:
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, and is somebody else's
        return True
    return True
