"""The tail of what comes in: everybody who follows it shares one look at the log and at what was refused.

Followers pull. What came lately is held in memory for all of them; one that falls behind it goes on with what is
there and is told how much it missed, so that nobody who is slow costs memory.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

import apsw

from passerby import logs
from passerby.api.errors import ApiError, ErrorCode
from passerby.api.items import LiveBatch, Wanted, of_entry, of_refused
from passerby.api.log import AcceptedLog
from passerby.api.readers import Readers
from passerby.log.protocol import Entry, LogDamaged, LogFull
from passerby.refused.record import Refused

LOOK_SECONDS = 0.1
"""Pause between two looks."""
HELD = 2_000
"""Messages, and refused requests, that are held for followers, the newest."""
EXAMINED = 1_000
"""Messages that one follower looks at in one go, the newest; the others it misses."""
SHOWN = 100
"""Items in one go, likewise."""
FOLLOWERS = 100
"""How many may follow at once."""

_log = logs.get("api")


class RefusedTail(Protocol):
    """What the tail asks of the refused requests; see `refused.store.RefusedReader`."""

    def head(self) -> int: ...

    def following(self, after: int, until: int, limit: int) -> list[Refused]: ...


class Place(NamedTuple):
    """How far somebody has followed: log position, and number of the last refused request."""

    position: int
    refused: int


class Told(NamedTuple):
    """What a follower is told, and where it goes on from there."""

    batch: LiveBatch
    place: Place


class Tail:
    """The newest of what came in. Belongs to one event loop."""

    def __init__(self, log: AcceptedLog, refused: RefusedTail, readers: Readers, is_ending: Callable[[], bool]) -> None:
        """`is_ending` says when nobody may follow any longer, because the server stops."""
        self._log = log
        self._refused = refused
        self._readers = readers
        self._entries: deque[Entry] = deque(maxlen=HELD)
        self._requests: deque[Refused] = deque(maxlen=HELD)
        self._place: Place | None = None
        self._looked = float("-inf")
        self._looking = False
        self._room = FOLLOWERS
        self.is_ending = is_ending

    def enter(self) -> None:
        """Take one of the places for followers; raises ApiError where there is none. `leave` gives it back."""
        if self._room <= 0:
            raise ApiError(ErrorCode.OVERLOADED, "too many streams are open", headers={"Retry-After": "5"})
        self._room -= 1

    def leave(self) -> None:
        """Give the place back."""
        self._room += 1

    async def head(self) -> Place:
        """Where everything is that came until now."""
        return await self._readers.run(self._heads)

    async def after(self, place: Place, projects: tuple[int, ...], wanted: Wanted) -> Told:
        """What came behind a place of these projects, the first of which has the messages. It may be nothing."""
        await self._look(place)
        now = self._place or place
        missed = max(0, self._oldest() - 1 - place.position)
        entries = [each for each in self._entries if each.position > place.position]
        ours = [each for each in entries if each.message.project == projects[0]]
        fitting = [each for each in ours[-EXAMINED:] if wanted.message(each.message)]
        requests = [each for each in self._requests if each.number > place.refused and each.project in projects]
        asked = [each for each in requests if wanted.request(each)]
        items = [*map(of_entry, fitting[-SHOWN:]), *map(of_refused, asked[-SHOWN:])]
        items.sort(key=lambda item: item.received_at)
        skipped = missed + max(0, len(ours) - EXAMINED) + _beyond(fitting) + _beyond(asked)
        return Told(LiveBatch(items=items, skipped=skipped), now)

    def _oldest(self) -> int:
        """The position of the oldest message that is held; the next one, where none is."""
        return self._entries[0].position if self._entries else (self._place.position + 1 if self._place else 0)

    async def _look(self, place: Place) -> None:
        """See what has come, unless somebody has just looked. The first look begins at the follower's place."""
        now = asyncio.get_running_loop().time()
        if self._looking or now - self._looked < LOOK_SECONDS:
            return
        self._looking = True
        try:
            since = self._place if self._place and self._looked + 10 > now else self._begin(place)
            entries, requests, self._place = await self._readers.run(self._read, since)
            self._entries += entries
            self._requests += requests
        except (LogFull, LogDamaged, apsw.Error):
            _log.exception("the log cannot be read for those who follow it")
        finally:
            self._looking = False
            self._looked = asyncio.get_running_loop().time()

    def _begin(self, place: Place) -> Place:
        """Nobody has followed for a while: what is held is let go, so that nothing is missing between two looks."""
        self._entries.clear()
        self._requests.clear()
        return place

    def _heads(self) -> Place:
        return Place(self._log.head(), self._refused.head())

    def _read(self, since: Place) -> tuple[list[Entry], list[Refused], Place]:
        """What came behind a place, the newest of it, and how far that goes."""
        now = self._heads()
        entries: list[Entry] = []
        at = max(since.position, now.position - HELD)
        while at < now.position and (found := self._log.read(at, HELD)):
            entries += found
            at = found[-1].position
        requests = self._refused.following(since.refused, now.refused, HELD)
        return entries[-HELD:], requests, Place(max(at, since.position), now.refused)


def _beyond(found: list[Entry] | list[Refused]) -> int:
    """How many are not shown."""
    return max(0, len(found) - SHOWN)
