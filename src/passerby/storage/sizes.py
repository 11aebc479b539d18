"""How large files are while others write and remove them: what is gone by the time it is looked at has no size."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def of_file(file: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    with suppress(OSError):
        return file.stat().st_size
    return 0


def of_database(file: Path) -> int:
    """Bytes of an SQLite file with its write-ahead log, which can be the larger part of it."""
    return of_file(file) + of_file(file.with_name(f"{file.name}-wal"))


def of_folder(folder: Path) -> int:
    """Bytes of all files in a folder, however deep."""
    # Not `Path.rglob`: it fails where a folder is removed between its being found and its being opened.
    return sum(of_file(Path(at, name)) for at, _, names in os.walk(folder) for name in names)
