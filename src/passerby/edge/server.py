"""The edge process: its engines, its periodic tasks and its server."""

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
from passerby.clock import now_ms
from passerby.edge.connection import EdgeConnection
from passerby.edge.lookup import StateProfileLookup
from passerby.edge.maintenance import prune_log, run_every, write_key_uses, write_rejections
from passerby.edge.open_connections import Connections
from passerby.edge.rejections import RejectionWriter
from passerby.edge.shared import Edge
from passerby.engines import Engines
from passerby.gc_tuning import tune_gc
from passerby.settings import Settings

GRACE_SECONDS: Final = 5
"""How long a stopping edge waits for requests in progress."""
BACKLOG: Final = 2_048
"""Length of the kernel's accept queue. Its limit is net.core.somaxconn, 4,096 on current Linux."""
OPEN_OBJECTS: Final = 20_000
"""Garbage collector threshold. It is more than the objects of all open requests, which are freed by reference count."""
SPARE_FILES: Final = 100
"""File descriptors reserved for databases, logs and sockets other than connections."""

_log = logs.get("edge")


def run(settings: Settings, engines: Engines, listener: socket.socket) -> None:
    """Serve on this socket until SIGTERM or SIGINT; return when the requests in progress are answered."""
    edge_settings = msgspec.structs.replace(
        settings.edge, max_connections=min(settings.edge.max_connections, files_allowed() - SPARE_FILES)
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(msgspec.structs.replace(settings, edge=edge_settings), engines, listener))
    _log.info("edge stopped")


def files_allowed() -> int:
    """Raise the soft limit of open files to the hard limit, and return it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most if most != resource.RLIM_INFINITY else sys.maxsize


async def _run(settings: Settings, engines: Engines, listener: socket.socket) -> None:
    proxies = settings.proxies
    # Closed in reverse order: the edge first, which writes its last batch to the log.
    with (
        closing(ProjectCredentials(engines.control.open_feed())) as credentials,
        closing(engines.log.open_writer(settings.log)) as log,
        closing(engines.log.open_reader()) as reader,
        closing(engines.state.open_reader()) as state,
        closing(StateProfileLookup(state, reader, Policies(credentials).of)) as lookup,
        closing(engines.control.open_rejected_writer()) as rejected,
        closing(Edge(credentials, log, settings.edge, lookup=lookup, proxies=proxies)) as edge,
    ):
        writer = RejectionWriter(rejected, LastKnownKeys(credentials), proxies)
        server = Server(edge)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, server.stop)
        async with background(
            run_every(credentials.refresh_if_changed, server.sweep, partial(_publish, server, edge)),
            prune_log(log, now_ms),
            write_rejections(edge.rejections, writer, now_ms),
            write_key_uses(credentials.take_uses, writer, now_ms),
        ):
            tune_gc(OPEN_OBJECTS)
            _log.info("edge ready", port=listener.getsockname()[1])
            await server.serve(listener)
        with suppress(Exception):  # counts and rejected requests are for display only
            writer.write(*edge.rejections.take())
            writer.count_uses(credentials.take_uses(), now_ms())
        _publish(server, edge)


@asynccontextmanager
async def background(*coroutines: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Context manager: run coroutines as tasks, cancelled at the end of the block."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
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
        # Before the connections are closed, so clients that reconnect reach another process of the same port.
        server.close()
        listener.close()
        self.connections.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                await self.connections.none_open.wait()
        self.connections.abort()
        await asyncio.sleep(0)  # `connection_lost` is called in the next iteration

    def sweep(self) -> None:
        """Enforce the connections' deadlines. To be called about once a second."""
        self.connections.sweep(asyncio.get_running_loop().time())
