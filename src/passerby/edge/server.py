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
from typing import Any, Final

import msgspec
import uvloop

from passerby import logs
from passerby.accounts.credentials import LastKnownKeys, ProjectCredentials
from passerby.accounts.policies import Policies
from passerby.edge.connection import EdgeConnection
from passerby.edge.lookup import StateProfileLookup
from passerby.edge.maintenance import prune_log, run_every, write_key_uses, write_rejections
from passerby.edge.open_connections import Connections
from passerby.edge.rejections import RejectionWriter
from passerby.edge.shared import Edge, now
from passerby.engines import Engines
from passerby.gc_tuning import tune_gc
from passerby.settings import Settings

GRACE_SECONDS: Final = 5
"""How long a stopping edge waits for the requests that it has begun."""
BACKLOG: Final = 2_048
"""Connections that the system holds until they are accepted."""
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
        closing(ProjectCredentials(engines.control.open_feed())) as credentials,
        closing(engines.log.open_writer(settings.log)) as log,
        closing(engines.log.open_reader()) as reader,
        closing(engines.state.open_reader()) as state,
        closing(StateProfileLookup(state, reader, Policies(credentials).of)) as lookup,
        closing(engines.control.open_rejected_writer()) as refused,
        closing(Edge(credentials, log, settings.edge, lookup=lookup, proxies=proxies)) as edge,
    ):
        keeper = RejectionWriter(refused, LastKnownKeys(credentials), proxies)
        server = Server(edge)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, server.stop)
        async with beside(
            run_every(credentials.refresh_if_changed, server.sweep, partial(_publish, server, edge)),
            prune_log(log, now),
            write_rejections(edge.rejections, keeper, now),
            write_key_uses(credentials.take_uses, keeper, now),
        ):
            tune_gc(OPEN_OBJECTS)
            _log.info("edge ready", port=listener.getsockname()[1])
            await server.serve(listener)
        with suppress(Exception):  # counts and rejected requests are for display only
            keeper.keep(*edge.rejections.take())
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


def _publish(server: Server, edge: Edge) -> None:
    edge.counts.publish(edge.budget.taken, len(server.connections.open))


class Server:
    """Accepts connections until it is stopped. Made within a running event loop."""

    def __init__(self, edge: Edge) -> None:
        self.connections = Connections(edge)
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Accept no more connections, and close each when the requests that it has begun are answered.

        A second call changes nothing: Ctrl-C in a terminal sends SIGINT to every process of the server, and the
        supervisor then sends SIGTERM to each.
        """
        self._stopped.set()

    async def serve(self, listener: socket.socket) -> None:
        """Accept connections until `stop`; returns when all are closed, at most `GRACE_SECONDS` later."""
        server = await asyncio.get_running_loop().create_server(
            lambda: EdgeConnection(self.connections), sock=listener, backlog=BACKLOG
        )
        await self._stopped.wait()
        server.close()
        listener.close()
        self.connections.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                await self.connections.none_open.wait()
        self.connections.abort()
        await asyncio.sleep(0)

    def sweep(self) -> None:
        """Enforce the connections' deadlines. To be called about once a second."""
        self.connections.sweep(asyncio.get_running_loop().time())
