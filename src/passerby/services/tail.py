"""The tail of received messages and rejected requests, whose followers share one poll of the stores.

Followers pull. The newest items are held in memory once for all of them. A follower that falls behind continues with
what is held and learns how many items it missed: slow clients cost no memory.
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
from passerby.services.items import LiveItem, Wanted, of_entry, of_request
from passerby.services.live_errors import TypesOf, no_types
from passerby.services.log import AcceptedLog
from passerby.services.readers import Readers

LOOK_SECONDS = 0.1
"""Pause between two polls."""
FORGOTTEN_SECONDS = 10.0
"""Time without a follower after which the held items are dropped."""
HELD = 2_000
"""Newest messages, and as many rejected requests, that are held for followers."""
EXAMINED = 1_000
"""Newest messages that are matched for a follower at once; older ones are skipped."""
SHOWN = 100
"""Newest items that are sent to a follower at once; older ones are skipped."""
FOLLOWERS = 100
"""Maximum number of followers."""

_log = logs.get("api")


class NewestRejections(Protocol):
    """The reads of rejected requests that the tail needs; see `rejected_requests.protocol.RejectedReader`."""

    def head(self) -> int: ...

    def following(self, after: int, until: int, limit: int) -> list[RejectedRequest]: ...


class Place(NamedTuple):
    """A follower's cursor: log positions, and the number of the last rejected request."""

    positions: Positions
    refused: int


# Up to 4,096 partitions of `number:offset`. A place of an earlier release is one offset, as that of a log with one
# partition still is.
_PLACE = re.compile(r"([0-9:,]{1,100000})\.([0-9]{1,18})", re.ASCII)


