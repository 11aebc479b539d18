"""What one request works with: the desk, and the project that its token opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, ParamSpec, TypeVar

from litestar.di import NamedDependency

from passerby.api.desk import Desk
from passerby.api.parameters import Wait

P = ParamSpec("P")
T = TypeVar("T")


class Access(NamedTuple):
    """The desk, for one project."""

    desk: Desk
    project: int

    async def run(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking read in one of the reading threads."""
        return await self.desk.readers.run(read, *args, **kwargs)


async def access_to_read(desk: NamedDependency[Desk], project: NamedDependency[int], wait: Wait = 0.0) -> Access:
    """Access once everything is visible that the caller wants to wait for. Every GET takes this."""
    await desk.visibility.wait(wait)
    return Access(desk, project)


def access_at_once(desk: NamedDependency[Desk], project: NamedDependency[int]) -> Access:
    """Access without waiting, for what changes something."""
    return Access(desk, project)
