"""Locks of a data directory: used by one `serve`, or by single roles, and by one worker and one console at most.

The locks are `flock`s on files in `DIR/run`. The system releases them when a process ends, in whatever way it ends.

- `serve.lock` is held by a `serve` of all roles, which writes its process id and addresses into it as JSON.
- `folder.lock` is held by every process that uses the directory: exclusively by a `serve`, shared by single roles. The
  roles of a `serve` inherit it, so the directory stays locked until the last of them has ended, even if the `serve` was
  killed: a second worker never runs at the same time as one that was left over.
- `worker.lock` and `console.lock` are held by the role itself.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

import msgspec

from passerby.storage.data_dir import DataDir

GRACE_SECONDS = 10.0
"""How long to wait for the roles of a `serve` that was killed: they notice it and exit."""
_PAUSE_SECONDS = 0.05


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """Process id and addresses of a running `serve`."""

    pid: int
    host: str
    port: int
    console_host: str
    console_port: int


class FolderInUse(Exception):
    """Another Passerby uses this data directory."""

    def __init__(self, folder: Path, by: Serving | None) -> None:
        who = f"by process {by.pid}, on port {by.port}" if by else "by another Passerby"
        super().__init__(f"{folder} is in use {who}: stop that one, or choose another directory with --data")


class RoleRunning(Exception):
    """A role that may run only once on a data directory is already running."""

    def __init__(self, role: str, folder: Path) -> None:
        super().__init__(f"a {role} runs on {folder} already, and there can be only one: stop that one first")


def take_serve(folder: DataDir) -> int:
    """Lock the data directory for a `serve` of all roles; return the descriptor that holds the lock.

    Creates the directory if necessary. Raises FolderInUse without waiting, UnusableDirectory.
    """
    with folder.using():
        folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.run.mkdir(exist_ok=True)
        descriptor = _opened(_serve_lock(folder))
    if not _locked(descriptor, fcntl.LOCK_EX):
        os.close(descriptor)
        raise FolderInUse(folder.path, _read(folder))
    os.ftruncate(descriptor, 0)
    return descriptor


def announce(descriptor: int, serving: Serving) -> None:
    """Write process id and addresses into the lock that `take_serve` returned."""
    os.pwrite(descriptor, msgspec.json.encode(serving), 0)


def running(folder: DataDir) -> Serving | None:
    """Return the `serve` of all roles that runs on this directory, None if there is none. Creates nothing."""
    return _read(folder) if _held(_serve_lock(folder)) else None


def take_folder(folder: DataDir, *, alone: bool) -> int:
    """Lock the data directory: exclusively where `alone`, as a `serve` does, else shared with other roles.

    Creates the directory if necessary. The lock is held until the last copy of the descriptor is closed. Waits for up
    to GRACE_SECONDS for other processes to exit. Raises FolderInUse, UnusableDirectory.
    """
    with folder.using():
        folder.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = _opened(folder.run / "folder.lock")
    deadline = time.monotonic() + GRACE_SECONDS
    while not _locked(descriptor, fcntl.LOCK_EX if alone else fcntl.LOCK_SH):
        serving = running(folder)
        # A running server does not exit by itself; waiting helps only with what a killed one left.
        if (serving and not alone) or time.monotonic() > deadline:
            os.close(descriptor)
            raise FolderInUse(folder.path, serving)
        time.sleep(_PAUSE_SECONDS)
    return descriptor


def take_role(folder: DataDir, role: str) -> int:
    """Lock a role that may run only once, until the process ends. Raises RoleRunning, UnusableDirectory."""
    with folder.using():
        descriptor = _opened(_role_lock(folder, role))
    if not _locked(descriptor, fcntl.LOCK_EX):
        os.close(descriptor)
        raise RoleRunning(role, folder.path)
    return descriptor


def role_runs(folder: DataDir, role: str) -> bool:
    """Whether a role that may run only once is running on this directory."""
    return _held(_role_lock(folder, role))


def _serve_lock(folder: DataDir) -> Path:
    return folder.run / "serve.lock"


def _role_lock(folder: DataDir, role: str) -> Path:
    return folder.run / f"{role}.lock"


def _opened(file: Path) -> int:
    return os.open(file, os.O_RDWR | os.O_CREAT, 0o600)


def _locked(descriptor: int, how: int) -> bool:
    """Try to take a lock without waiting; return whether this process holds it now."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _held(file: Path) -> bool:
    """Whether a process holds this lock exclusively."""
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except OSError:
        return False
    try:
        # The test takes a shared lock for a moment: two tests at once do not disturb each other.
        return not _locked(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _read(folder: DataDir) -> Serving | None:
    try:
        return msgspec.json.decode(_serve_lock(folder).read_bytes(), type=Serving)
    except (OSError, msgspec.DecodeError):  # a server that is starting has not written it yet
        return None
