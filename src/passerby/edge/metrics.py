"""Prometheus metrics of the edge."""

from __future__ import annotations

from typing import Final, TypeVar

from prometheus_client import Counter, Gauge, Histogram

REQUESTS: Final = Counter(
    "passerby_edge_requests", "Requests answered, by dialect, call and class of status.", ["dialect", "call", "status"]
)
MESSAGES: Final = Counter("passerby_edge_messages", "Messages accepted: written to disk.")
REFUSED: Final = Counter("passerby_edge_refused", "Requests rejected, by dialect and reason.", ["dialect", "reason"])
COMMIT_SECONDS: Final = Histogram(
    "passerby_edge_commit_seconds",
    "Time of one durable write to the log.",
    buckets=(0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)
COMMIT_MESSAGES: Final = Histogram(
    "passerby_edge_commit_messages",
    "Messages in one durable write to the log.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000),
)
PENDING_BYTES: Final = Gauge(
    "passerby_edge_pending_bytes",
    "Bytes of requests that are being received or waiting for the disk.",
    multiprocess_mode="livesum",
)
CONNECTIONS: Final = Gauge("passerby_edge_connections", "Open connections.", multiprocess_mode="livesum")
PRUNED: Final = Counter("passerby_edge_pruned_messages", "Messages deleted from the log by retention.")

NO_DIALECT: Final = "none"
"""The dialect label of requests to an unknown path."""

_Key = TypeVar("_Key")


class Counts:
    """Counts requests in plain integers between two calls of `publish`.

    Counting in Prometheus' shared files costs microseconds for each label; this pays for it once a second.
    """

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str, int], int] = {}
        self._refused: dict[tuple[str, str], int] = {}
        self.internal_errors = 0
        """Internal errors since the process started."""

    def answered(self, dialect: str, call: str, status: int) -> None:
        """Count a response."""
        key = (dialect, call, status)
        self._requests[key] = self._requests.get(key, 0) + 1

    def internal_error(self, dialect: str) -> None:
        """Count a request that failed with an internal error."""
        self.internal_errors += 1
        self.refused(dialect, "internal_error")

    def refused(self, dialect: str, reason: str) -> None:
        """Count a rejected request by its reason, in addition to its response."""
        key = (dialect, reason)
        self._refused[key] = self._refused.get(key, 0) + 1

    def publish(self, pending_bytes: int, connections: int) -> None:
        """Add the counts to Prometheus' metrics and set the gauges."""
        for (dialect, call, status), count in _taken(self._requests):
            REQUESTS.labels(dialect, call, f"{status // 100}xx").inc(count)
        for (dialect, reason), count in _taken(self._refused):
            REFUSED.labels(dialect, reason).inc(count)
        PENDING_BYTES.set(pending_bytes)
        CONNECTIONS.set(connections)


def _taken(tally: dict[_Key, int]) -> list[tuple[_Key, int]]:
    taken = list(tally.items())
    tally.clear()
    return taken
