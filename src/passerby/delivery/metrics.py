"""Metrics of the relay to the event store."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

EVENTS: Final = Counter("passerby_relay_events", "Events written to the event store.")
WRITE_SECONDS: Final = Histogram(
    "passerby_relay_write_seconds",
    "Time of one durable write to the event store.",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
FAILURES: Final = Counter("passerby_relay_failures", "Failed attempts to deliver rows, by fault.", ["fault"])
VISIBLE: Final = Gauge(
    "passerby_relay_visible_position",
    "Log offset up to which every event can be read, by partition of the log.",
    ["partition"],
    multiprocess_mode="livemostrecent",
)
VISIBLE.labels(0)  # shown as 0 from the start: a metric with labels has no sample before
REFILLS: Final = Counter("passerby_relay_refills", "Refills of the event store from the outbox after it lost events.")
