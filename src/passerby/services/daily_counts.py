"""Events by name and day: read from the event store at most once a minute for each project."""

from __future__ import annotations

import threading
from collections.abc import Callable

from passerby.event_store.protocol import DailyCount, EventStore

FRESH_MS = 60_000
"""How long a result is used again: the console's pages and the API ask for the same counts, which scan all events."""
REMEMBERED = 1_000
"""Results that are held, for projects and times."""


class DailyCountCache:
    """Holds results of the event store for a minute. May be used from any thread; two that ask for the same wait."""

    def __init__(self, events: EventStore, now: Callable[[], int]) -> None:
        """`now` gives milliseconds since 1970."""
        self._events = events
        self._now = now
        self._lock = threading.Lock()
        self._known: dict[tuple[int, int], tuple[int, list[DailyCount]]] = {}

    def since(self, project: int, since: int) -> list[DailyCount]:
        """Return events by name and day since a time (ms), at most a minute old."""
        # The lock is held during the query: several pages that open at once cost one scan.
        with self._lock:
            read_at, found = self._known.get((project, since), (0, []))
            if self._now() - read_at >= FRESH_MS:
                found = self._events.daily_counts(project, since)
                if len(self._known) >= REMEMBERED:
                    self._known.clear()
                self._known[project, since] = self._now(), found
            return found
