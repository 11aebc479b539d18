"""Health: components, load over time, the disk forecast, alerts, processes and slow queries; and the diagnostics."""

from __future__ import annotations

import asyncio
import platform
from importlib.metadata import version
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from passerby.clock import Milliseconds
from passerby.console import system_stats
from passerby.console.auth.permissions import Permission
from passerby.console.pages.alerts import Alerts, alerts_of
from passerby.console.presenters.components import Component, components
from passerby.console.routing import PageContext, form_route, page_route, render_page
from passerby.console.system_stats import Disk, Process
from passerby.monitoring.trends import FORECAST_MS, RANGES, Forecast, Range, Trends, forecast, trends
from passerby.positions import START
from passerby.services import health
from passerby.services.slowest import HOUR_SECONDS
from passerby.storage import locks
from passerby.storage.data_dir import DataDir

WantedRange = Annotated[Range, QueryParameter(name="range", description="The last hour, day or week.")]


class Part(msgspec.Struct, kw_only=True):
    """A check, and the problem that it found, null for none."""

    name: str
    problem: str | None


class Progress(msgspec.Struct, kw_only=True):
    """Log offsets: accepted, applied to profiles, and queryable in the event store. Sums over the log's partitions."""

    accepted: int
    applied: int
    visible: int


class Slow(msgspec.Struct, kw_only=True):
    """A slow query of the last hour."""

    name: str
    ms: float
    at: Milliseconds


class Health(msgspec.Struct, kw_only=True):
    """The state of the server; `since` is the time of the first sample of the range, null for none."""

    well: bool
    components: list[Component]
    trends: Trends
    since: Milliseconds | None
    forecast: Forecast
    alerts: Alerts
    parts: list[Part]
    processes: list[Process]
    progress: Progress
    disk: Disk
    slowest: list[Slow]
    versions: dict[str, str]


async def load(page: NamedDependency[PageContext], wanted: WantedRange = "hour") -> Health:
    context, monitor, folder = page.context, page.console.monitor, DataDir(page.console.settings.data)
    # At the same time, as a check may wait for another process.
    problems = await asyncio.gather(*(page.run(health.run, check) for check in context.checks))
    parts = [Part(name=check.name, problem=found) for check, found in zip(context.checks, problems, strict=True)]
    parts.append(Part(name="monitor", problem=monitor.problem()))
    now = context.now()
    steps, seconds = RANGES[wanted]
    since = now - max(steps * seconds * 1000, FORECAST_MS)  # the forecast needs a day, whatever the range
    progress, serving, disk, samples, alerts = await asyncio.gather(
        page.run(_progress, page),
        page.run(locks.running, folder),
        page.run(system_stats.disk, folder),
        page.run(monitor.store.since, since, now),
        page.run(alerts_of, page),
    )
    slow = context.readers.slowest.since(now / 1000 - HOUR_SECONDS)
    return Health(
        well=not any(part.problem for part in parts),
        components=components({part.name: part.problem for part in parts if part.problem}),
        trends=trends(samples, wanted, now),
        since=samples[0].at if samples else None,
        forecast=forecast(samples, now),
        alerts=alerts,
        parts=parts,
        # None where the roles were started one by one: no process then knows the others.
        processes=await page.run(system_stats.processes, serving.pid) if serving else [],
        progress=progress,
        disk=disk,
        slowest=[Slow(name=name, ms=round(took * 1000, 1), at=int(at * 1000)) for name, took, at in slow],
        versions={
            "Passerby": version("passerby"),
            **page.console.versions(),
            "Python": platform.python_version(),
        },
    )


def _progress(page: PageContext) -> Progress:
    log, progress = page.context.log, page.context.visibility.progress()
    return Progress(**{name: log.count(START, positions) for name, positions in progress._asdict().items()})


async def run_diagnostics(page: NamedDependency[PageContext]) -> Response[Any]:
    """Run the diagnostics. They read whole files, so one run at a time."""
    findings = await page.console.examinations.run(lambda: list(page.console.diagnose()))
    return render_page("health.html", page=page, view=await load(page), findings=findings)


routes = [
    page_route("/health", load, "health.html"),
    form_route("/health/examination", run_diagnostics, permission=Permission.VIEWER),
]