def place_of(text: str | None) -> Place | None:
    """Parse the id of an event; None for any other text."""
    found = _PLACE.fullmatch(text or "")
    try:
        return Place(Positions.parse(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def id_of(place: Place) -> str:
    """Return a cursor as the id of an event."""
    return f"{place.positions}.{place.refused}"


class LiveBatch(NamedTuple):
    """Items in order of arrival, and the cursor after them. `skipped` more arrived that are not shown."""

    items: list[LiveItem]
    skipped: int
    place: Place


class _Received(NamedTuple):
    """What arrived between two cursors: at most the newest `HELD`, and then `since` is after what was left out."""

    since: Place
    entries: Sequence[Entry]
    requests: Sequence[RejectedRequest]
    until: Place

    def joined(self, more: _Received) -> _Received:
        """Return these and those that follow, at most the newest `HELD`."""
        # What `more` left out lies between the two: then everything is there only from where `more` begins.
        since = self.since if more.since == self.until else more.since
        return _newest(since, [*self.entries, *more.entries], [*self.requests, *more.requests], more.until)


def _newest(since: Place, entries: Sequence[Entry], requests: Sequence[RejectedRequest], until: Place) -> _Received:
    """Keep the newest `HELD` of each, and move `since` to the cursor after which nothing is missing."""
    left_out = Positions(entry.position for entry in entries[:-HELD])
    refused = requests[-HELD - 1].number if len(requests) > HELD else since.refused
    return _Received(Place(since.positions.joined(left_out), refused), entries[-HELD:], requests[-HELD:], until)


class Tail:
    """Holds the newest messages and rejected requests for all followers. Belongs to one event loop."""

    def __init__(
        self,
        log: AcceptedLog,
        refused: NewestRejections,
        readers: Readers,
        is_ending: Callable[[], bool],
        types_of: TypesOf = no_types,
    ) -> None:
        """`is_ending` returns whether the server stops, which ends all streams.

        `types_of` returns the catalogue's types, for validation errors.
        """
        self.types_of = types_of
        self._log = log
        self._refused = refused
        self._readers = readers
        self._held: _Received | None = None
        self._polled = float("-inf")
        self._polling = False
        self._room = FOLLOWERS
        self.is_ending = is_ending

    def enter(self) -> None:
        """Register a follower. Raises ServiceError where there are `FOLLOWERS` already. `leave` unregisters it."""
        # Not a context manager: the response registers it, and the stream that is sent later unregisters it.
        if self._room <= 0:
            raise ServiceError(ErrorCode.OVERLOADED, "too many streams are open", headers={"Retry-After": "5"})
        self._room -= 1

    def leave(self) -> None:
        """Unregister a follower."""
        self._room += 1

    async def head(self) -> Place:
        """Return the cursor after everything received so far."""
        return await self._readers.run(self._heads)

    async def after(self, place: Place, projects: tuple[int, ...], wanted: Wanted) -> LiveBatch:
        """Return what arrived after a cursor, possibly nothing: messages of the first project, rejections of all."""
        received = await self._since(place)
        entries = place.positions.uncovered(received.entries)
        begin = received.since.positions  # the messages between the cursor and this are not held any longer
        missed = 0
        if not place.positions.has_reached(begin):
            missed = await self._readers.run(self._log.count, place.positions, begin)
        ours = [each for each in entries if each.message.project == projects[0]]
        fitting, accepted = await self._readers.run(self._accepted, ours[-EXAMINED:], wanted) if ours else ([], [])
        requests = [each for each in received.requests if each.number > place.refused and each.project in projects]
        asked = [each for each in requests if wanted.request(each)]
        items = [*accepted, *map(of_request, asked[-SHOWN:])]
        items.sort(key=lambda item: item.received_at)  # messages and rejections come from two stores
        skipped = missed + max(0, len(ours) - EXAMINED) + _beyond(fitting) + _beyond(asked)
        return LiveBatch(items, skipped, received.until)

    def _accepted(self, entries: Sequence[Entry], wanted: Wanted) -> tuple[list[Entry], list[LiveItem]]:
        """Return the entries that match, and the newest of them as items."""
        fitting = [each for each in entries if wanted.message(each.message, self.types_of)]
        return fitting, [of_entry(each, self.types_of) for each in fitting[-SHOWN:]]

    async def _since(self, place: Place) -> _Received:
        """Return what arrived after a cursor: from memory, or read from the stores, at most the newest `HELD`."""
        await self._poll(place)
        held = self._held
        # What is held may begin after this cursor, or be missing because the poll failed.
        if held is None or not place.positions.has_reached(held.since.positions) or place.refused < held.since.refused:
            return await self._readers.run(self._read, place)
        return held

    async def _poll(self, place: Place) -> None:
        """Poll the stores, unless another follower has just done so. The first poll starts at the follower's cursor."""
        now = asyncio.get_running_loop().time()
        # One poll at a time. Followers that come meanwhile are answered from what is held.
        if self._polling or now - self._polled < LOOK_SECONDS:
            return
        self._polling = True
        held = self._held if now - self._polled < FORGOTTEN_SECONDS else None
        try:
            received = await self._readers.run(self._read, held.until if held else place)
            self._held = held.joined(received) if held else received
        except Exception:  # noqa: BLE001 - any store may fail; the next poll tries again
            _log.exception("live events cannot be read")
        finally:
            self._polling = False
            self._polled = asyncio.get_running_loop().time()

    def _heads(self) -> Place:
        return Place(self._log.head(), self._refused.head())

    def _read(self, since: Place) -> _Received:
        """Read what arrived after a cursor, at most the newest `HELD`."""
        # Up to the heads of now, so that the loop ends while more messages arrive.
        now = self._heads()
        begin = at = self._log.recent(since.positions, now.positions, HELD)
        entries: list[Entry] = []
        while not at.has_reached(now.positions) and (found := self._log.read(at, HELD)):
            entries += found
            at = at.joined(Positions(entry.position for entry in found))
        requests = self._refused.following(since.refused, now.refused, HELD)
        return _newest(Place(begin, since.refused), entries, requests, Place(at, now.refused))


def _beyond(found: Sequence[object]) -> int:
    """Return how many are not shown."""
    return max(0, len(found) - SHOWN)
