"""Who uses a data directory: one `serve` for all roles, or single roles, and never two of one that must be alone.

The locks are `flock`s on files in `DIR/run`; the system frees them when a process ends, however it ends.

- `serve.lock` is held by a `serve` of all roles, and says in JSON who it is.
- `folder.lock` is held by everybody who uses the folder: by a `serve` alone, by single roles together. Processes that
  a `serve` starts inherit it, so that the folder stays taken until the last of them is gone, even if the `serve` itself
  was killed. No second worker ever runs beside a forgotten first one.
- `worker.lock`, `console.lock` are held by the role itself.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

import msgspec

from passerby.storage.data_dir import DataDir

GRACE_SECONDS = 10.0
"""How long to wait for the processes of a `serve` that was killed: they notice, and leave by themselves."""
_PAUSE_SECONDS = 0.05


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """What a running `serve` says of itself."""

    pid: int
    host: str
    port: int
    console_host: str
    console_port: int


class FolderInUse(Exception):
    """Another Passerby uses this data directory."""

    def __init__(self, folder: Path, by: Serving | None) -> None:
        who = f"by process {by.pid}, on port {by.port}" if by else "by another Passerby"
        super().__init__(f"{folder} is in use {who}: stop that one, or give this one another folder with --data")


class RoleRunning(Exception):
    """Such a role runs on this data directory already, and may run only once."""

    def __init__(self, role: str, folder: Path) -> None:
        super().__init__(f"a {role} runs on {folder} already: there can be only one")


def take_serve(folder: DataDir) -> int:
    """Be the `serve` of this data directory, which is made where there is none; until the descriptor is closed.

    Raises FolderInUse at once where there is one already.
    """
    folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.run.mkdir(exist_ok=True)
    descriptor = _opened(_serve_lock(folder))
    if not _locked(descriptor, fcntl.LOCK_EX):
        os.close(descriptor)
        raise FolderInUse(folder.path, _read(folder))
    os.ftruncate(descriptor, 0)
    return descriptor


def announce(descriptor: int, serving: Serving) -> None:
    """Say who we are, in the lock that `take_serve` gave."""
    os.pwrite(descriptor, msgspec.json.encode(serving), 0)


def running(folder: DataDir) -> Serving | None:
    """The `serve` of all roles that runs on this folder, None where there is none."""
    return _read(folder) if _held(_serve_lock(folder)) else None


def take_folder(folder: DataDir, *, alone: bool) -> int:
    """Use this data directory, which is made where there is none; until the last copy of the descriptor is closed.

    `alone` is for a `serve`; otherwise others may use it likewise. Waits some seconds for others to leave, and then
    raises FolderInUse.
    """
    folder.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = _opened(folder.run / "folder.lock")
    deadline = time.monotonic() + GRACE_SECONDS
    while not _locked(descriptor, fcntl.LOCK_EX if alone else fcntl.LOCK_SH):
        serving = running(folder)
        if (serving and not alone) or time.monotonic() > deadline:
            os.close(descriptor)
            raise FolderInUse(folder.path, serving)
        time.sleep(_PAUSE_SECONDS)
    return descriptor


def take_role(folder: DataDir, role: str) -> int:
    """Take a role that may run only once; held until the process ends. Raises RoleRunning."""
    descriptor = _opened(_role_lock(folder, role))
    if not _locked(descriptor, fcntl.LOCK_EX):
        os.close(descriptor)
        raise RoleRunning(role, folder.path)
    return descriptor


def role_runs(folder: DataDir, role: str) -> bool:
    """Whether a role that may run only once does run on this folder."""
    return _held(_role_lock(folder, role))


def _serve_lock(folder: DataDir) -> Path:
    return folder.run / "serve.lock"


def _role_lock(folder: DataDir, role: str) -> Path:
    return folder.run / f"{role}.lock"


def _opened(file: Path) -> int:
    return os.open(file, os.O_RDWR | os.O_CREAT, 0o600)


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


def _read(folder: DataDir) -> Serving | None:
    try:
        return msgspec.json.decode(_serve_lock(folder).read_bytes(), type=Serving)
    except (OSError, msgspec.DecodeError):
        return None
