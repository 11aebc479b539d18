"""A small HTTP server that responds as a test defines, and records requests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Got(NamedTuple):
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


class Answer(NamedTuple):
    """What to answer; status 0 closes the connection without a word."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class Server(NamedTuple):
    """Where it listens, and what it got so far."""

    host: str
    port: int
    got: list[Got]


@contextmanager
def serving(answer: Callable[[Got, int], Answer]) -> Iterator[Server]:
    """Serve until the block ends. `answer` gets each request and how many came before it."""
    got: list[Got] = []
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with lock:
                before, request = len(got), Got(self.path, dict(self.headers), body)
                got.append(request)
            reply = answer(request, before)
            if not reply.status:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in (*reply.headers, ("Content-Length", str(len(reply.body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = handle_any  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Server("127.0.0.1", server.server_address[1], got)
        server.shutdown()
        thread.join()
