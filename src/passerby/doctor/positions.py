"""Whether log, state and relay are in order: relayed <= applied <= head. Anything else is an older copy of a file."""

from __future__ import annotations

from contextlib import closing
from typing import Final

import apsw

from passerby import sql
from passerby.doctor.finding import Finding, unwell, well
from passerby.folder import DataFolder
from passerby.sqlite import BUSY_TIMEOUT_MS
from passerby.state.sqlite.applied import read_progress

CHECK: Final = "positions"
_SQL = sql.load("passerby.log", "queries.sql")


def check_positions(folder: DataFolder) -> Finding:
    """The positions of a folder that has a state; the files themselves are other checks' business."""
    try:
        progress = read_progress(folder.state)
        head = _head(folder) if folder.log.exists() else 0
    except apsw.Error as error:
        return unwell(CHECK, f"cannot be compared: {error}", "see the findings about log.db and state.db")
    found = f"relayed {progress.relayed}, applied {progress.position}, log {head}"
    if progress.position > head:
        return unwell(CHECK, f"{found}: the state is ahead of the log", _LOG_BEHIND)
    if progress.relays_ahead or progress.relayed > progress.position:
        return unwell(CHECK, f"{found}: the event store is ahead of the state", _STATE_BEHIND)
    return well(CHECK, found)


def _head(folder: DataFolder) -> int:
    with closing(apsw.Connection(str(folder.log), flags=apsw.SQLITE_OPEN_READWRITE)) as connection:
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        connection.pragma("query_only", "on")
        return int(connection.execute(_SQL["head"]).get)


_LOG_BEHIND: Final = (
    "log.db is an older copy, or was moved away, or lost its -wal file. Restart Passerby (a running worker does it "
    "within seconds): the log then goes on behind the state. Accepted messages that only the lost part held are gone"
)
_STATE_BEHIND: Final = (
    "state.db is an older copy than the events folder. Restore both from one backup, or move the folder `events` away "
    "and restart: it is filled again with what the outbox holds"
)
