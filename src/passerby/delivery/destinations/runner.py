"""Delivers the items of one destination: reads, sends, retries, and records every outcome with the position.

One task per destination. Its loop reads items into the window, prepares and sends what may be sent, and records
outcomes; requests are tasks of their own, at most `CONNECTIONS` at a time. No destination waits for another one.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Sequence
from typing import Final

import msgspec

from passerby import logs
from passerby.deliveries.protocol import number_of, row_of
from passerby.delivery.destinations.http import CONNECTIONS
from passerby.delivery.destinations.items import Item
from passerby.delivery.destinations.ledger import NO_LONGER_STORED, Entry, Ledger
from passerby.delivery.destinations.recorder import Recorder
from passerby.delivery.destinations.samples import exchange
from passerby.delivery.destinations.sending import Client, Part, Sent, send
from passerby.delivery.destinations.shared import Shared
from passerby.delivery.destinations.target import Excluded, Target, size_of
from passerby.delivery.destinations.window import Window
from passerby.destinations import breaker as breakers
from passerby.destinations import rate as rates
from passerby.destinations.breaker import Breaker
from passerby.destinations.kind import Payload
from passerby.destinations.records import PauseReason
from passerby.destinations.verdicts import RATE_LIMITED, Result
from passerby.outbox.records import Merged

WINDOW_ITEMS: Final = 2_000
"""Items without an outcome that are held, plus those of one more row of the outbox."""
RECORD_MS: Final = 100
"""Time between two records of outcomes. After a crash, items in flight and those since the last record are repeated."""
POLL_SECONDS: Final = 0.05
"""Polling interval of an outbox without new rows."""
DUE_MS: Final = 1_000
"""Polling interval of parked items, which others may add: a replay revives dead ones."""
PREPARED_AT_ONCE: Final = 50
"""Items whose envelopes and payloads are made without a pause for other destinations."""
SAMPLE_MS: Final = 1_000
"""A successful exchange is kept as a sample at most this often."""
PROBE_MS: Final = 3_600_000
"""How often a destination that was paused because of its credentials tries one item."""

_SEVERITY: Final[Sequence[Result]] = (
    "delivered",
    "permanent",
    "too_large",
    "temporary",
    "gone",
    "misconfigured",
    "auth",
)
"""Of an item with several payloads, the outcome that is last here counts."""
_PAUSING: Final[dict[Result, PauseReason]] = {"auth": "auth", "gone": "gone", "misconfigured": "misconfigured"}

_log = logs.get("delivery")


class Runner:
    """The delivery of one destination, until it is stopped."""

    def __init__(self, target: Target, begin_after: int, shared: Shared, client: Client) -> None:
        """A new destination begins after the item `begin_after`; one that has a position continues there."""
        self._target = target
        self._id = target.destination.id
        self._begin_after = begin_after
        self._shared = shared
        self._client = client
        self._rate = rates.new_rate(target.limits.requests_per_second, shared.now())
        self._breaker = Breaker()
        self._ledger = Ledger(Window(begin_after, (), {}, ordered=target.ordered), target.secrets, 0)
        self._row = 0
        """The row of the outbox that was read last."""
        self._prepared: deque[tuple[Entry, Payload]] = deque()
        self._requests: set[asyncio.Task[None]] = set()
        self._ready_since = 0
        self._recorded_at = self._sampled_at = 0
        self.paused: PauseReason = target.destination.pause_reason
        self._probe_at = target.destination.changed_at + PROBE_MS
        self._pause_is_new = False
        self._recorder = Recorder(self._id, shared)
        self._wake = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Deliver until `stop`; then finish the requests in flight and record their outcomes.

        A fault of ours ends it, too: items without an outcome are tried again by the next run.
        """
        await self._begin()
        try:
            while not self._stopping:
                await self._step()
        finally:
            if self._requests:
                await asyncio.wait(self._requests)
            await self._record(self._shared.now())

    def stop(self) -> None:
        """End `run` when the requests in flight have their outcomes."""
        self._stopping = self._recorder.stopping = True
        self._wake.set()

    async def _step(self) -> None:
        for task in [task for task in self._requests if task.done()]:
            self._requests.remove(task)
            task.result()  # raises a fault of ours
        self._wake.clear()
        now = self._shared.now()
        was_read = await self._fill(now)
        delay_ms = await self._dispatch(now)
        if now - self._recorded_at >= RECORD_MS:
            await self._record(now)
        if not was_read:
            seconds = POLL_SECONDS if delay_ms is None else min(delay_ms / 1000, POLL_SECONDS)
            await self._sleep(seconds)

    async def _sleep(self, seconds: float) -> None:
        """Return after this time, or when a request ends."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _begin(self) -> None:
        """Continue at the recorded position.

        Items that were counted as selected and have no outcome are read, and counted, again.
        """
        store, now = self._shared.store, self._shared.now()
        progress = await self._shared.in_thread(lambda: store.begin(self._id, self._begin_after, now))
        persons = await self._shared.in_thread(lambda: store.parked_persons(self._id))
        window = Window(progress.done, progress.ahead, persons, ordered=self._target.ordered)
        self._ledger = Ledger(window, self._target.secrets, now)
        if progress.waiting:
            self._ledger.changes.count("selected", n=-progress.waiting)
        if progress.breaker:
            self._breaker = msgspec.json.decode(progress.breaker, type=Breaker)
        # Rows are read whole: where every item read has its outcome, so has every item of the last row.
        self._row = row_of(progress.done) - (progress.done < progress.read)

    async def _fill(self, now: int) -> bool:
        """Read the next row into the window if there is room; return whether there was one."""
        window = self._ledger.window
        if len(window) >= WINDOW_ITEMS or (self.paused and len(window)):
            return False
        row = await self._shared.feed.after(self._row)
        if row is None:
            return False
        if row.id > self._row + 1:
            self._skip_to(row.id, now)
            return False
        items = [item for item in row.items if item.number > window.read]
        selected = {item.number for item in items if self._target.selects(item)}
        canonical = await self._canonical([item for item in items if item.number in selected])
        moved: list[tuple[str, str]] = []
        for item in items:
            merges = [(change.profile, change.winner) for change in item.changes if isinstance(change, Merged)]
            moved += [(loser, winner) for loser, winner in merges if window.merge(loser, winner)]
            if item.number not in selected or window.has_outcome(item.number):
                window.skip(item.number)
            else:
                self._ledger.read(item, canonical.get(item.profile, item.profile), now)
        self._row = row.id
        if moved:
            await self._move_persons(moved, now)
        return True

    def _skip_to(self, row: int, now: int) -> None:
        """Continue at a row because the ones before it are no longer stored, and pause so that an operator knows."""
        _log.error("the outbox has lost rows that were not delivered", destination=self._id, rows=row - self._row - 1)
        self._ledger.window.skip(number_of(row, 0) - 1)
        self._row = row - 1
        self._pause("retention", now)

    async def _canonical(self, items: Sequence[Item]) -> dict[str, str]:
        """Return the canonical profiles of items by whose order they are delivered."""
        if not items or not self._target.ordered:
            return {}
        project, profiles = items[0].project, list({item.profile for item in items})
        return await self._shared.in_thread(lambda: self._shared.people.canonical(project, profiles))

    async def _move_persons(self, moved: Sequence[tuple[str, str]], now: int) -> None:
        """Let the parked items of absorbed profiles wait in the order of their winners."""
        await self._record(now)  # first: items that were parked since the last record move, too
        store = self._shared.store

        def move() -> None:
            for loser, winner in moved:
                store.move_person(self._id, loser, winner)

        await self._shared.in_thread(move)

    async def _dispatch(self, now: int) -> int | None:
        """Send what breaker, rate and connections allow; return the ms until the rate allows more, if it ends that."""
        while len(self._requests) < CONNECTIONS and self._may_send(now):
            if not self._prepared and not await self._prepare(now):
                return None
            if not self._prepared:
                continue  # nothing of the prepared items is sent
            self._rate, delay_ms = rates.take(self._rate, now)
            if delay_ms:
                return delay_ms
            is_probe = self._breaker.is_open
            task = asyncio.create_task(self._send(self._pack(), is_probe=is_probe))
            task.add_done_callback(lambda _: self._wake.set())
            self._requests.add(task)
        if self._prepared and (self.paused or self._breaker.is_open):
            self._put_back_prepared()
        return None

    def _may_send(self, now: int) -> bool:
        if self.paused:
            return self.paused == "auth" and now >= self._probe_at and not self._requests
        permission = breakers.permission(self._breaker, now)
        return permission == "send" or (permission == "probe" and not self._requests)

    async def _prepare(self, now: int) -> bool:
        """Prepare the next items, parked ones first; return whether there were any."""
        is_probe = self.paused or self._breaker.is_open
        limit = 1 if is_probe else max(PREPARED_AT_ONCE, self._target.limits.max_items)
        entries = await self._due(now, limit)
        left = limit - len(entries)
        if left and (is_probe or self._is_time_for_a_request(now)):
            entries += [Entry(item, person) for item, person in self._ledger.window.take(left)]
        if not entries:
            return False
        project, people = self._target.destination.project, self._shared.people
        ids = {entry.item.profile for entry in entries}
        profiles = await self._shared.in_thread(lambda: {each: people.profile(project, each) for each in ids})
        for entry in entries:
            made = self._target.attempt(entry.item, profiles[entry.item.profile], now)
            if isinstance(made, Excluded):
                self._ledger.excluded(entry, made, now)
                continue
            entry.attempt, entry.pending = made, len(made.payloads)
            self._prepared.extend((entry, payload) for payload in made.payloads)
        return True

    async def _due(self, now: int, limit: int) -> list[Entry]:
        """Return parked items whose time has come. Those whose row is no longer stored are dead."""
        ledger, store = self._ledger, self._shared.store
        if now < ledger.next_due:
            return []
        # As many more as there are that are tried already: their records stay until they have an outcome.
        wanted = limit + ledger.retrying
        due = await self._shared.in_thread(lambda: store.due(self._id, now, wanted))
        if len(due) < wanted:
            ledger.next_due = now + DUE_MS
            next_due = await self._shared.in_thread(lambda: store.next_due(self._id))
            if next_due is not None and next_due > now:
                ledger.next_due = min(next_due, ledger.next_due)
        entries: list[Entry] = []
        for parked in due:
            if len(entries) >= limit:
                ledger.next_due = now
                break
            if ledger.begin_retry(parked):
                item = await self._shared.feed.item(parked.number)
                if item is None:
                    ledger.dropped(parked, NO_LONGER_STORED, now)
                else:
                    entries.append(Entry(item, parked.person, parked))
        return entries

    def _is_time_for_a_request(self, now: int) -> bool:
        """Return whether ready items fill a request, or have waited for others as long as they may."""
        ready, limits = self._ledger.window.ready, self._target.limits
        if not ready or ready >= limits.max_items or not limits.max_wait_ms:
            self._ready_since = 0
            return ready > 0
        self._ready_since = self._ready_since or now
        if now - self._ready_since < limits.max_wait_ms:
            return False
        self._ready_since = 0
        return True

    def _pack(self) -> list[tuple[Entry, Payload]]:
        """Take the payloads of the next request from those that are prepared: of one route, within the limits."""
        limits, route = self._target.limits, self._prepared[0][1].route
        packed: list[tuple[Entry, Payload]] = []
        most = 1 if self.paused or self._breaker.is_open else limits.max_items
        size = 0
        while self._prepared and len(packed) < most:
            payload = self._prepared[0][1]
            size += size_of(payload) + 1
            if payload.route != route or (packed and size > limits.max_bytes):
                break
            packed.append(self._prepared.popleft())
            packed[-1][0].sent += 1
        return packed

    async def _send(self, packed: Sequence[tuple[Entry, Payload]], *, is_probe: bool) -> None:
        """Send payloads, and let the ledger know the outcomes of the items that have all of theirs."""
        parts: list[Part] = [(entry.attempt, payload) for entry, payload in packed if entry.attempt is not None]
        last: list[Sent] = []

        def on_sent(sent: Sent) -> None:
            last[:] = [sent]
            self._note(sent, is_probe=is_probe)

        outcomes = await send(self._target, self._client, parts, self._shared.now, on_sent)
        now = self._shared.now()
        finished = []
        for (entry, _), outcome in zip(packed, outcomes, strict=True):
            entry.outcome = max(entry.outcome, outcome, key=lambda each: _SEVERITY.index(each.result))
            entry.pending -= 1
            if not entry.pending:
                finished.append(entry)
        self._finish(finished, last[0], now)

    def _note(self, sent: Sent, *, is_probe: bool) -> None:
        """Let breaker and rate know of a request, and keep it as a sample."""
        now, outcome = self._shared.now(), sent.outcome
        failed = outcome.result == "temporary"
        self._breaker = breakers.record(self._breaker, failed=failed, now=now, probe=is_probe)
        if outcome.reason == RATE_LIMITED:
            self._rate = rates.refused(self._rate, now, outcome.retry_after_ms)
        if outcome.result != "delivered" or now - self._sampled_at >= SAMPLE_MS:
            self._sampled_at = now
            self._ledger.changes.exchanges.append(exchange(sent, self._target.secrets, now))

    def _finish(self, entries: Sequence[Entry], sent: Sent, now: int) -> None:
        """Let the ledger know the outcomes of items."""
        returned = []
        for entry in entries:
            result = entry.outcome.result
            if result == "delivered":
                self._ledger.delivered(entry, now)
                self._pause("", now)
            elif result in _PAUSING:
                self._pause(_PAUSING[result], now)
                returned.append(entry)
            elif result != "temporary":
                self._ledger.given_up(entry, sent, now)
            elif self._breaker.is_open:
                returned.append(entry)  # the target is down: that is no failure of the item
            else:
                self._ledger.failed(entry, sent, now, random.random())  # noqa: S311 - jitter
        self._ledger.put_back(returned)

    def _put_back_prepared(self) -> None:
        """Let items that are prepared and not sent be judged again, when something may be sent again."""
        whole = {id(entry): entry for entry, _ in self._prepared if not entry.sent}
        # An item of several payloads, some of which were sent, keeps what is left of them.
        self._prepared = deque(part for part in self._prepared if id(part[0]) not in whole)
        self._ledger.put_back(whole.values())

    def _pause(self, reason: PauseReason, now: int) -> None:
        """Pause the destination, or resume it with "". Nothing is lost: the position stays."""
        if reason:
            self._probe_at = now + PROBE_MS
        if reason != self.paused:
            self.paused = reason
            self._pause_is_new = True
            event = "destination is paused" if reason else "destination is resumed"
            _log.warning(event, destination=self._id, reason=reason)

    async def _record(self, now: int) -> None:
        """Record outcomes and position."""
        self._recorded_at = now
        if breakers.must_pause(self._breaker, now):
            self._pause("failing", now)
        paused = self.paused if self._pause_is_new else None
        self._pause_is_new = False
        await self._recorder.record(self._ledger, self._breaker, paused, now)
