"""Checks whether the outbox is within its retention, which it exceeds while the event store does not take its rows."""

from __future__ import annotations

from typing import Final

from passerby.doctor.finding import Finding, unwell, well
from passerby.engines import StateEngine
from passerby.outbox.protocol import OutboxSize
from passerby.settings import OutboxSettings
from passerby.state.protocol import StateUnavailable

CHECK: Final = "outbox"
TOLERATED: Final = 1.1
"""Factor on age and size: rows are pruned once a minute, a bounded number at a time."""
_HOUR_MS: Final = 3_600_000


def check_outbox(state: StateEngine, settings: OutboxSettings, now: int, *, serving: bool) -> Finding:
    """Check age and size of the outbox at `now` (ms). The state must exist. Without a server, nothing is pruned."""
    try:
        size = state.progress().outbox
    except StateUnavailable as error:
        return unwell(CHECK, f"cannot be read: {error}", "see the result for state.db")
    return compare(size, settings, now, serving=serving)


def compare(size: OutboxSize, settings: OutboxSettings, now: int, *, serving: bool) -> Finding:
    """Compare age and size with the settings."""
    hours = (now - size.oldest) / _HOUR_MS if size.oldest else 0.0
    found = f"{size.bytes / (1 << 20):.1f} MiB; the oldest row is {hours:.1f} h old, of {settings.retention:g} h"
    late = hours > settings.retention * TOLERATED
    large = settings.max_bytes > 0 and size.bytes > settings.max_bytes * TOLERATED
    if serving and (late or large):
        return unwell(CHECK, found, _HELD_UP)
    return well(CHECK, found)


_HELD_UP: Final = "rows stay until the event store has them: see its result, and the server log"
