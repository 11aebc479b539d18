"""The console role's process: pages and API on one port, over parts that are opened here."""

from __future__ import annotations

import socket
from contextlib import ExitStack, closing
from functools import partial

from passerby.api import server
from passerby.api.engines import Console
from passerby.console.app import create_app
from passerby.console.reception import Reception
from passerby.console.shell import Shell
from passerby.console.throttle import Throttle
from passerby.doctor.examine import examine
from passerby.engines import Engines
from passerby.folder import DataFolder
from passerby.monitoring.meter import Meter
from passerby.monitoring.monitor import Monitor
from passerby.monitoring.samples import SampleStore
from passerby.services.readers import Readers
from passerby.settings import Settings

PASSWORDS_AT_ONCE = 1
"""Looking at a password takes 64 MiB and a core for some tens of milliseconds, by design."""
PASSWORDS_WAITING = 32
EXAMINATIONS_WAITING = 2


def run(settings: Settings, engines: Engines, listener: socket.socket) -> None:
    """Answer on this listening socket until SIGTERM or SIGINT; returns when everything is finished and closed."""
    server.run(settings, engines, listener, partial(_application, settings, engines))


def _application(settings: Settings, engines: Engines, console: Console, held: ExitStack) -> Shell:
    folder = DataFolder(settings.data)
    users = held.enter_context(closing(engines.control.open_users()))
    passwords = held.enter_context(closing(Readers(PASSWORDS_AT_ONCE, PASSWORDS_WAITING)))
    examinations = held.enter_context(closing(Readers(1, EXAMINATIONS_WAITING)))
    desk = console.desk
    monitor = Monitor(
        meter=lambda: Meter(folder, desk.log, desk.state, desk.metrics, desk.now()),
        store=SampleStore(folder.refused),
        alerting=engines.control.open_alerting(),
        checks=desk.checks,
        now=desk.now,
    )
    monitor.start()
    held.callback(monitor.stop)
    reception = Reception(
        desk=desk,
        projects=console.credentials,
        users=users,
        passwords=passwords,
        examinations=examinations,
        throttle=Throttle(),
        settings=settings,
        monitor=monitor,
        diagnose=partial(examine, settings, engines),
        versions=lambda: dict(engine.version() for engine in engines),
    )
    return create_app(reception)
