"""The console role: the process that answers the management API, and that holds the event store and fills it."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType

import apsw
import uvicorn
from litestar.types import ASGIApp, Receive, Scope, Send

from passerby import logs
from passerby.api.app import create_app
from passerby.api.engines import Console, open_console
from passerby.engines import Engines
from passerby.proxies import TrustedProxies
from passerby.settings import Settings

GRACE_SECONDS = 3
"""How long requests may take to finish at the end."""
IDLE_SECONDS = 30
"""How long a connection may stay open without a request."""

COUNT_SECONDS = 60
"""How often the uses of API tokens are written."""

_log = logs.get("api")


Application = Callable[[Console, ExitStack], ASGIApp]
"""Makes what is served out of the parts; what it opens itself, the stack closes again."""


def api_alone(console: Console, _: ExitStack) -> ASGIApp:
    """The management API without pages."""
    return create_app(console.desk)


class Forwarded:
    """ASGI middleware: sets the client's own address and scheme, as trusted proxies recorded them."""

    def __init__(self, app: ASGIApp, proxies: TrustedProxies) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (peer := scope["client"]) is not None:
            headers = list(scope["headers"])
            address = self._proxies.client(peer[0], headers)
            scheme = self._proxies.scheme(peer[0], headers, scope["scheme"])
            scope = {**scope, "client": (address, peer[1]), "scheme": scheme}  # type: ignore[assignment]  # copied
        await self._app(scope, receive, send)


def run(settings: Settings, engines: Engines, listener: socket.socket, application: Application = api_alone) -> None:
    """Answer on this listening socket until SIGTERM or SIGINT; returns when everything is finished and closed."""
    with ExitStack() as held:
        console = open_console(settings, engines, held)
        app = Forwarded(application(console, held), settings.proxies)
        _ignore_reminders()
        _log.info("console ready", port=listener.getsockname()[1])
        _Server(_config(app, console), console.desk.visibility.end).run(sockets=[listener])
        _log.info("console stopping")
        count_uses(console)


def _ignore_reminders() -> None:
    """From here on the web server listens to signals; behind it nothing is left for them to interrupt but closing."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


class _Server(uvicorn.Server):
    """Ends by returning, where uvicorn would raise the signal that ended it once more.

    `leaving` is called when the signal comes, so that nobody keeps it waiting.
    """

    def __init__(self, config: uvicorn.Config, leaving: Callable[[], None]) -> None:
        super().__init__(config)
        self._leaving = leaving

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        del sig, frame
        self._leaving()
        self.should_exit = True


class Regularly:
    """Periodic tasks: reload changed keys about once a second, and write their uses once a minute."""

    def __init__(self, console: Console, count_seconds: float = COUNT_SECONDS) -> None:
        self._console = console
        self._count_seconds = count_seconds
        self._counted_at = time.monotonic()

    async def __call__(self) -> None:
        self._console.credentials.refresh_if_changed()
        if time.monotonic() - self._counted_at >= self._count_seconds:
            self._counted_at = time.monotonic()
            await asyncio.to_thread(count_uses, self._console)


def count_uses(console: Console) -> None:
    """Write the uses of tokens. If that fails, these counts are lost."""
    try:
        console.count_uses()
    except apsw.Error:
        _log.exception("the uses of tokens cannot be counted")


def _config(app: ASGIApp, console: Console) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,  # its lines would hold what was looked up: names and addresses of people
        proxy_headers=False,  # see Forwarded
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        callback_notify=Regularly(console),
        timeout_notify=0,  # at every look at the clock, which is once a second
    )
