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

from passerby.console import system_stats
from passerby.console.auth.permissions import Permission
from passerby.console.pages.alerts import Alerts, alerts_of
from passerby.console.presenters.components import Component, components
from passerby.console.rendering import iso_of
from passerby.console.routing import PageContext, form_route, page_route, render_page
from passerby.console.system_stats import Disk, Process
from passerby.doctor.finding import Finding
from passerby.monitoring.samples import Sample
from passerby.monitoring.trends import FORECAST_MS, RANGES, Forecast, Range, Trends, forecast, trends
from passerby.positions import START
from passerby.services import health
from passerby.services.slowest import HOUR_SECONDS
from passerby.storage import locks
from passerby.storage.data_dir import DataDir

WantedRange = Annotated[Range, QueryParameter(name="range", description="The last hour, day or week.")]


class Part(msgspec.Struct, kw_only=True):
    """A check, and the problem that it found, if any."""

    name: str
    problem: str | None


class Progress(msgspec.Struct, kw_only=True):
    """Log offsets: accepted, applied to profiles, and queryable in the event store. Sums over the log's partitions."""

    accepted: int
    applied: int
    visible: int


class Slow(msgspec.Struct, kw_only=True):
    """A read of the last hour that took long."""

    name: str
    ms: float
    at: str


class Health(msgspec.Struct, kw_only=True):
    """The state of the server; `since` is the time of the first sample of the range, null for none."""

    well: bool
    components: list[Component]
    trends: Trends
    since: str | None
    forecast: Forecast
    alerts: Alerts
    parts: list[Part]
    processes: list[Process]
    progress: Progress
    disk: Disk
    slowest: list[Slow]
    versions: dict[str, str]


class Examined(msgspec.Struct, kw_only=True):
    """How the server is, and what the doctor found."""

    health: Health
    findings: list[Finding]


async def load(page: NamedDependency[PageContext], wanted: WantedRange = "hour") -> Health:
    context, monitor = page.context, page.console.monitor
    problems = await asyncio.gather(*(page.run(health.run, check) for check in context.checks))
    parts = [Part(name=check.name, problem=found) for check, found in zip(context.checks, problems, strict=True)]
    parts.append(Part(name="monitor", problem=monitor.problem()))
    progress, processes, disk, samples, alerts = await asyncio.gather(
        page.run(_progress, page),
        page.run(_processes, page),
        page.run(system_stats.disk, _folder(page)),
        page.run(_samples, page, wanted),
        page.run(alerts_of, page),
    )
    now = context.now()
    return Health(
        well=not any(part.problem for part in parts),
        components=components({part.name: part.problem for part in parts if part.problem}),
        trends=trends(samples, wanted, now),
        since=iso_of(samples[0].at) if samples else None,
        forecast=forecast(samples, now),
        alerts=alerts,
        parts=parts,
        processes=processes,
        progress=progress,
        disk=disk,
        slowest=_slowest(page),
        versions=_versions(page),
    )


def _progress(page: PageContext) -> Progress:
    log, progress = page.context.log, page.context.visibility.progress()
    return Progress(**{name: log.count(START, positions) for name, positions in progress._asdict().items()})


def _samples(page: PageContext, wanted: Range) -> list[Sample]:
    """The samples of a range; at least those of the last day, for the forecast."""
    now = page.context.now()
    steps, seconds = RANGES[wanted]
    return page.console.monitor.store.since(now - max(steps * seconds * 1000, FORECAST_MS), now)


async def examine_all(page: NamedDependency[PageContext]) -> Response[Any]:
    """Run the diagnostics. They read whole files, so one examination runs at a time."""
    findings = await page.console.examinations.run(_findings, page)
    view = Examined(health=await load(page), findings=findings)
    return render_page("health.html", page=page, view=view.health, findings=view.findings)


def _findings(page: PageContext) -> list[Finding]:
    return list(page.console.diagnose())


def _folder(page: PageContext) -> DataDir:
    return DataDir(page.console.settings.data)


def _processes(page: PageContext) -> list[Process]:
    serving = locks.running(_folder(page))
    return system_stats.processes(serving.pid) if serving else []


def _slowest(page: PageContext) -> list[Slow]:
    now = page.context.now() / 1000
    reads = page.context.readers.slowest.since(now - HOUR_SECONDS)
    return [Slow(name=name, ms=round(seconds * 1000, 1), at=iso_of(int(at * 1000))) for name, seconds, at in reads]


def _versions(page: PageContext) -> dict[str, str]:
    return {
        "Passerby": version("passerby"),
        **page.console.versions(),
        "Python": platform.python_version(),
    }


routes = [
    page_route("/health", load, "health.html"),
    form_route("/health/examination", examine_all, permission=Permission.VIEWER),
]
