"""What to do about damaged files: find the parts that cannot be read, take them out, keep them to be looked at.

Whoever asks for this then fills the store again with what the outbox still holds.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
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
    name: str
    path: str


def is_damaged(engine: Engine) -> bool:
    """Whether the engine found something broken while it opened the table, or finds so when asked."""
    try:
        return bool(engine.query(_SQL["broken_parts"]) or engine.query(_SQL["broken_projections"]))
    except EventStoreBroken:
        return True


def heal(engine: Engine, folder: Path) -> int:
    """Make everything in the table readable; return how many parts had to be taken out.

    Their files are moved beside the folder. May take minutes: every byte is read.
    """
    taken_out = [_take_out(engine, part) for part in _unreadable(engine)] + _parts(engine.query(_SQL["broken_parts"]))
    if taken_out:
        _keep(taken_out, beside(folder))
    known = bool(engine.query(_SQL["broken_projections"]))
    if not taken_out or known:
        _rebuild_projections(engine, known=known)
    return len(taken_out)


def _rebuild_projections(engine: Engine, *, known: bool) -> None:
    """Have the copies in other orders made again: where the engine knows one to be broken, else everywhere."""
    _log.error("the event store's copies in other orders are damaged and are made again")
    if not known:
        engine.query(_SQL["clear_projections"])
    engine.query(_SQL["rebuild_projections"])


def _keep(parts: Sequence[_Part], aside: Path) -> None:
    aside.mkdir()
    for part in parts:
        shutil.move(part.path, aside / part.name)
    _log.error("parts of the event store cannot be read and are set aside", rows=len(parts), folder=str(aside))


def beside(folder: Path) -> Path:
    """A free name for what is set aside of this folder."""
    stem = f"{folder.name}.broken-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    names = [folder.with_name(f"{stem}-{number}" if number else stem) for number in range(1_000)]
    return next(name for name in names if not name.exists())


def _unreadable(engine: Engine) -> Iterator[str]:
    for line in engine.query(_SQL["check_parts"]).splitlines():
        checked = msgspec.json.decode(line, type=_Checked)
        if not checked.is_passed and _BROKEN_PROJECTION not in checked.message:
            yield checked.part_path


def _take_out(engine: Engine, part: str) -> _Part:
    engine.query(_SQL["detach_part"], part=part)
    return _parts(engine.query(_SQL["detached_part"], part=part))[0]


def _parts(rows: bytes) -> list[_Part]:
    return [msgspec.json.decode(row, type=_Part) for row in rows.splitlines()]
