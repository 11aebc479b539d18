"""How routes get at their project: at once, or after everything that the caller waits for is readable."""

from __future__ import annotations

from litestar.di import NamedDependency

from passerby.services.access import ServerAccess
from passerby.services.caller import Caller
from passerby.services.context import ServerContext
from passerby.web.parameters import Wait


async def access_to_read(
    context: NamedDependency[ServerContext],
    project: NamedDependency[int],
    caller: NamedDependency[Caller],
    wait: Wait = 0.0,
) -> ServerAccess:
    """ServerAccess once everything is visible that the caller wants to wait for. Every GET takes this."""
    await context.visibility.wait(wait)
    return ServerAccess(context, project, caller)


def access_at_once(
    context: NamedDependency[ServerContext], project: NamedDependency[int], caller: NamedDependency[Caller]
) -> ServerAccess:
    """ServerAccess without waiting, for what changes something."""
    return ServerAccess(context, project, caller)
