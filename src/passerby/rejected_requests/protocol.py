"""Stores of operational data: rejected requests and their counts, uses of keys, and health samples.

They have in common that a power failure may lose what was stored last: storing delays nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from passerby.errors import StoreBroken, StoreUnavailable
from passerby.rejected_requests.record import Count, RejectedRequest, Sample, Use


class RejectionsUnavailable(StoreUnavailable):
    """Rejected requests cannot be read or written at the moment."""

    store = "the store of rejected requests"


class RejectionsBroken(StoreBroken):
    """Rejected requests cannot be read or written: a damaged file, or a bug."""

    store = "the store of rejected requests"


class RejectedWriter(Protocol):
    """Stores rejected requests. Several may write at once; each belongs to one thread at a time."""

    def add(self, requests: Sequence[RejectedRequest], counts: Iterable[Count]) -> None:
        """Store requests and counts in one transaction, and drop the oldest requests beyond the limits."""

    def count_uses(self, uses: Mapping[int, int], now: int) -> None:
        """Add the uses of keys, by their ids, to the minute of `now` (ms)."""

    def prune(self, now: int) -> None:
        """Delete expired requests at `now` (ms), and aggregate old counts by hour and by day."""

    def close(self) -> None: ...


class RejectedReader(Protocol):
    """Reads rejected requests. For any thread."""

    def head(self) -> int:
        """Return the number of the last rejected request, 0 for none."""

    def newest(self, projects: Iterable[int], *, limit: int, before: int | None = None) -> list[RejectedRequest]:
        """Return at most `limit` requests of these projects older than number `before`, newest first."""

    def following(self, after: int, until: int, limit: int) -> list[RejectedRequest]:
        """Return the requests of all projects after a number up to another, oldest first; of too many the newest."""

    def counted(self, project: int, begin: int, end: int, step: int) -> list[tuple[str, int, int]]:
        """Return dialect, beginning (ms) and number of rejected requests in steps of so many seconds."""

    def uses(self, now: int) -> dict[int, Use]:
        """Return when each key was last used, and how often in the hour before `now` (ms), by the keys' ids."""

    def close(self) -> None: ...


class SampleStore(Protocol):
    """Stores health samples, one a minute for a week. For any thread."""

    def keep(self, sample: Sample) -> None:
        """Store a sample; delete expired ones, and later ones, which a clock that was ahead has left."""

    def since(self, moment: int, until: int) -> list[Sample]:
        """Return the samples with `moment` < at <= `until` (ms), oldest first."""
