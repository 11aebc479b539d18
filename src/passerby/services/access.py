"""What one use case works with: the stores, and the project that its caller may use."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, ParamSpec, TypeVar

from passerby.services.desk import Desk

P = ParamSpec("P")
T = TypeVar("T")


class Access(NamedTuple):
    """The desk, for one project."""

    desk: Desk
    project: int

    async def run(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking read in one of the reading threads."""
        return await self.desk.readers.run(read, *args, **kwargs)
