"""An edge in a thread on a real socket, and its parts for tests."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence

import uvloop
from tests.dialects.dialect_calls import Keys

from passerby.dialects.contract import Call
from passerby.edge.connection import EdgeConnection
from passerby.edge.lookup import ProfileLookup
from passerby.edge.maintenance import run_every
from passerby.edge.server import Server, background
from passerby.edge.shared import Edge
from passerby.edge.shared import match as match_any
from passerby.log.protocol import LogWriter
from passerby.positions import Positions
from passerby.proxies import TrustedProxies
from passerby.settings import EdgeSettings

BEAT_SECONDS = 0.02


def until(condition: Callable[[], object]) -> None:
    """Wait until the condition is true."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


class GatedLog:
    """A log that blocks writes while its gate is closed, and counts them."""

    def __init__(self, log: LogWriter) -> None:
        self.log = log
        self.open = threading.Event()
        self.open.set()
        self.reached = threading.Event()
        self.fault: Exception | None = None
        self.writes: list[int] = []
        self.threads: list[threading.Thread] = []

    def append(self, encoded: Sequence[bytes], counts: Mapping[int, int], received_at: int) -> Positions:
        self.threads.append(threading.current_thread())
        self.reached.set()
        assert self.open.wait(20)
        if self.fault:
            raise self.fault
        self.writes.append(len(encoded))
        return self.log.append(encoded, counts, received_at)

    def prune(self, now: int) -> int:
        return self.log.prune(now)

    def close(self) -> None:
        self.log.close()


class RunningEdge:
    """A running edge. `edge` may be read from the test's thread."""

    def __init__(
        self,
        log: LogWriter,
        settings: EdgeSettings,
        match: Callable[[str], Call | None] = match_any,
        lookup: ProfileLookup | None = None,
        proxies: TrustedProxies | None = None,
    ) -> None:
        self._log = log
        self._directory = lookup
        self._proxies = proxies
        self._settings = settings
        self._match = match
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run)
        self._ready = threading.Event()
        self.edge: Edge

    @property
    def connections(self) -> list[EdgeConnection]:
        """The open connections at this moment."""
        return list(self._server.connections.open)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(20)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self.edge = Edge(
            Keys(), self._log, self._settings, match=self._match, lookup=self._directory, proxies=self._proxies
        )
        self._server = Server(self.edge)
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        async with background(run_every(self._server.sweep, seconds=BEAT_SECONDS)):
            await self._server.serve(self._listener)
        self.edge.close()

    def ask_to_stop(self) -> None:
        """As SIGTERM does."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._server.stop)

    def stop(self) -> None:
        self.ask_to_stop()
        self._thread.join(30)
        assert not self._thread.is_alive()
