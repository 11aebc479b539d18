"""How routes get at their project: at once, or after everything that the caller waits for is readable."""

from __future__ import annotations

from litestar.di import NamedDependency

from passerby.services.access import Access
from passerby.services.desk import Desk
from passerby.web.parameters import Wait


async def access_to_read(desk: NamedDependency[Desk], project: NamedDependency[int], wait: Wait = 0.0) -> Access:
    """Access once everything is visible that the caller wants to wait for. Every GET takes this."""
    await desk.visibility.wait(wait)
    return Access(desk, project)


def access_at_once(desk: NamedDependency[Desk], project: NamedDependency[int]) -> Access:
    """Access without waiting, for what changes something."""
    return Access(desk, project)
