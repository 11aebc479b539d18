"""Opens the event store, creates its tables, and replaces a store that cannot be opened by a new one."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import msgspec
from structlog.stdlib import BoundLogger

from passerby.event_store.chdb import marker, repair
from passerby.event_store.chdb.connections import Engine
from passerby.event_store.chdb.lock import Lock
from passerby.event_store.chdb.marker import Marker
from passerby.event_store.chdb.store import ChdbEventStore
from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed
from passerby.positions import START
from passerby.storage import sql

DEFAULT_MEMORY_BYTES: Final = 256 << 20
LEAST_FREE_BYTES: Final = 64 << 20
"""Free disk space below which a store is not opened: on a full disk, the engine's errors look like damaged files."""

EMPTY: Final = Marker(refilling=True, row=0)
"""The marker of a new store, or of one that lost its own."""


class _Made(msgspec.Struct):
    """A table or a projection, and the statement that made it."""

    name: str
    query: str


_made: Final = msgspec.json.Decoder(_Made).decode
_SCHEMA: Final = sql.load("passerby.event_store.chdb", "schema.sql")
_SQL: Final = sql.load("passerby.event_store.chdb", "queries.sql")


def open_event_store(
    folder: Path, memory_bytes: int = DEFAULT_MEMORY_BYTES, changes_days: int | None = None
) -> ChdbEventStore:
    """Open the event store in this folder, or create it. Without `changes_days`, that setting stays as it was.

    Raises EventStoreBroken where its files cannot be opened, EventStoreInUse where another process has them open, and
    EventStoreFailed where the disk is full or not writable. One process can have one store open.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        space = os.statvfs(folder)
    except (FileExistsError, NotADirectoryError) as error:
        raise EventStoreBroken("there is no folder") from error
    if space.f_bavail * space.f_frsize < LEAST_FREE_BYTES:
        raise EventStoreFailed("the disk is full")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise EventStoreFailed("the folder is not writable")
    with ExitStack() as undo:
        lock = Lock(folder)
        undo.callback(lock.release)
        remembered = marker.read(folder)
        engine = Engine(folder, memory_bytes)
        undo.callback(engine.close)
        tables = _statements(engine, "tables")
        if "events" not in tables:
            # A marker that is not `refilling` says that the store had events: an empty table would hide their loss.
            if remembered is not None and not remembered.refilling:
                raise EventStoreBroken("the table is gone")
            engine.query(_SCHEMA["events"])
            marker.write(folder, EMPTY)
            remembered = EMPTY
        _bring_up_to_date(engine)
        known = remembered or EMPTY
        if "changes" not in tables:
            if known.changes:
                known = msgspec.structs.replace(known, refilling=True, row=0, positions=str(START))
                marker.write(folder, known)  # first: the table that is created would hide the loss
            engine.query(_SCHEMA["changes"])
            tables = _statements(engine, "tables")
        # The engine writes a literal as it was given, and a parameter as a cast.
        if changes_days and not re.search(rf"toIntervalDay\((_CAST\()?{changes_days}\b", tables["changes"]):
            engine.query(_SQL["keep_changes"], days=changes_days)
        if not known.changes:
            known = msgspec.structs.replace(known, changes=True)
            marker.write(folder, known)
        store = ChdbEventStore(folder, engine, lock, known)
        undo.pop_all()  # the store closes both
        return store


def open_or_rebuild(
    folder: Path, log: BoundLogger, memory_bytes: int = DEFAULT_MEMORY_BYTES, changes_days: int | None = None
) -> tuple[ChdbEventStore, bool]:
    """Open the event store; move one that cannot be opened away and create a new one. Return it and whether it is new.

    The relay fills a new store from the outbox. Raises what `open_event_store` does, EventStoreBroken only where a new
    store cannot be opened either.
    """
    try:
        return open_event_store(folder, memory_bytes, changes_days), False
    except EventStoreBroken as error:
        fault = str(error)
    moved = repair.quarantine_path(folder)
    folder.rename(moved)
    text = "the event store cannot be opened: it was moved away, and a new one is filled from the outbox"
    log.error(text, fault=fault, folder=str(moved))
    return open_event_store(folder, memory_bytes, changes_days), True


def _statements(engine: Engine, query: str) -> dict[str, str]:
    """Return the names that a query finds, with the statement that made each."""
    return {each.name: each.query for each in map(_made, engine.query(_SQL[query]).splitlines())}


def _bring_up_to_date(engine: Engine) -> None:
    """Add the columns and projections that a store of an older release lacks.

    New columns have their default in existing parts. The engine builds projections of those parts in the background;
    until then, queries read the parts themselves.
    """
    if b'"semantic_name"' not in engine.query(_SQL["columns"]):
        engine.query(_SQL["add_semantic"])
    if b'"assurance"' not in engine.query(_SQL["columns"]):
        engine.query(_SQL["add_assurance"])
    found = _statements(engine, "projections")
    changes = []
    if "by_id" not in found:
        changes += ["drop_bloom", "add_by_id"]
    if "position" not in found.get("by_name", ""):
        changes += ["drop_by_name", "add_by_name"]
    for change in [*changes, "rebuild_projections"] if changes else []:
        engine.query(_SQL[change])
