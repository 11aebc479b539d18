"""The web server of the console port: uvicorn with our settings, behind trusted proxies."""

from __future__ import annotations

import signal
import socket
from collections.abc import Awaitable, Callable
from types import FrameType

import uvicorn
from litestar.types import ASGIApp, Receive, Scope, Send

from passerby.proxies import TrustedProxies

GRACE_SECONDS = 3
"""Time that requests in progress have to finish after the stop signal."""
IDLE_SECONDS = 30
"""Time after which a connection without a request is closed."""


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


def serve(
    app: ASGIApp,
    listener: socket.socket,
    proxies: TrustedProxies,
    *,
    every_second: Callable[[], Awaitable[None]],
    on_stop: Callable[[], None],
) -> None:
    """Answer requests on this listening socket until SIGTERM or SIGINT; return when those in progress are answered.

    `every_second` is awaited about once a second. `on_stop` is called when the signal arrives, to end requests that
    wait, such as streams. Later signals are ignored, also after the return, so that closing is not interrupted.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    config = uvicorn.Config(
        Forwarded(app, proxies),
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
        callback_notify=every_second,
        timeout_notify=0,  # at each tick of uvicorn's main loop that reads the clock, which is once a second
    )
    _Server(config, on_stop).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Returns after the stop signal, where uvicorn raises the signal once more at its end."""

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        del sig, frame
        self._on_stop()
        self.should_exit = True
