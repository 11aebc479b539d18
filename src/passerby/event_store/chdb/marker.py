"""Stores the progress of the event store in a file of its own, `passerby.json`, next to the engine's files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

from passerby.positions import START

_FILE: Final = "passerby.json"


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """Progress of a store.

    `refilling`: outbox rows may be missing although later ones are stored, so each row is compared with the stored ones
    until the outbox is exhausted. `row` is the outbox row up to which everything is stored, which covers the log up to
    `positions`; None in the file of an older release, which did not record it. Rows up to `claimed` may be stored.
    `changes`: the table of changes was created, which older releases do not have; if it is missing, it is lost.
    """

    refilling: bool
    row: int | None = None
    positions: str = str(START)
    claimed: int = 0
    changes: bool = False


def read(folder: Path) -> Marker | None:
    """Return what was last written, None where nothing was. An unreadable file means damage: the store is refilled."""
    try:
        found = msgspec.json.decode((folder / _FILE).read_bytes(), type=Marker)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Marker(refilling=True, row=0)
    # An older release restarts an interrupted refill from the first row.
    return msgspec.structs.replace(found, row=0) if found.refilling and found.row is None else found


def write(folder: Path, marker: Marker) -> None:
    """Replace the file atomically and durably: a crash leaves either the old or the new one."""
    fresh = folder / f"{_FILE}.new"
    with fresh.open("wb") as file:
        file.write(msgspec.json.encode(marker))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / _FILE)
    descriptor = os.open(folder, os.O_RDONLY)  # a rename is durable once the folder is synced
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
