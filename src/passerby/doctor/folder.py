"""Checks of the data directory: existence, owner, write access, disk space, and the clock."""

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
"""Free disk space below which a busy hour can fill the disk."""
TOLERATED_SECONDS: Final = 60.0
"""How far in the future a file's modification time may be: network file systems use the server's clock."""
EARLIEST_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""An earlier time shows a clock that was never set, as after a boot without a battery."""


def check_folder(folder: Path) -> Iterator[Finding]:
    """Check the data directory and its disk. If it does not exist, that is the only finding."""
    if not folder.is_dir():
        advice = f"create it with `passerby init --data {folder}`, or give another directory with --data"
        yield unwell("data directory", f"{folder} is not a directory", advice)
        return
    owner, user = folder.stat().st_uid, os.geteuid()
    if owner == user:
        yield well("owner", "owner OK")
    else:
        found = f"owned by user {owner}, but this process runs as user {user}"
        yield unwell("owner", found, f"run as user {owner}, or: chown -R {user} {folder}")
    try:
        # Written and synced, because on a full disk a file can still be created.
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"passerby")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        found = f"cannot write to {folder}: {error.strerror}"
        yield unwell("writable", found, f"grant user {os.geteuid()} write access")
    else:
        yield well("writable", f"{folder} is writable")
    free = shutil.disk_usage(folder).free
    found = f"{free / (1 << 30):.1f} GiB free"
    if free >= LEAST_FREE_BYTES:
        yield well("disk space", found)
    else:
        advice = "free disk space or lower --log-retention-days: on a full disk every request is rejected"
        yield unwell("disk space", found, advice)


def check_clock(folder: Path) -> Finding:
    """Check the machine's clock against the year and the modification times of the data files."""
    now = time.time()
    if now < EARLIEST_NOW.timestamp():
        return unwell("clock", f"the clock shows {_shown(now)}", "set the clock and synchronise it with NTP")
    newest = now
    for file in folder.glob("*"):
        with suppress(FileNotFoundError):  # write-ahead logs may be deleted meanwhile
            about = file.stat()
            if S_ISREG(about.st_mode):  # a directory's time changes with what other programs put into it
                newest = max(newest, about.st_mtime)
    if newest > now + TOLERATED_SECONDS:
        found = f"the clock shows {_shown(now)}, but the data was written at {_shown(newest)}"
        return unwell("clock", found, "set the clock and synchronise it with NTP: event times depend on it")
    return well("clock", f"{_shown(now)}, later than all files")


def _shown(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
