"""What a store remembers about itself, in a file beside the engine's own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

_FILE: Final = "passerby.json"


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """`refilling`: what the outbox holds has to be gone through once more, because some of it may be missing here."""

    refilling: bool


def read(folder: Path) -> Marker | None:
    """What was last written, None where nothing was. An unreadable file says that something happened to the store."""
    try:
        return msgspec.json.decode((folder / _FILE).read_bytes(), type=Marker)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Marker(refilling=True)


def write(folder: Path, marker: Marker) -> None:
    """Replace the file, durably, so that a crash leaves either the old or the new one."""
    fresh = folder / f"{_FILE}.new"
    with fresh.open("wb") as file:
        file.write(msgspec.json.encode(marker))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / _FILE)
    _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
