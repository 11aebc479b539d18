"""The slowest reads of the last hour, for the health page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

HOUR_SECONDS = 3_600.0


class SlowRead(NamedTuple):
    """A read: the name of its function, how long it ran or waited for a thread, and when it ended (seconds)."""

    name: str
    seconds: float
    at: float


class Slowest:
    """The slowest read of the last hour by name of the function, so the number is bounded. Times are in seconds."""

    def __init__(self) -> None:
        self._reads: dict[str, SlowRead] = {}

    def note(self, read: SlowRead) -> None:
        """Keep this read unless a read of the same name was slower within the last hour."""
        before = self._reads.get(read.name)
        if before is None or read.seconds >= before.seconds or before.at <= read.at - HOUR_SECONDS:
            self._reads[read.name] = read

    def since(self, moment: float) -> list[SlowRead]:
        """Return the reads that ended after this time, slowest first."""
        return sorted((read for read in self._reads.values() if read.at > moment), key=lambda read: -read.seconds)


def name_of(read: Callable[..., Any]) -> str:
    """Return the qualified name of a function, without the package."""
    # Services are passed as they are; some reads are bound methods or partial functions.
    while isinstance(read, partial):
        read = read.func
    kind = type(read)
    module, name = getattr(read, "__module__", kind.__module__), getattr(read, "__qualname__", kind.__qualname__)
    return f"{module.removeprefix('passerby.')}.{name}"
