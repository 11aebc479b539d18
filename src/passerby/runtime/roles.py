"""Runs one role in this process, supervised or alone: logging, metrics, locks and signals, then the role itself.

The web server and the engines are imported within functions: the supervisor and other commands never load them.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from typing import NamedTuple

import structlog

from passerby import logs, sockets
from passerby.engines import Engines
from passerby.runtime import metrics
from passerby.runtime.supervisor import guard
from passerby.runtime.supervisor.layout import Role
from passerby.runtime.supervisor.signals import leaving_on_signal
from passerby.settings import Settings
from passerby.storage.data_dir import DataDir
from passerby.storage.locks import take_role
from passerby.worker.resume import resume_log

ONLY_ONCE: frozenset[Role] = frozenset({"worker", "console"})
"""Roles of which one process per data directory may run: the worker writes the state, the console the event store."""

_log = logs.get("supervisor")


class Handed(NamedTuple):
    """Inherited from the supervisor: descriptors of the listening socket and of the liveness pipe, and the number."""

    listener: int | None = None
    alive: int | None = None
    process: int = 0


def _edge(settings: Settings, engines: Engines, handed: Handed) -> None:
    from passerby.edge.server import run  # noqa: PLC0415 - a process loads its own role only

    run(settings, engines, _listener(handed, settings.host, settings.port, "--port"))


def _worker(settings: Settings, engines: Engines, _: Handed) -> None:
    from passerby.worker.process import run  # noqa: PLC0415 - a process loads its own role only

    run(settings, engines)


def _console(settings: Settings, engines: Engines, handed: Handed) -> None:
    from passerby.runtime.console import run  # noqa: PLC0415 - a process loads its own role only

    run(settings, engines, _listener(handed, settings.console_address, settings.console_port, "--console-port"))


_RUN: Mapping[Role, Callable[[Settings, Engines, Handed], None]] = {
    "edge": _edge,
    "worker": _worker,
    "console": _console,
}


def _listener(handed: Handed, host: str, port: int, flag: str) -> socket.socket:
    return sockets.listen(host, port, flag) if handed.listener is None else sockets.inherited(handed.listener)


def run_role(role: Role, settings: Settings, handed: Handed) -> None:
    """Run one role until SIGTERM or SIGINT. Returns when its work in progress is finished and durable.

    Raises RoleRunning, CannotListen, and errors of the role.
    """
    folder = DataDir(settings.data)
    with leaving_on_signal():
        _prepare(folder, role, settings, handed)
        from passerby.runtime.engines import engines_of  # noqa: PLC0415 - after the metrics' folder is known

        engines = engines_of(folder)
        resume_log(engines.log, engines.state)
        _RUN[role](settings, engines, handed)
    _log.info("role ended")


def _prepare(folder: DataDir, role: Role, settings: Settings, handed: Handed) -> None:
    logs.configure(settings.log_level, settings.log_format)
    structlog.contextvars.bind_contextvars(role=role, process=handed.process)
    if handed.alive is not None:
        guard.watch(handed.alive)
    folder.metrics.mkdir(parents=True, exist_ok=True)
    metrics.point_to(folder, os.environ)
    if role in ONLY_ONCE:
        take_role(folder, role)
