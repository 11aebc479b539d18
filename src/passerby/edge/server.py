"""The edge as a process: what the supervisor starts."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, closing, suppress
from functools import partial
from typing import Any, Final, cast

import msgspec
import uvicorn
import uvloop

from passerby import logs
from passerby.edge.app import Edge, create_app, now
from passerby.edge.chores import count_uses_regularly, keep_refusals_regularly, look_after, prune_regularly
from passerby.edge.connection import EdgeConnection
from passerby.edge.directory import StateDirectory
from passerby.edge.refusals import RefusalKeeper
from passerby.engines import Engines
from passerby.gc_tuning import tune_gc
from passerby.projects.credentials import LastKnownKeys
from passerby.projects.policies import Policies
from passerby.settings import EdgeSettings, Settings

GRACE_SECONDS: Final = 5
"""How long a stopping edge waits for the requests that it has begun."""
OPEN_OBJECTS: Final = 20_000
"""Objects made and not yet freed before the garbage collector looks for cycles: those of open requests are fewer."""
SPARE_FILES: Final = 100
"""File descriptors left for everything that is no connection."""

_log = logs.get("edge")


def run(settings: Settings, engines: Engines, listener: socket.socket) -> None:
    """Answer on this socket until SIGTERM or SIGINT; returns when every request that was begun is answered."""
    edge_settings = msgspec.structs.replace(
        settings.edge, max_connections=min(settings.edge.max_connections, files_allowed() - SPARE_FILES)
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(msgspec.structs.replace(settings, edge=edge_settings), engines, listener))
    _log.info("edge stopped")


def files_allowed() -> int:
    """How many files this process may have open, after asking for as many as the system allows it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most if most != resource.RLIM_INFINITY else sys.maxsize


async def _run(settings: Settings, engines: Engines, listener: socket.socket) -> None:
    proxies = settings.proxies
    with (
        closing(engines.control.open_credentials()) as credentials,
        closing(engines.log.open_writer(settings.log)) as log,
        closing(engines.log.open_reader()) as reader,
        closing(engines.state.open_reader()) as state,
        closing(StateDirectory(state, reader, Policies(credentials).of)) as directory,
        closing(engines.control.open_rejected_writer()) as refused,
        closing(create_app(credentials, log, settings.edge, directory=directory, proxies=proxies)) as edge,
    ):
        keeper = RefusalKeeper(refused, LastKnownKeys(credentials), proxies)
        server = make_server(edge, settings.edge)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, server.handle_exit)
        async with beside(
            look_after(credentials.refresh_if_changed, partial(sweep, server), partial(_publish, server, edge)),
            prune_regularly(log, now),
            keep_refusals_regularly(edge.refusals, keeper, now),
            count_uses_regularly(credentials.take_uses, keeper, now),
        ):
            tune_gc(OPEN_OBJECTS)
            _log.info("edge ready", port=listener.getsockname()[1])
            await server.serve(sockets=[listener])
        with suppress(Exception):  # counts and rejected requests are for display only
            keeper.keep(*edge.refusals.take())
            keeper.count_uses(credentials.take_uses(), now())
        _publish(server, edge)


@asynccontextmanager
async def beside(*chores: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let these run beside what is done within."""
    tasks = [asyncio.create_task(chore) for chore in chores]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def sweep(server: uvicorn.Server) -> None:
    """Look at every connection, and end what takes too long."""
    now = asyncio.get_running_loop().time()
    for connection in list(server.server_state.connections):
        cast("EdgeConnection", connection).sweep(now)


def _publish(server: uvicorn.Server, edge: Edge) -> None:
    edge.counts.publish(edge.budget.taken, len(server.server_state.connections))


def make_server(edge: Edge, settings: EdgeSettings) -> uvicorn.Server:
    """A server with our connections, and without whatever a raw application does not use."""
    connection = partial(EdgeConnection, settings, edge, set())
    config = uvicorn.Config(
        edge,
        http=cast("type[asyncio.Protocol]", connection),
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return uvicorn.Server(config)
