"""A proxy that drops, delays and rejects requests, as an unreliable network or server does."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

UPSTREAM_SECONDS: Final = 30
RETRY_AFTER_SECONDS: Final = 1
METRICS: Final = "/v1/m"
"""Accepts the metrics that browser SDKs send about themselves, which are not retried."""

_HOP_BY_HOP: Final = frozenset({"connection", "keep-alive", "transfer-encoding"})


class Fault(Enum):
    """What happens to a request that brings events."""

    ERROR = "error"
    """The request does not reach the server; the client gets 500."""
    LIMITED = "limited"
    """The request does not reach the server; the client gets 429 with `Retry-After`."""
    LOST = "lost"
    """The server takes it, and its answer never arrives."""


class Proxy:
    """Passes requests to a server. The first ones that bring events meet the faults of `plan`, one each."""

    def __init__(self, upstream: int, plan: Sequence[Fault]) -> None:
        self.upstream = upstream
        self.port = 0
        self.paths: list[str] = []
        """The path of every request that brought events, faults included."""
        self._plan = list(plan)
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def left(self) -> list[Fault]:
        """The faults that nothing has met yet."""
        return self._plan

    def fault(self, method: str, path: str) -> Fault | None:
        """What happens to this request."""
        bare = path.partition("?")[0]
        if method != "POST" or bare == METRICS:
            return None
        with self._lock:
            self.paths.append(bare)
            return self._plan.pop(0) if self._plan else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, proxy: Proxy, *rest: object) -> None:
        self.proxy = proxy
        super().__init__(*rest)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self._pass()

    def do_OPTIONS(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def _pass(self) -> None:
        assert "Transfer-Encoding" not in self.headers
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.proxy.fault(self.command, self.path)
        if fault is Fault.ERROR:
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR)
            return
        if fault is Fault.LIMITED:
            self._refuse(HTTPStatus.TOO_MANY_REQUESTS)
            return
        upstream = http.client.HTTPConnection("127.0.0.1", self.proxy.upstream, timeout=UPSTREAM_SECONDS)
        try:
            upstream.request(self.command, self.path, body, dict(self.headers.items()))
            response = upstream.getresponse()
            answer = response.read()
        finally:
            upstream.close()
        if fault is Fault.LOST:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._answer(
            response.status, [each for each in response.getheaders() if each[0].lower() not in _HOP_BY_HOP], answer
        )

    def _refuse(self, status: HTTPStatus) -> None:
        """Refuse as Passerby does: a page may read the answer."""
        headers = [
            ("Access-Control-Allow-Origin", self.headers.get("Origin", "*")),
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Expose-Headers", "Retry-After"),
            ("Content-Type", "application/json"),
            ("Content-Length", "2"),
        ]
        if status is HTTPStatus.TOO_MANY_REQUESTS:
            headers.append(("Retry-After", str(RETRY_AFTER_SECONDS)))
        self._answer(status, headers, b"{}")

    def _answer(self, status: int, headers: Sequence[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """A test has nothing to say of its requests."""


@contextmanager
def faulty(upstream: int, *plan: Fault) -> Iterator[Proxy]:
    """A proxy before the server on this port of 127.0.0.1."""
    proxy = Proxy(upstream, plan)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, proxy)) as server:
        server.daemon_threads = True
        proxy.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
