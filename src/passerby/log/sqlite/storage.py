"""The log's SQLite file: opens it, decodes its rows, translates its errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import apsw
import msgspec

from passerby.log.protocol import Entry, LogDamaged, LogFull
from passerby.messages import Message
from passerby.positions import Position
from passerby.storage import migrations
from passerby.storage.migrations import NewerFile

_NOT_WRITABLE = (
    apsw.FullError,
    apsw.IOError,
    apsw.ReadOnlyError,
    apsw.CantOpenError,
    apsw.PermissionsError,
    apsw.BusyError,
    apsw.LockedError,
)
_DAMAGED = (apsw.CorruptError, apsw.NotADBError, apsw.FormatError)
_decode = msgspec.json.Decoder(list[Message]).decode


def open_log(path: Path) -> apsw.Connection:
    """Open the log's file, created or migrated if necessary. Raises LogFull or LogDamaged."""
    with storage_errors(path):
        try:
            return migrations.open_file(path, "passerby.log.sqlite.migrations")
        except NewerFile as error:
            raise LogDamaged(str(error)) from error


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Context manager: translate SQLite's errors to LogFull and LogDamaged."""
    try:
        yield
    except _NOT_WRITABLE as error:
        raise LogFull(f"{path} cannot be written: {error}") from error
    except _DAMAGED as error:
        raise damaged(path, str(error)) from error


def damaged(path: Path, reason: str) -> LogDamaged:
    """Return the error for a corrupt file, with instructions for recovery."""
    return LogDamaged(
        f"{path} is damaged ({reason}): messages cannot be read from it or stored in it. Stop Passerby, move "
        f"{path.name}, {path.name}-wal and {path.name}-shm out of {path.parent} and keep them, then start again: the "
        "server creates a new log, and profiles and events are unchanged. Messages that were accepted and not yet "
        f"applied are only in the moved files; `sqlite3 {path.name} .recover` may recover them."
    )


def decode(path: Path, last: int, count: int, body: bytes) -> list[Message]:
    """Decode the messages of the batch that ends at offset `last`. Raises LogDamaged."""
    try:
        messages = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise damaged(path, f"the batch at position {last} is unreadable") from error
    if len(messages) != count:
        raise damaged(path, f"the batch at position {last} is not complete")
    return messages


def entries_of(last: int, messages: list[Message], after: int = 0) -> Iterator[Entry]:
    """Pair the messages of the batch that ends at offset `last` with their positions, from the one after `after` on."""
    first = last - len(messages) + 1
    skipped = max(0, after + 1 - first)
    offsets = range(first + skipped, last + 1)
    # Positions of partition 0 are its offsets: a cast costs nothing, `pack` for each message would be measurable.
    return map(Entry, cast("Iterable[Position]", offsets), messages[skipped:])
