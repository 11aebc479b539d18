"""Checks the order of positions, relayed <= applied <= head, which is violated if a file is an older copy."""

from __future__ import annotations

from typing import Final

from passerby.doctor.finding import Finding, unwell, well
from passerby.engines import LogEngine, StateEngine
from passerby.log.protocol import LogDamaged, LogFull
from passerby.positions import START, Positions
from passerby.state.protocol import Progress, StateUnavailable

CHECK: Final = "positions"


def check_positions(log: LogEngine, state: StateEngine) -> Finding:
    """Compare the positions of log and state. The state must exist; other checks are about the files themselves."""
    try:
        progress = state.progress()
        head = log.head() if log.exists() else START
    except (StateUnavailable, LogDamaged, LogFull) as error:
        return unwell(CHECK, f"cannot be compared: {error}", "see the results for log.db and state.db")
    return compare(progress, head)


def compare(progress: Progress, head: Positions) -> Finding:
    """Compare the progress of the state with the positions at the log's end, partition by partition."""
    found = f"relayed {progress.relayed}, applied {progress.positions}, log {head}"
    if not head.has_reached(progress.positions):
        return unwell(CHECK, f"{found}: the state is ahead of the log", _LOG_BEHIND)
    if progress.relays_ahead or not progress.positions.has_reached(progress.relayed):
        return unwell(CHECK, f"{found}: the event store is ahead of the state", _STATE_BEHIND)
    return well(CHECK, found)


_LOG_BEHIND: Final = (
    "log.db is an older copy, was moved away, or lost its -wal file. Restart Passerby (a running worker does it within "
    "seconds): the log then continues after the state's position. Accepted messages in the lost part are lost"
)
_STATE_BEHIND: Final = (
    "state.db is an older copy than the events folder. Restore both from one backup, or move the folder `events` away "
    "and restart: it is rebuilt from the outbox"
)
