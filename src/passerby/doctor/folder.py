"""The data folder: there, ours, writable, with room left, and from no other time than now."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG
from typing import Final

from passerby.doctor.finding import Finding, unwell, well

LEAST_FREE_BYTES: Final = 2 << 30
"""Below this, a busy hour can fill the disk."""
TOLERATED_SECONDS: Final = 60.0
"""How far in the future a file's time may lie before the clock is to blame."""
EARLIEST_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock that is right shows an earlier time."""


def check_folder(folder: Path) -> Iterator[Finding]:
    """The folder itself and the disk under it. Nothing more is looked at where it is not there."""
    if not folder.is_dir():
        advice = f"create it with `passerby init --data {folder}`, or give another directory with --data"
        yield unwell("data directory", f"{folder} is not a directory", advice)
        return
    yield _ownership(folder)
    yield _writable(folder)
    yield _room(folder)


def _ownership(folder: Path) -> Finding:
    owner, us = folder.stat().st_uid, os.geteuid()
    if owner == us:
        return well("owner", "owner OK")
    return unwell(
        "owner",
        f"owned by user {owner}, but this process runs as user {us}",
        f"run as user {owner}, or: chown -R {us} {folder}",
    )


def _writable(folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"passerby")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return unwell(
            "writable", f"cannot write to {folder}: {error.strerror}", f"grant user {os.geteuid()} write access"
        )
    return well("writable", f"{folder} is writable")


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    found = f"{free / (1 << 30):.1f} GiB free"
    if free >= LEAST_FREE_BYTES:
        return well("disk space", found)
    return unwell(
        "disk space", found, "free disk space or lower --log-retention-days: on a full disk every request is rejected"
    )


def check_clock(folder: Path) -> Finding:
    """Whether this machine's clock can be right, by its own account and by the times of what was written before."""
    now = time.time()
    if now < EARLIEST_NOW.timestamp():
        return unwell("clock", f"the clock shows {_shown(now)}", "set the clock and synchronise it with NTP")
    newest = max(_written(folder), default=now)
    if newest > now + TOLERATED_SECONDS:
        found = f"the clock shows {_shown(now)}, but the data was written at {_shown(newest)}"
        return unwell("clock", found, "set the clock and synchronise it with NTP: event times depend on it")
    return well("clock", f"{_shown(now)}, later than all files")


def _written(folder: Path) -> Iterator[float]:
    """When the files in a folder were last written to; one may go while it is looked at, as write-ahead logs do."""
    for file in folder.glob("*"):
        with suppress(FileNotFoundError):
            found = file.stat()
            if S_ISREG(found.st_mode):
                yield found.st_mtime


def _shown(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
