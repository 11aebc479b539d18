"""How many events there were by name and day: asked of the event store at most once a minute for each project."""

from __future__ import annotations

import threading
from collections.abc import Callable

from passerby.event_store.protocol import EventStore, Volume

DAY_MS = 86_400_000
FRESH_MS = 60_000
REMEMBERED = 1_000
"""Answers that are held, for projects and times."""


class VolumeCache:
    """Remembers what the event store said. May be used from any thread; two that ask for the same wait for one."""

    def __init__(self, events: EventStore, now: Callable[[], int]) -> None:
        self._events = events
        self._now = now
        self._lock = threading.Lock()
        self._known: dict[tuple[int, int], tuple[int, list[Volume]]] = {}

    def since(self, project: int, since: int) -> list[Volume]:
        """Events by name and day since a time (ms), as they were a minute ago or later."""
        with self._lock:
            asked_at, found = self._known.get((project, since), (0, []))
            if self._now() - asked_at >= FRESH_MS:
                found = self._events.volumes(project, since)
                if len(self._known) >= REMEMBERED:
                    self._known.clear()
                self._known[project, since] = self._now(), found
            return found
