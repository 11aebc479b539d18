"""What a store remembers about itself, in a file beside the engine's own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

from passerby.positions import START

_FILE: Final = "passerby.json"


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the store's contents.

    `refilling`: rows of the outbox may be missing although later ones are here, so each has to be compared with what is
    here until there are no more. `row` is the outbox row up to which everything is here, which covers the log up to
    `positions`; None in the file of an older release, which did not record it. Rows up to `claimed` may be here.
    """

    refilling: bool
    row: int | None = None
    positions: str = str(START)
    claimed: int = 0


def read(folder: Path) -> Marker | None:
    """What was last written, None where nothing was. An unreadable file says that something happened to the store."""
    try:
        found = msgspec.json.decode((folder / _FILE).read_bytes(), type=Marker)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Marker(refilling=True, row=0)
    # An older release that was filling the store again would have begun again.
    return msgspec.structs.replace(found, row=0) if found.refilling and found.row is None else found


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
