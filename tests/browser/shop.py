"""A small shop whose pages load the browser SDK as a customer's do, served on another host than Passerby.

`/` and every other path is the same page with a list of products, `/blocked` one whose browser lets it store nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Shop</title>
<link rel="icon" href="data:,">
<script>
  const settings = new URLSearchParams(location.hash.slice(1)).get("settings");
  if (settings) window._cdp365Analytics = JSON.parse(settings);
</script>
{snippet}
<script>
  web_event("page", "opened", {{ extra: {{ path: location.pathname }} }});
  function view(id) {{
    web_event.track("product", "view", {{ items: [{{ type: "product", id: id, name: "Shoe " + id }}] }});
  }}
  function step(index) {{
    web_event.track("step", "done", {{ extra: {{ index: index }} }});
  }}
  function signIn(email, name) {{
    const id = window._cdpEventFunction.md5(email);
    web_event.track("user", "sign_in", {{
      dims: {{ customers: {{ customer_id: id, name: name, email: email }} }},
      extra: {{
        identify_id: id,
        identify_time: window._cdpEventFunction._cdpGetLeadTime(),
        identify_event: "user_sign_in",
        identify_type: "exact",
      }},
    }});
  }}
</script>
</head>
<body>
<h1>Shop</h1>
<a id="next" href="/next">Next page</a>
</body>
</html>
"""

SANDBOX: Final = "sandbox allow-scripts"
"""A policy under which a page has an origin of its own: reading storage or cookies throws, and there are no locks."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, page: bytes, *rest: object) -> None:
        self.page = page
        super().__init__(*rest)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(self.page)))
        if self.path.startswith("/blocked"):
            self.send_header("Content-Security-Policy", SANDBOX)
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, *_: object) -> None:
        """A test has nothing to say of its requests."""


@contextmanager
def shop(snippet: str) -> Iterator[int]:
    """The port of a shop whose pages have this snippet in their head."""
    page = PAGE.format(snippet=snippet).encode()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, page)) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
