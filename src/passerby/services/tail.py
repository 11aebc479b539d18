"""The tail of what comes in: everybody who follows it shares one look at the log and at what was refused.

Followers pull. What came lately is held in memory for all of them; one that falls behind it goes on with what is
there and is told how much it missed, so that nobody who is slow costs memory.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from passerby import logs
from passerby.log.protocol import Entry
from passerby.positions import Positions
from passerby.rejected_requests.record import RejectedRequest
from passerby.services.errors import ErrorCode, ServiceError
from passerby.services.items import LiveBatch, LiveItem, Wanted, of_entry, of_refused
from passerby.services.live_errors import TypesOf, no_types
from passerby.services.log import AcceptedLog
from passerby.services.readers import Readers

LOOK_SECONDS = 0.1
"""Pause between two looks."""
FORGOTTEN_SECONDS = 10.0
"""What is held is let go when nobody has looked for so long."""
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

    def following(self, after: int, until: int, limit: int) -> list[RejectedRequest]: ...


class Place(NamedTuple):
    """How far a follower is: log positions, and number of the last refused request."""

    positions: Positions
    refused: int


# Up to 4,096 partitions of `number:offset`. A place of an earlier release is one offset, as that of a log with one
# partition still is.
_PLACE = re.compile(r"([0-9:,]{1,100000})\.([0-9]{1,18})", re.ASCII)


def place_of(text: str | None) -> Place | None:
    """The place that an event's id names; None for what is none."""
    found = _PLACE.fullmatch(text or "")
    try:
        return Place(Positions.parse(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def id_of(place: Place) -> str:
    """A place as an event's id."""
    return f"{place.positions}.{place.refused}"


class Told(NamedTuple):
    """What a follower is told, and where it goes on from there."""

    batch: LiveBatch
    place: Place


class _Came(NamedTuple):
    """What came between two places; of too much the newest, and then `since` is behind what was left out."""

    since: Place
    entries: Sequence[Entry]
    requests: Sequence[RejectedRequest]
    until: Place

    def and_then(self, more: _Came) -> _Came:
        """These and what came behind them, of too much the newest."""
        # What `more` left out lies between the two: then everything is there only from where `more` begins.
        since = self.since if more.since == self.until else more.since
        return _newest(since, [*self.entries, *more.entries], [*self.requests, *more.requests], more.until)


def _newest(since: Place, entries: Sequence[Entry], requests: Sequence[RejectedRequest], until: Place) -> _Came:
    """At most `HELD` of each, the newest, and behind which place everything is there."""
    left_out = Positions(entry.position for entry in entries[:-HELD])
    refused = requests[-HELD - 1].number if len(requests) > HELD else since.refused
    return _Came(Place(since.positions.joined(left_out), refused), entries[-HELD:], requests[-HELD:], until)


class Tail:
    """The newest of what came in. Belongs to one event loop."""

    def __init__(
        self,
        log: AcceptedLog,
        refused: RefusedTail,
        readers: Readers,
        is_ending: Callable[[], bool],
        types_of: TypesOf = no_types,
    ) -> None:
        """`is_ending` says when nobody may follow any longer, because the server stops.

        `types_of` gives the catalogue's types, by which validation errors are found.
        """
        self.types_of = types_of
        self._log = log
        self._refused = refused
        self._readers = readers
        self._held: _Came | None = None
        self._looked = float("-inf")
        self._looking = False
        self._room = FOLLOWERS
        self.is_ending = is_ending

    def enter(self) -> None:
        """Take one of the places for followers; raises ServiceError where there is none. `leave` gives it back."""
        if self._room <= 0:
            raise ServiceError(ErrorCode.OVERLOADED, "too many streams are open", headers={"Retry-After": "5"})
        self._room -= 1

    def leave(self) -> None:
        """Give the place back."""
        self._room += 1

    async def head(self) -> Place:
        """Where everything is that came until now."""
        return await self._readers.run(self._heads)

    async def after(self, place: Place, projects: tuple[int, ...], wanted: Wanted) -> Told:
        """What came behind a place of these projects, the first of which has the messages. It may be nothing."""
        came = await self._since(place)
        entries = place.positions.uncovered(came.entries)
        missed = await self._missed(place.positions, came.since.positions)
        ours = [each for each in entries if each.message.project == projects[0]]
        fitting, accepted = await self._readers.run(self._accepted, ours[-EXAMINED:], wanted) if ours else ([], [])
        requests = [each for each in came.requests if each.number > place.refused and each.project in projects]
        asked = [each for each in requests if wanted.request(each)]
        items = [*accepted, *map(of_refused, asked[-SHOWN:])]
        items.sort(key=lambda item: item.received_at)
        skipped = missed + max(0, len(ours) - EXAMINED) + _beyond(fitting) + _beyond(asked)
        return Told(LiveBatch(items=items, skipped=skipped), came.until)

    async def _missed(self, place: Positions, begin: Positions) -> int:
        """How many messages lie between a place and the first of those that are held."""
        return 0 if place.has_reached(begin) else await self._readers.run(self._log.count, place, begin)

    def _accepted(self, entries: Sequence[Entry], wanted: Wanted) -> tuple[list[Entry], list[LiveItem]]:
        """Those of these entries that are wanted, and the newest of them as items."""
        fitting = [each for each in entries if wanted.message(each.message, self.types_of)]
        return fitting, [of_entry(each, self.types_of) for each in fitting[-SHOWN:]]

    async def _since(self, place: Place) -> _Came:
        """All that came behind a place, as far as it is held or can be read in one go. What is older is left out."""
        await self._look(place)
        held = self._held
        if held is None or not place.positions.has_reached(held.since.positions) or place.refused < held.since.refused:
            return await self._readers.run(self._read, place)
        return held

    async def _look(self, place: Place) -> None:
        """See what has come, unless somebody has just looked. The first look begins at the follower's place."""
        now = asyncio.get_running_loop().time()
        if self._looking or now - self._looked < LOOK_SECONDS:
            return
        self._looking = True
        held = self._held if now - self._looked < FORGOTTEN_SECONDS else None
        try:
            came = await self._readers.run(self._read, held.until if held else place)
            self._held = held.and_then(came) if held else came
        except Exception:  # noqa: BLE001 - whichever store it was, the next look tries again
            _log.exception("what comes in cannot be read for those who follow it")
        finally:
            self._looking = False
            self._looked = asyncio.get_running_loop().time()

    def _heads(self) -> Place:
        return Place(self._log.head(), self._refused.head())

    def _read(self, since: Place) -> _Came:
        """What came behind a place, the newest of it."""
        now = self._heads()
        begin = at = self._log.recent(since.positions, now.positions, HELD)
        entries: list[Entry] = []
        while not at.has_reached(now.positions) and (found := self._log.read(at, HELD)):
            entries += found
            at = at.joined(Positions(entry.position for entry in found))
        requests = self._refused.following(since.refused, now.refused, HELD)
        return _newest(Place(begin, since.refused), entries, requests, Place(at, now.refused))


def _beyond(found: Sequence[object]) -> int:
    """How many are not shown."""
    return max(0, len(found) - SHOWN)
