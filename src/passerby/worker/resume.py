"""Repairs the log's numbering after the log was removed or replaced by a copy that is older than the state."""

from __future__ import annotations

from passerby import logs
from passerby.engines import LogEngine, StateEngine
from passerby.positions import START
from passerby.state.protocol import StateUnavailable

_log = logs.get("supervisor")


def resume_log(log: LogEngine, state: StateEngine) -> bool:
    """Continue a log that ends before the state's position at that position; return whether that was necessary.

    Every role calls this before it opens the log, and the worker every few seconds. Without it, the log would assign
    positions that the state has already applied, and the worker would skip the messages accepted there. Raises LogFull,
    LogDamaged.
    """
    if not state.exists():  # a new data directory, or a state that will be built from the log
        return False
    try:
        progress = state.progress()
    except StateUnavailable as error:
        _log.error("state cannot be read, log not compared with it", error=type(error).__name__, exc_info=error)
        return False
    missing = not log.exists()  # asked first: continuing it creates the log
    applied = progress.positions
    if applied == START or not log.continue_after(applied, progress.accepted, progress.received_at):
        return False
    found = "is missing" if missing else "ends before the applied position (an older copy, or truncated)"
    _log.critical(f"the log {found}; continuing it at the applied position", position=applied.to_json())
    return True
