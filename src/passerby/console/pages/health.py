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

from passerby.console import vitals
from passerby.console.access import Need
from passerby.console.components import Component, components
from passerby.console.pages.alerts import Alerts, alerts_of
from passerby.console.rendering import iso_of
from passerby.console.screens import Visit, action, page, screen
from passerby.console.vitals import Disk, Process
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


async def gather(visit: NamedDependency[Visit], wanted: WantedRange = "hour") -> Health:
    context, monitor = visit.context, visit.reception.monitor
    problems = await asyncio.gather(*(visit.run(health.run, check) for check in context.checks))
    parts = [Part(name=check.name, problem=found) for check, found in zip(context.checks, problems, strict=True)]
    parts.append(Part(name="monitor", problem=monitor.problem()))
    progress, processes, disk, samples, alerts = await asyncio.gather(
        visit.run(_progress, visit),
        visit.run(_processes, visit),
        visit.run(vitals.disk, _folder(visit)),
        visit.run(_samples, visit, wanted),
        visit.run(alerts_of, visit),
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
        slowest=_slowest(visit),
        versions=_versions(visit),
    )


def _progress(visit: Visit) -> Progress:
    log, progress = visit.context.log, visit.context.visibility.progress()
    return Progress(**{name: log.count(START, positions) for name, positions in progress._asdict().items()})


def _samples(visit: Visit, wanted: Range) -> list[Sample]:
    """The samples of a range; at least those of the last day, for the forecast."""
    now = visit.context.now()
    steps, seconds = RANGES[wanted]
    return visit.reception.monitor.store.since(now - max(steps * seconds * 1000, FORECAST_MS), now)


async def examine_all(visit: NamedDependency[Visit]) -> Response[Any]:
    """Run the diagnostics. They read whole files, so one examination runs at a time."""
    findings = await visit.reception.examinations.run(_findings, visit)
    view = Examined(health=await gather(visit), findings=findings)
    return page("health.html", visit=visit, view=view.health, findings=view.findings)


def _findings(visit: Visit) -> list[Finding]:
    return list(visit.reception.diagnose())


def _folder(visit: Visit) -> DataDir:
    return DataDir(visit.reception.settings.data)


def _processes(visit: Visit) -> list[Process]:
    serving = locks.running(_folder(visit))
    return vitals.processes(serving.pid) if serving else []


def _slowest(visit: Visit) -> list[Slow]:
    now = visit.context.now() / 1000
    reads = visit.context.readers.slowest.since(now - HOUR_SECONDS)
    return [Slow(name=name, ms=round(seconds * 1000, 1), at=iso_of(int(at * 1000))) for name, seconds, at in reads]


def _versions(visit: Visit) -> dict[str, str]:
    return {
        "Passerby": version("passerby"),
        **visit.reception.versions(),
        "Python": platform.python_version(),
    }


routes = [
    screen("/health", gather, "health.html"),
    action("/health/examination", examine_all, need=Need.VIEWER),
]
