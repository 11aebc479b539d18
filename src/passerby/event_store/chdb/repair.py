"""Repair of damaged files: detaches the parts that cannot be read, and keeps them in a folder next to the store.

The caller then fills the store again from the outbox.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from passerby import logs
from passerby.event_store.chdb.connections import Engine
from passerby.event_store.protocol import EventStoreBroken
from passerby.storage import sql

_SQL: Final = sql.load("passerby.event_store.chdb", "queries.sql")
_BROKEN_PROJECTION: Final = "(BROKEN_PROJECTION)"

_log = logs.get("events")


class _Checked(msgspec.Struct):
    part_path: str
    is_passed: int
    message: str


class _Part(msgspec.Struct):
    table: str
    name: str
    path: str


def is_damaged(engine: Engine) -> bool:
    """Return whether the engine has found broken parts or projections, or cannot answer that."""
    try:
        return bool(engine.query(_SQL["broken_parts"]) or engine.query(_SQL["broken_projections"]))
    except EventStoreBroken:
        return True


def repair(engine: Engine, folder: Path) -> int:
    """Make every part of both tables readable; return how many parts were detached.

    Their files are moved to a folder next to the store's. May take minutes: every byte is read.
    """
    detached = []
    for table, check in (("events", "check_parts"), ("changes", "check_parts_of_changes")):
        for line in engine.query(_SQL[check]).splitlines():
            checked = msgspec.json.decode(line, type=_Checked)
            # The events of a part with a broken projection are intact; detaching it would lose them.
            if not checked.is_passed and _BROKEN_PROJECTION not in checked.message:
                engine.query(_SQL["detach_part"], table=table, part=checked.part_path)
                detached += _parts(engine.query(_SQL["detached_part"], table=table, part=checked.part_path))
    detached += _parts(engine.query(_SQL["broken_parts"]))  # those that the engine detached when it opened a table
    if detached:
        target = quarantine_path(folder)
        target.mkdir()
        for part in detached:
            # Parts of both tables may have the same name.
            shutil.move(part.path, target / (part.name if part.table == "events" else f"{part.table}-{part.name}"))
        _log.error(
            "parts of the event store cannot be read and were moved away", rows=len(detached), folder=str(target)
        )
    known = bool(engine.query(_SQL["broken_projections"]))
    # Damage that is not in a part must be in a projection, whether the engine has noticed which or not.
    if not detached or known:
        _log.error("projections of the event store are damaged and are rebuilt")
        if not known:
            engine.query(_SQL["clear_projections"])
        engine.query(_SQL["rebuild_projections"])
    return len(detached)


def quarantine_path(folder: Path) -> Path:
    """Return an unused path for damaged files of this folder: its name, `.broken-` and the time."""
    stem = f"{folder.name}.broken-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    names = [folder.with_name(f"{stem}-{number}" if number else stem) for number in range(1_000)]
    return next(name for name in names if not name.exists())


def _parts(rows: bytes) -> list[_Part]:
    return [msgspec.json.decode(row, type=_Part) for row in rows.splitlines()]
