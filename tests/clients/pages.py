"""A site whose pages load a vendor's bundle, on a host of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from tests.clients.installed import PACKAGES

PAGE: Final = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,"></head>
<body><h1>Shop</h1></body>
</html>
"""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """The page for every path, except for the packages' scripts."""
        path = self.path.partition("?")[0]
        if not path.endswith(".js"):
            self._answer("text/html; charset=utf-8", PAGE.encode())
            return
        file = (PACKAGES / path.lstrip("/")).resolve()
        if file.is_relative_to(PACKAGES.resolve()) and file.is_file():
            self._answer("text/javascript; charset=utf-8", file.read_bytes())
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _answer(self, content_type: str, body: bytes) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """A test has nothing to say of its requests."""


@contextmanager
def site() -> Iterator[str]:
    """The address of a site that runs for the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
