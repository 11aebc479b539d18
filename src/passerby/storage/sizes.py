"""Sizes of files that other processes write and delete: a deleted file counts as 0 bytes."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def of_file(file: Path) -> int:
    """Return the size of a file in bytes; 0 if it does not exist."""
    with suppress(OSError):
        return file.stat().st_size
    return 0


def of_database(file: Path) -> int:
    """Return the size of an SQLite file in bytes with its write-ahead log, which may be the larger part."""
    return of_file(file) + of_file(file.with_name(f"{file.name}-wal"))


def of_folder(folder: Path) -> int:
    """Return the size of all files in a directory tree in bytes."""
    # Not `Path.rglob`: it raises if a directory is deleted between being listed and being opened.
    return sum(of_file(Path(at, name)) for at, _, names in os.walk(folder) for name in names)
