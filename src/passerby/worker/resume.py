"""Continue a log that was removed or replaced by an older copy than the state."""

from __future__ import annotations

from passerby import logs
from passerby.engines import LogEngine, StateEngine
from passerby.positions import START
from passerby.state.protocol import StateUnavailable

_log = logs.get("supervisor")


def resume_log(log: LogEngine, state: StateEngine) -> bool:
    """Continue a log that ends before the state's position after that position; returns whether it had to.

    Every role calls this before it opens the log, and the worker from time to time. Otherwise positions that the state
    has passed would be used again, and the worker would pass over everything that is accepted there. Raises LogFull,
    LogDamaged.
    """
    if not state.exists():
        return False
    try:
        progress = state.progress()
    except StateUnavailable as error:
        _log.error("the state cannot be read and compared with the log", error=type(error).__name__, exc_info=error)
        return False
    missing = not log.exists()
    applied = progress.positions
    if applied == START or not log.continue_after(applied, progress.accepted, progress.received_at):
        return False
    words = "is gone, a new one" if missing else "ends before what is applied: it is an older copy, or lost its end. It"
    _log.critical(f"the log {words} goes on behind what is applied", position=applied.to_json())
    return True
