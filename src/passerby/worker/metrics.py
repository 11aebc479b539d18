"""Metrics of the worker."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

MESSAGES = Counter("passerby_worker_messages", "Messages read from the log, by outcome.", ["outcome"])
EVENTS = Counter("passerby_worker_events", "Events resolved and put into the outbox.")
BATCH_SECONDS = Histogram(
    "passerby_worker_batch_seconds",
    "Time to apply one batch, its transaction included.",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
POSITION = Gauge(
    "passerby_worker_position",
    "Log offset up to which messages are applied, by partition of the log.",
    ["partition"],
    multiprocess_mode="max",
)
POSITION.labels(0)  # shown as 0 from the start: a metric with labels has no sample before
FAILURES = Counter("passerby_worker_failures", "Batches that failed and were tried again, by kind.", ["kind"])
OUTBOX_BYTES = Gauge(
    "passerby_outbox_bytes",
    "Size of the outbox: events and changes of profiles that consumers can still read.",
    multiprocess_mode="livemostrecent",
)
OUTBOX_OLDEST = Gauge(
    "passerby_outbox_oldest_timestamp_seconds",
    "When the oldest message in the outbox was received; 0 for an empty outbox.",
    multiprocess_mode="livemostrecent",
)
