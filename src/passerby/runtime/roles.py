"""Runs one role in this process, supervised or alone: logging, metrics, locks and signals, then the role itself.

The web server and the engines are imported within functions: the supervisor and other commands never load them.
"""

from __future__ import annotations

import os
import socket
from typing import NamedTuple

import structlog

from passerby import logs, sockets
from passerby.runtime import metrics
from passerby.runtime.supervisor.exits import exit_with_supervisor, leaving_on_signal
from passerby.runtime.supervisor.layout import Role
from passerby.settings import Settings
from passerby.storage.data_dir import DataDir
from passerby.storage.locks import take_role
from passerby.worker.resume import resume_log

ONLY_ONCE: frozenset[Role] = frozenset({"worker", "console", "deliver"})
"""Roles of which one process per data directory may run: the worker writes the state, the console the event store, and
two delivery processes would deliver everything twice."""

_log = logs.get("supervisor")


class Handed(NamedTuple):
    """Inherited from the supervisor: descriptors of the listening socket and of the liveness pipe, and the number."""

    listener: int | None = None
    alive: int | None = None
    process: int = 0


def run_role(role: Role, settings: Settings, handed: Handed) -> None:
    """Run one role until SIGTERM or SIGINT. Returns when its work in progress is finished and durable.

    Raises RoleRunning, CannotListen, UnusableDirectory, and errors of the role.
    """
    folder = DataDir(settings.data)
    with leaving_on_signal():
        logs.configure(settings.log_level, settings.log_format)
        structlog.contextvars.bind_contextvars(role=role, process=handed.process)
        if handed.alive is not None:
            exit_with_supervisor(handed.alive)
        with folder.using():
            folder.metrics.mkdir(parents=True, exist_ok=True)
        # Before the imports below: prometheus_client reads this variable when it is imported.
        metrics.point_to(folder, os.environ)
        if role in ONLY_ONCE:
            take_role(folder, role)
        from passerby.runtime.engines import engines_of  # noqa: PLC0415 - as above

        engines = engines_of(folder)
        # Every role compares: whichever starts first must not append to an older copy of the log.
        resume_log(engines.log, engines.state)
        if role == "worker":
            from passerby.worker import process  # noqa: PLC0415 - a process loads its own role only

            process.run(settings, engines)
        elif role == "edge":
            from passerby.edge import server  # noqa: PLC0415 - a process loads its own role only

            server.run(settings, engines, _listener(handed, settings.host, settings.port, "--port"))
        elif role == "deliver":
            from passerby.runtime import deliver  # noqa: PLC0415 - as above

            deliver.run(settings, engines)
        else:
            from passerby.runtime import console  # noqa: PLC0415 - a process loads its own role only

            listener = _listener(handed, settings.console_address, settings.console_port, "--console-port")
            console.run(settings, engines, listener)
    _log.info("role ended")


def _listener(handed: Handed, host: str, port: int, flag: str) -> socket.socket:
    """Return the socket that the supervisor opened, else a new one."""
    return sockets.listen(host, port, flag) if handed.listener is None else sockets.inherited(handed.listener)
