"""Objects shared by all requests of one ingest process: keys, limits, counters, group commit."""

from __future__ import annotations

import time
from collections.abc import Callable

import uuid_utils

from passerby.clock import now_ms
from passerby.dialects import registry
from passerby.dialects.contract import Call, Credentials
from passerby.edge.commit import GroupCommit
from passerby.edge.limits import Budget, RateLimits
from passerby.edge.lookup import NoProfileLookup, ProfileLookup
from passerby.edge.metrics import Counts
from passerby.edge.rejections import RejectionBuffer
from passerby.log.protocol import LogWriter
from passerby.proxies import TrustedProxies
from passerby.sdk import serving
from passerby.settings import EdgeSettings

# Looked up once: called for every request.
_uuid7 = uuid_utils.uuid7

Clock = Callable[[], int]
Match = Callable[[str], Call | None]


def new_id() -> str:
    """Return a new UUIDv7 as canonical text."""
    return str(_uuid7())


def match(path: str) -> Call | None:
    """Return the call at a (decoded) path: of a dialect, or for a file of the SDKs; None for an unknown path."""
    return registry.match(path) or serving.match(path) or serving.match(registry.tidy(path))


class Edge:
    """The services that handle requests. Created, used and closed within one running event loop."""

    def __init__(  # noqa: PLR0913 - all that an edge works with, each of it something else in a test
        self,
        credentials: Credentials,
        log: LogWriter,
        settings: EdgeSettings,
        clock: Clock = now_ms,
        *,
        match: Match = match,
        lookup: ProfileLookup | None = None,
        proxies: TrustedProxies | None = None,
    ) -> None:
        self.settings = settings
        self.credentials = credentials
        self.clock = clock
        self.match = match
        self.lookup = lookup or NoProfileLookup()
        self.proxies = proxies or TrustedProxies()
        self.budget = Budget(settings.pending_bytes)
        self.rates = RateLimits(settings.rate_factor, time.monotonic)
        self.counts = Counts()
        self.rejections = RejectionBuffer()
        self.commit = GroupCommit(log, self.budget, clock)

    def close(self) -> None:
        """Write pending batches and end the writer thread. To be called when no request is open."""
        self.commit.close()
