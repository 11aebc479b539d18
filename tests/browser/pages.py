"""Pages with any content and headers, served on an origin of their own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Pages:
    """What is served: HTML and headers by path, and the origin."""

    def __init__(self) -> None:
        self.origin = ""
        self._by_path: dict[str, tuple[bytes, dict[str, str]]] = {}

    def put(self, path: str, html: str, headers: Mapping[str, str] | None = None) -> str:
        """Serve a page at a path from now on; returns its address."""
        self._by_path[path] = html.encode(), dict(headers or {})
        return self.origin + path

    def get(self, path: str) -> tuple[bytes, dict[str, str]]:
        """The page at a path; an empty one where there is none."""
        return self._by_path.get(path.partition("?")[0], (b"", {}))


@contextmanager
def serving_pages() -> Iterator[Pages]:
    """Pages on a free port of 127.0.0.1, reachable as localhost."""
    pages = Pages()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            html, headers = pages.get(self.path)
            self.send_response(200)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(html)))
            self.end_headers()
            self.wfile.write(html)

        def log_message(self, *_: object) -> None:
            """Tests do not print requests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        pages.origin = f"http://localhost:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield pages
        finally:
            server.shutdown()
            thread.join()
