"""Is everything well: parts, processes, how far everything is, disk, what is slow; and the doctor's examination."""

from __future__ import annotations

import asyncio
import platform
from importlib.metadata import version
from typing import Any

import apsw
import msgspec
from litestar import Response
from litestar.di import NamedDependency

from passerby.api import health
from passerby.api.slowest import HOUR_SECONDS
from passerby.console import vitals
from passerby.console.access import Need
from passerby.console.rendering import iso_of
from passerby.console.screens import Visit, action, page, screen
from passerby.console.vitals import Disk, Process
from passerby.doctor.examine import examine
from passerby.doctor.finding import Finding
from passerby.events import engine
from passerby.folder import DataFolder
from passerby.supervisor import lock


class Part(msgspec.Struct, kw_only=True):
    """A part of the server, and what is wrong with it, if anything."""

    name: str
    problem: str | None


class Progress(msgspec.Struct, kw_only=True):
    """Log positions: accepted, applied to profiles, and up to which events can be read."""

    accepted: int
    applied: int
    visible: int


class Slow(msgspec.Struct, kw_only=True):
    """A read of the last hour that took long."""

    name: str
    ms: float
    at: str


class Health(msgspec.Struct, kw_only=True):
    """How the server is."""

    well: bool
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


async def gather(visit: NamedDependency[Visit]) -> Health:
    desk = visit.desk
    problems = await asyncio.gather(*(visit.run(health.run, check) for check in desk.checks))
    parts = [Part(name=check.name, problem=found) for check, found in zip(desk.checks, problems, strict=True)]
    positions, processes, disk = await asyncio.gather(
        visit.run(desk.visibility.positions), visit.run(_processes, visit), visit.run(vitals.disk, _folder(visit))
    )
    return Health(
        well=not any(problems),
        parts=parts,
        processes=processes,
        progress=Progress(**positions._asdict()),
        disk=disk,
        slowest=_slowest(visit),
        versions=_versions(),
    )


async def examine_all(visit: NamedDependency[Visit]) -> Response[Any]:
    """Run the doctor: it reads whole files, so one runs at a time."""
    findings = await visit.reception.examinations.run(_findings, visit)
    view = Examined(health=await gather(visit), findings=findings)
    return page("health.html", visit=visit, view=view.health, findings=view.findings)


def _findings(visit: Visit) -> list[Finding]:
    return list(examine(visit.reception.settings))


def _folder(visit: Visit) -> DataFolder:
    return DataFolder(visit.reception.settings.data)


def _processes(visit: Visit) -> list[Process]:
    serving = lock.running(_folder(visit))
    return vitals.processes(serving.pid) if serving else []


def _slowest(visit: Visit) -> list[Slow]:
    now = visit.desk.now() / 1000
    reads = visit.desk.readers.slowest.since(now - HOUR_SECONDS)
    return [Slow(name=name, ms=round(seconds * 1000, 1), at=iso_of(int(at * 1000))) for name, seconds, at in reads]


def _versions() -> dict[str, str]:
    return {
        "Passerby": version("passerby"),
        "SQLite": apsw.sqlite_lib_version(),
        "chDB": engine.version(),
        "Python": platform.python_version(),
    }


routes = [
    screen("/health", gather, "health.html"),
    action("/health/examination", examine_all, need=Need.VIEWER),
]
