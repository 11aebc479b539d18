"""Alerts are POSTed to a webhook as JSON, or as text to Slack."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from tests.monitoring.monitors import NOW
from tests.server_process import free_ports

from passerby.accounts.alerting import AlertSettings
from passerby.clock import iso
from passerby.monitoring.alerts import AlertState
from passerby.monitoring.delivery import NotDelivered, body, notification, send

STATE = AlertState(firing=True, since=NOW - 1000, value=75.5)


@contextmanager
def receiver(status: int = 200, location: str = "") -> Iterator[tuple[str, list[tuple[str, str, bytes]]]]:
    """The address of a receiver that answers so, and what it got: path, type, body."""
    got: list[tuple[str, str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, self.headers["Content-Type"], sent))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", got
        server.shutdown()
        thread.join()


def test_a_webhook_gets_the_alert_as_json() -> None:
    with receiver() as (address, got):
        settings = AlertSettings(address=f"{address}/hook?key=1", lag_seconds=60.0)
        send(settings, notification("lag", STATE, settings, NOW))
    ((path, kind, sent),) = got
    assert (path, kind) == ("/hook?key=1", "application/json")
    assert json.loads(sent) == {
        "alert": "lag",
        "status": "firing",
        "title": "Processing lag",
        "value": 75.5,
        "threshold": 60.0,
        "unit": "s",
        "detail": "",
        "since": iso(NOW - 1000),
        "sent_at": iso(NOW),
        "text": "Firing: Processing lag 75.5 s (threshold 60 s)",
    }


def test_slack_gets_a_text_without_markup() -> None:
    state = AlertState(firing=True, value=1, detail="worker: <late> & slow")
    settings = AlertSettings(address="https://hooks.example.com/x", format="slack")
    assert json.loads(body(settings, notification("components", state, settings, NOW))) == {
        "text": "Firing: Failing components 1 components - worker: &lt;late&gt; &amp; slow"
    }


def test_a_resolved_alert_and_a_test_say_so() -> None:
    settings = AlertSettings()
    resolved = notification("disk", AlertState(value=40), settings, NOW)
    assert (resolved.status, resolved.text) == ("resolved", "Resolved: Free disk space 40 % (threshold 10 %)")
    test = notification("test", AlertState(), settings, NOW)
    assert (test.status, test.text) == ("test", "Test alert from Passerby: no action is needed.")


@pytest.mark.parametrize("status", [301, 307, 400, 404, 500, 503])
def test_any_answer_but_success_is_a_failure_and_redirects_are_not_followed(status: int) -> None:
    with receiver() as (elsewhere, followed), receiver(status, elsewhere) as (address, got):
        settings = AlertSettings(address=address)
        with pytest.raises(NotDelivered, match=f"HTTP {status}"):
            send(settings, notification("lag", STATE, settings, NOW))
    assert (len(got), got[0][0], followed) == (1, "/", [])


def test_an_unreachable_receiver_is_reported_without_its_address() -> None:
    (port,) = free_ports(1)
    for scheme in ("http", "https"):
        settings = AlertSettings(address=f"{scheme}://127.0.0.1:{port}/secret-path")
        with pytest.raises(NotDelivered, match="cannot be reached") as raised:
            send(settings, notification("lag", STATE, settings, NOW))
        assert "secret-path" not in str(raised.value)


def test_an_answer_that_is_not_http_is_a_failure() -> None:
    with receiver() as (address, _):
        settings = AlertSettings(address=address.replace("http:", "https:"))
        with pytest.raises(NotDelivered, match="cannot be reached"):
            send(settings, notification("lag", STATE, settings, NOW))
