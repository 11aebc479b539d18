"""What has come in, and who it made: one page without depth."""

from __future__ import annotations

import msgspec
from litestar.di import NamedDependency

from passerby.api.answers import Stats
from passerby.api.stats import stats_of
from passerby.console.screens import Visit, screen


class Overview(msgspec.Struct, kw_only=True):
    """The state of a project at a glance."""

    stats: Stats


async def gather(visit: NamedDependency[Visit]) -> Overview:
    return Overview(stats=await visit.run(stats_of, visit.access))


routes = [screen("/", gather, "overview.html")]
