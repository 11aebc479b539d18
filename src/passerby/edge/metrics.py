"""What the edge lets be measured. All of its metrics stand here."""

from __future__ import annotations

from typing import Final, TypeVar

from prometheus_client import Counter, Gauge, Histogram

REQUESTS: Final = Counter(
    "passerby_edge_requests", "Requests answered, by dialect, call and class of status.", ["dialect", "call", "status"]
)
MESSAGES: Final = Counter("passerby_edge_messages", "Messages accepted: they are on disk.")
REFUSED: Final = Counter("passerby_edge_refused", "Requests refused, by dialect and reason.", ["dialect", "reason"])
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
    "Bytes of requests that are being read or wait for the disk.",
    multiprocess_mode="livesum",
)
CONNECTIONS: Final = Gauge("passerby_edge_connections", "Open connections.", multiprocess_mode="livesum")
PRUNED: Final = Counter("passerby_edge_pruned_messages", "Messages that retention let go from the log.")

NO_DIALECT: Final = "none"
"""The dialect of a path that is no vendor's."""

_Key = TypeVar("_Key")


class Counts:
    """What was counted since the last `publish`, in plain integers.

    To count in Prometheus' shared files costs microseconds for each label; this way that is paid once a second.
    """

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str, int], int] = {}
        self._refused: dict[tuple[str, str], int] = {}
        self.internal_errors = 0
        """Ever since the process began."""

    def answered(self, dialect: str, call: str, status: int) -> None:
        """Count a request by its answer."""
        key = (dialect, call, status)
        self._requests[key] = self._requests.get(key, 0) + 1

    def internal_error(self, dialect: str) -> None:
        """Count a request that met a mistake of ours."""
        self.internal_errors += 1
        self.refused(dialect, "internal_error")

    def refused(self, dialect: str, reason: str) -> None:
        """Count a refusal by its reason, beside the answer to it."""
        key = (dialect, reason)
        self._refused[key] = self._refused.get(key, 0) + 1

    def publish(self, pending_bytes: int, connections: int) -> None:
        """Hand over to Prometheus, together with what is there now."""
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
