"""Ways to damage a store's files, by faulty disks or by mistake."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

Damage = Callable[[Path], None]


def parts(folder: Path) -> list[Path]:
    """The folders of the parts that are in use."""
    return sorted(path for path in folder.glob("store/*/*/all_*") if path.is_dir())


def first(folder: Path, pattern: str) -> Path:
    return min(folder.rglob(pattern))


def of_a_part(folder: Path, pattern: str) -> Path:
    """A file of the first part itself, not of a projection in it."""
    return next(parts(folder)[0].glob(pattern))


def garble(file: Path) -> None:
    """Overwrite a file with other bytes. None stays as it was, as a random one might: a file may have but one."""
    file.write_bytes(bytes(255 - byte for byte in file.read_bytes()))


def remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def every_file(change: Damage) -> Damage:
    """Do it to every file."""

    def all_of_them(folder: Path) -> None:
        for file in [file for file in folder.rglob("*") if file.is_file()]:
            change(file)

    return all_of_them


def empty(file: Path) -> None:
    os.truncate(file, 0)


def replace(path: Path) -> None:
    """Have a file where something else was."""
    remove(path)
    path.write_text("?")


UNOPENABLE: dict[str, Damage] = {
    "the table's definition is empty": lambda folder: empty(first(folder, "events.sql")),
    "the table's definition is garbage": lambda folder: garble(first(folder, "events.sql")),
    "the table's definition is gone": lambda folder: remove(first(folder, "events.sql")),
    "the format's version is garbage": lambda folder: garble(first(folder, "format_version.txt")),
    "the metadata is gone": lambda folder: remove(folder / "metadata"),
    "the data is gone": lambda folder: remove(folder / "store"),
    "the data is a file": lambda folder: replace(folder / "store"),
    "every file is garbage": every_file(garble),
    "every file is empty": every_file(empty),
    "the folder is a file": replace,
}
"""After these, nothing of the store can be read."""

IN_A_PART: dict[str, Damage] = {
    "data is cut off": lambda folder: os.truncate(parts(folder)[0] / "data.bin", 100),
    "data is gone": lambda folder: remove(parts(folder)[0] / "data.bin"),
    "marks are empty": lambda folder: empty(of_a_part(folder, "data.cmrk*")),
    "the index is cut off": lambda folder: os.truncate(of_a_part(folder, "primary.*idx"), 10),
    "checksums are garbage": lambda folder: garble(parts(folder)[0] / "checksums.txt"),
    "columns are empty": lambda folder: empty(parts(folder)[0] / "columns.txt"),
    "the number of rows is garbage": lambda folder: garble(parts(folder)[0] / "count.txt"),
}
"""After these, one part cannot be read, which opening notices."""
