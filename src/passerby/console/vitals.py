"""What the machine says of this server: its processes and its files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from passerby import sizes
from passerby.folder import DataFolder

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_ROLE = "--role="
# Fields of /proc/PID/stat behind the command's name, counted from 0 (proc(5)).
_USER_TIME, _SYSTEM_TIME, _STARTED, _RESIDENT = 11, 12, 19, 21


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """A process of this server: its role, resident memory, processor time since it began, and age in seconds."""

    role: str
    pid: int
    resident_bytes: int
    busy_seconds: float
    age_seconds: float


class FileSize(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the data folder with its write-ahead log, or a folder with all that is in it."""

    name: str
    bytes: int


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """What the data folder takes, and what is left on its disk."""

    files: list[FileSize]
    free_bytes: int
    total_bytes: int


def processes(supervisor: int) -> list[Process]:
    """A process and those that it started, itself first. Empty where the system does not tell (it is not Linux)."""
    found = list(_each([supervisor, *_children(supervisor)], _uptime()))
    return sorted(found, key=lambda one: (one.pid != supervisor, one.role, one.pid))


def disk(folder: DataFolder) -> Disk:
    """The sizes of what lies in the data folder."""
    usage = shutil.disk_usage(folder.path)
    entries = [entry for entry in sorted(folder.path.iterdir()) if not entry.name.endswith(("-wal", "-shm"))]
    sized = ((entry, sizes.of_folder if entry.is_dir() else sizes.of_database) for entry in entries)
    files = [FileSize(name=entry.name, bytes=size(entry)) for entry, size in sized]
    return Disk(files=files, free_bytes=usage.free, total_bytes=usage.total)


def _uptime() -> float:
    try:
        return float((_PROC / "uptime").read_text().split()[0])
    except OSError:
        return 0.0


def _children(pid: int) -> list[int]:
    """The numbers of the processes that the first thread of this one started."""
    try:
        return [int(number) for number in (_PROC / f"{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _each(pids: Iterable[int], uptime: float) -> Iterator[Process]:
    """These processes, without those that are gone by now."""
    for pid in pids:
        try:
            fields = (_PROC / f"{pid}/stat").read_text().rpartition(")")[2].split()
            words = (_PROC / f"{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        yield _process(pid, fields, words, uptime)


def _process(pid: int, fields: list[str], words: list[str], uptime: float) -> Process:
    role = next((word.removeprefix(_ROLE) for word in words if word.startswith(_ROLE)), "supervisor")
    return Process(
        role=role,
        pid=pid,
        resident_bytes=int(fields[_RESIDENT]) * _PAGE,
        busy_seconds=(int(fields[_USER_TIME]) + int(fields[_SYSTEM_TIME])) / _TICKS,
        age_seconds=max(0.0, uptime - int(fields[_STARTED]) / _TICKS),
    )
