"""Statistics of this server: memory and CPU time of its processes, sizes of its files, free disk space."""

from __future__ import annotations

import shutil
import time

import msgspec
import psutil

from passerby.storage import sizes
from passerby.storage.data_dir import DataDir

_ROLE = "--role="


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """A process of this server: its role, resident memory, and its CPU time and uptime in seconds."""

    role: str
    pid: int
    resident_bytes: int
    busy_seconds: float
    age_seconds: float


class FileSize(msgspec.Struct, frozen=True, kw_only=True):
    """Size of a file of the data directory with its write-ahead log, or of a folder with everything in it."""

    name: str
    bytes: int


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """Disk usage of the data directory, and free and total space of its disk."""

    files: list[FileSize]
    free_bytes: int
    total_bytes: int


def processes(supervisor: int) -> list[Process]:
    """Return a process and its children, itself first. Empty where there is no such process."""
    try:
        first = psutil.Process(supervisor)
        children = [first, *first.children()]
    except psutil.Error:
        return []
    found = []
    for process in children:
        try:
            with process.oneshot():
                words, busy = process.cmdline(), process.cpu_times()
                found.append(
                    Process(
                        role=next((word.removeprefix(_ROLE) for word in words if word.startswith(_ROLE)), "supervisor"),
                        pid=process.pid,
                        resident_bytes=process.memory_info().rss,
                        busy_seconds=busy.user + busy.system,
                        age_seconds=max(0.0, time.time() - process.create_time()),
                    )
                )
        except psutil.Error:  # it has ended since the list was made
            continue
    return sorted(found, key=lambda one: (one.pid != supervisor, one.role, one.pid))


def disk(folder: DataDir) -> Disk:
    """Return the sizes of the files in the data directory, and the space on its disk."""
    usage = shutil.disk_usage(folder.path)
    # Write-ahead logs are counted with their database.
    entries = [entry for entry in sorted(folder.path.iterdir()) if not entry.name.endswith(("-wal", "-shm"))]
    sized = ((entry, sizes.of_folder if entry.is_dir() else sizes.of_database) for entry in entries)
    files = [FileSize(name=entry.name, bytes=size(entry)) for entry, size in sized]
    return Disk(files=files, free_bytes=usage.free, total_bytes=usage.total)
