"""Statistics of this server's processes and files."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator

import msgspec
import psutil

from passerby.storage import sizes
from passerby.storage.data_dir import DataDir

_ROLE = "--role="


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """A process of this server: its role, resident memory, processor time since it began, and age in seconds."""

    role: str
    pid: int
    resident_bytes: int
    busy_seconds: float
    age_seconds: float


class FileSize(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the data directory with its write-ahead log, or a folder with all that is in it."""

    name: str
    bytes: int


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """Disk space that the data directory takes, and what is left on its disk."""

    files: list[FileSize]
    free_bytes: int
    total_bytes: int


def processes(supervisor: int) -> list[Process]:
    """Return a process and its children, itself first. Empty where there is no such process."""
    return sorted(_each(supervisor), key=lambda one: (one.pid != supervisor, one.role, one.pid))


def disk(folder: DataDir) -> Disk:
    """Return the sizes of the files in the data directory."""
    usage = shutil.disk_usage(folder.path)
    entries = [entry for entry in sorted(folder.path.iterdir()) if not entry.name.endswith(("-wal", "-shm"))]
    sized = ((entry, sizes.of_folder if entry.is_dir() else sizes.of_database) for entry in entries)
    files = [FileSize(name=entry.name, bytes=size(entry)) for entry, size in sized]
    return Disk(files=files, free_bytes=usage.free, total_bytes=usage.total)


def _each(supervisor: int) -> Iterator[Process]:
    try:
        first = psutil.Process(supervisor)
        found = [first, *first.children()]
    except psutil.Error:
        return
    for process in found:
        try:
            with process.oneshot():
                words, busy = process.cmdline(), process.cpu_times()
                yield Process(
                    role=next((word.removeprefix(_ROLE) for word in words if word.startswith(_ROLE)), "supervisor"),
                    pid=process.pid,
                    resident_bytes=process.memory_info().rss,
                    busy_seconds=busy.user + busy.system,
                    age_seconds=max(0.0, time.time() - process.create_time()),
                )
        except psutil.Error:  # ended meanwhile
            continue
