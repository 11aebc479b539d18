"""The monitor: a thread of the console that samples once a minute, evaluates the alert rules and sends alerts.

A data directory has one console process, which the supervisor restarts, so each change of an alert is sent from one
place.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from passerby import logs
from passerby.accounts.protocol import Alerting
from passerby.clock import Milliseconds
from passerby.monitoring import alerts
from passerby.monitoring.alerts import AlertState
from passerby.monitoring.delivery import NotDelivered, Send, notification, send
from passerby.monitoring.meter import Meter
from passerby.rejected_requests.protocol import SampleStore
from passerby.rejected_requests.record import Sample
from passerby.services import health
from passerby.services.health import Check

LATE_SECONDS: Final = 180.0
"""Time without a sample after which the monitor counts as failing."""
TICK_SECONDS: Final = 1.0
FIRST_RETRY_SECONDS: Final = 10.0
LONGEST_RETRY_SECONDS: Final = 600.0
STOP_SECONDS: Final = 2.0
_MINUTE_MS: Final = 60_000
_RECENT: Final = 10
"""Samples held in memory, so that the rules hold while none can be stored."""

_log = logs.get("monitoring")


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """The last attempt to send an alert: when, and what went wrong."""

    at: Milliseconds
    problem: str | None


class Stored(msgspec.Struct, kw_only=True):
    """What is stored across restarts. `receiver` is the address to which the `delivered` of the states refers."""

    receiver: str = ""
    states: dict[str, AlertState] = {}


class Monitor:
    """Takes samples, evaluates rules, sends alerts. Only `round` and `deliver` belong to its thread."""

    def __init__(  # noqa: PLR0913 - the parts that it watches
        self,
        *,
        meter: Callable[[], Meter],
        store: SampleStore,
        alerting: Alerting,
        checks: Sequence[Check],
        now: Callable[[], int],
        send: Send = send,
    ) -> None:
        self._make_meter = meter
        self._meter: Meter | None = None
        self.store = store
        self.alerting = alerting
        self._checks = checks
        self._now = now
        self._send = send
        self.ended = threading.Event()
        """Set when the thread is to end."""
        self.thread = threading.Thread(target=self._run, name="monitor", daemon=True)
        self._turn = threading.Lock()
        self._stored = Stored()
        self.load()
        self._recent: deque[Sample] = deque(maxlen=_RECENT)
        self._suspected: frozenset[str] = frozenset()
        self._sampled = time.monotonic()
        self.retry_at, self._delay = 0.0, 0.0
        """When to try again after a failed delivery, on the monotonic clock, and the delay before, in seconds."""
        self.last_sending: Sending | None = None

    def load(self) -> None:
        """Read the states of alerts from the control file, before the thread runs."""
        stored = self.alerting.states()
        if stored is not None:
            self._stored = msgspec.json.decode(stored, type=Stored)

    def start(self) -> None:
        """Start the thread."""
        self.thread.start()

    def stop(self) -> None:
        """End the thread. Returns after two seconds at most, even if an alert is being sent."""
        self.ended.set()
        self.thread.join(STOP_SECONDS)

    def problem(self) -> str | None:
        """Return the problem of the monitor itself, None if there is none."""
        late = time.monotonic() - self._sampled
        return None if late < LATE_SECONDS else f"no health sample for {late:.0f} s"

    def states(self) -> dict[str, AlertState]:
        """Return a copy of the alerts' states by rule."""
        with self._turn:
            return {name: msgspec.structs.replace(state) for name, state in self._stored.states.items()}

    def _run(self) -> None:
        minute = -1
        while not self.ended.wait(TICK_SECONDS):
            try:
                if (now := self._now() // _MINUTE_MS) != minute:  # by the clock, so that each minute has one sample
                    minute = now
                    self.round()
                if time.monotonic() >= self.retry_at:
                    self.deliver()
            except Exception:  # noqa: BLE001 - the next round must run whatever made this one fail
                if not self.ended.is_set():
                    _log.exception("monitoring failed, trying again")

    def round(self) -> None:
        """Take a sample, run the checks and evaluate the rules. The first call only starts counting.

        The rules are evaluated even if the sample cannot be taken or stored: the disk may be full.
        """
        now = self._now()
        try:
            if self._meter is None:
                self._meter = self._make_meter()
                return
            sample = self._meter.sample(now)
            self._recent.append(sample)
            self.store.keep(sample)
            self._sampled = time.monotonic()
        finally:
            self._evaluate(now)

    def _evaluate(self, now: int) -> None:
        settings = self.alerting.settings()
        found = {check.name: problem for check in self._checks if (problem := health.run(check)) is not None}
        # A component is reported at the second failure in a row: one can be a restart.
        lasting = {name: problem for name, problem in found.items() if name in self._suspected}
        self._suspected = frozenset(found)
        samples = [sample for sample in self._recent if now - alerts.WINDOW_MS < sample.at <= now]
        found_values = alerts.readings(samples, lasting, settings)
        with self._turn:
            changed = alerts.advance(self._stored.states, found_values, settings, now)
        if changed:
            self._keep()

    def deliver(self) -> None:
        """Send the changes that were not delivered yet; after a failure, not before the next retry."""
        settings = self.alerting.settings()
        if settings.address != self._stored.receiver:  # a new receiver gets what is firing, and nothing that is over
            with self._turn:
                self._stored.receiver = settings.address
                for state in self._stored.states.values():
                    state.delivered = False
            self._keep()
        if not settings.address:
            return
        pending = {name: state for name, state in self._stored.states.items() if state.delivered != state.firing}
        for name, state in pending.items():
            try:
                self._send(settings, notification(name, state, settings, self._now()))
            except NotDelivered as error:
                # One receiver has all alerts: the others would fail as well.
                self._delay = min(max(FIRST_RETRY_SECONDS, 2 * self._delay), LONGEST_RETRY_SECONDS)
                self.retry_at = time.monotonic() + self._delay
                self.last_sending = Sending(at=self._now(), problem=str(error))
                _log.warning("an alert cannot be sent, trying again", kind=name, seconds=self._delay)
                return
            self._delay, self.retry_at = 0.0, 0.0
            self.last_sending = Sending(at=self._now(), problem=None)
            with self._turn:
                state.delivered = state.firing
            self._keep()  # after each one: a restart must not send it again

    def _keep(self) -> None:
        self.alerting.keep_states(msgspec.json.encode(self._stored).decode())
