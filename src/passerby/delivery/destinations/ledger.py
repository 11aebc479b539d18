"""The outcomes of a destination's items, collected until they are recorded together with the position. Pure.

Every item that is read ends in exactly one of these methods, or waits in the window. So the counts add up: selected
items are filtered, withheld, delivered, dead, parked or waiting.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from passerby.deliveries.latency import latency_class
from passerby.deliveries.protocol import Changes, Dead, Parked
from passerby.delivery.destinations.items import Item
from passerby.delivery.destinations.samples import excerpt
from passerby.delivery.destinations.sending import Sent
from passerby.delivery.destinations.target import Attempt, Excluded
from passerby.delivery.destinations.window import Window
from passerby.destinations.retry import next_attempt
from passerby.destinations.verdicts import DELIVERED

LANE_LIMIT: Final = 1_000
"""Parked items of a person. Beyond it the oldest are dead, so that later ones are delivered at some time."""
LANE_FULL: Final = "lane_full"
NO_LONGER_STORED: Final = "no_longer_stored"


class Entry:
    """An item in delivery: its person, the record of its earlier attempts, and the outcomes of its payloads so far."""

    __slots__ = ("attempt", "item", "outcome", "parked", "pending", "person", "sent")

    def __init__(self, item: Item, person: str, parked: Parked | None = None) -> None:
        self.item = item
        self.person = person
        self.parked = parked
        self.attempt: Attempt | None = None
        self.pending = 0
        """Payloads without an outcome."""
        self.sent = 0
        """Payloads that a request was made for."""
        self.outcome = DELIVERED


class Ledger:
    """Outcomes since the last record, and the window that they are of."""

    def __init__(self, window: Window, secrets: Iterable[str], now: int) -> None:
        self.window = window
        self.changes = Changes(window.read, window.read, now)
        self.next_due = 0
        """When to look for parked items again (ms)."""
        self.overfull: set[str] = set()
        """Persons with more parked items than LANE_LIMIT."""
        self._secrets = list(secrets)
        self._retrying: set[tuple[str, int]] = set()

    def begin_retry(self, parked: Parked) -> bool:
        """Record that a parked item is tried again; return False if it is being tried, or has an unrecorded outcome."""
        key = parked.source, parked.number
        if key in self._retrying:
            return False
        self._retrying.add(key)
        return True

    @property
    def retrying(self) -> int:
        """Number of parked items that are tried again, or have an outcome that is not recorded."""
        return len(self._retrying)

    def read(self, item: Item, person: str, now: int) -> None:
        """Record that an item is selected. It goes to the window, or is parked after an earlier one of its person."""
        self.changes.count("selected")
        if not self.window.add(item, person):
            self._park_after(item, self.window.person(person), now)

    def delivered(self, entry: Entry, now: int) -> None:
        """Record that an item is delivered."""
        self.changes.count("delivered")
        self.changes.count("latency", str(latency_class(now - entry.item.at)))
        self._settle(entry)

    def excluded(self, entry: Entry, excluded: Excluded, now: int) -> None:
        """Record that an item is not sent."""
        if excluded.step == "dead":
            self._dead_letter(entry, excluded.reason, now, attempts=attempts_of(entry), text=excluded.excerpt)
            return
        self.changes.count(excluded.step, excluded.reason)
        self._settle(entry)

    def put_back(self, entries: Iterable[Entry]) -> None:
        """Let items be tried again as if they had not been tried. They are in their order."""
        entries = list(entries)
        self.window.put_back((entry.item, entry.person) for entry in entries if entry.parked is None)
        for entry in entries:
            if entry.parked is not None:
                self._retrying.discard((entry.parked.source, entry.parked.number))

    def failed(self, entry: Entry, sent: Sent, now: int, jitter: float) -> None:
        """Park an item until its next attempt, with the later items of its person; give it up after the last one."""
        outcome, item, before = entry.outcome, entry.item, entry.parked
        attempts = attempts_of(entry) + 1
        not_before = next_attempt(attempts, now, outcome.retry_after_ms, jitter)
        if not_before is None:
            self.given_up(entry, sent, now)
            return
        person = self.window.person(entry.person)
        first_at = now if before is None else before.first_at
        status = 0 if sent.response is None else sent.response.status
        parked = Parked(item.number, person, not_before, attempts, first_at, now, status, outcome.reason, item.source)
        self.changes.parked.append(parked)
        self.next_due = min(self.next_due, not_before)
        if before is None:
            self.window.count_parked(person, 1)
            for follower in self.window.settle(item.number, entry.person, parked=True):
                self._park_after(follower, person, now)

    def given_up(self, entry: Entry, sent: Sent, now: int) -> None:
        """Record that an item is dead after a response, or after its last attempt."""
        status = 0 if sent.response is None else sent.response.status
        text = excerpt(sent, self._secrets)
        self._dead_letter(entry, entry.outcome.reason, now, attempts=attempts_of(entry) + 1, status=status, text=text)

    def dropped(self, parked: Parked, reason: str, now: int) -> None:
        """Record that a parked item is dead that cannot be read, or that is one too many of its person."""
        self._retrying.add((parked.source, parked.number))
        dead = Dead(
            parked.number, "", "", parked.person, now, parked.attempts, parked.status, reason, source=parked.source
        )
        self.changes.dead.append(dead)
        self.changes.count("dead", reason)
        self.changes.unparked.append(parked)
        self.window.count_parked(self.window.person(parked.person), -1)

    def take(self, now: int, breaker: str) -> Changes:
        """Return the outcomes since the last call and the position, to be recorded; call `recorded` after that."""
        changes, moved = self.changes, self.window.moved()
        changes.read, changes.done, changes.ahead = moved.read, moved.done, moved.ahead
        changes.at, changes.waiting, changes.oldest_at = now, moved.waiting, moved.oldest_at
        changes.breaker = breaker
        self.changes = Changes(moved.read, moved.done, now)
        return changes

    def recorded(self, changes: Changes) -> None:
        """Let parked items be tried again whose outcomes are recorded now."""
        for parked in (*changes.unparked, *changes.parked):
            self._retrying.discard((parked.source, parked.number))

    def _park_after(self, item: Item, person: str, now: int) -> None:
        """Park an item that waits for an earlier one of its person. It has made no attempt."""
        self.changes.parked.append(Parked(item.number, person, None, 0, now, 0, source=item.source))
        self.window.settle(item.number)
        self.window.count_parked(person, 1)
        if self.window.parked(person) > LANE_LIMIT:
            self.overfull.add(person)

    def _settle(self, entry: Entry) -> None:
        """Let the position move over an item, and the next one of its person be sent."""
        if entry.parked is None:
            self.window.settle(entry.item.number, entry.person)
            return
        self.changes.unparked.append(entry.parked)
        self.window.count_parked(self.window.person(entry.parked.person), -1)
        self.next_due = 0  # the next item of the person is due

    def _dead_letter(  # noqa: PLR0913 - what is shown of a dead item
        self, entry: Entry, reason: str, now: int, *, attempts: int, status: int = 0, text: str = ""
    ) -> None:
        item, person = entry.item, self.window.person(entry.person)
        dead = Dead(item.number, item.type, item.subject, person, now, attempts, status, reason, text, item.source)
        self.changes.dead.append(dead)
        self.changes.count("dead", reason)
        self._settle(entry)


def attempts_of(entry: Entry) -> int:
    """Return the attempts that an item has made before."""
    return 0 if entry.parked is None else entry.parked.attempts
