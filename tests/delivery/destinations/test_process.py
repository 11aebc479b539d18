"""The delivery process of a real server: kills lose nothing, and a consumer that remembers ids has everything once."""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from standardwebhooks import Webhook
from tests.server_process import Json, Server

KILLS = int(os.environ.get("PASSERBY_PROVE_KILLS", "4"))
LONGEST_WAIT_SECONDS = 90.0


class Receiver:
    """A target that verifies signatures, remembers every request, and answers with a status of the test's choice."""

    def __init__(self) -> None:
        self.status = 200
        self.secret = ""
        self.bodies: list[tuple[str, Json]] = []
        self.unverified = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status = receiver.receive({name.lower(): value for name, value in self.headers.items()}, body)
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def receive(self, headers: dict[str, str], body: bytes) -> int:
        if self.secret:
            try:
                Webhook(self.secret).verify(body, headers)
            except Exception:  # noqa: BLE001 - whatever is wrong with it is counted
                self.unverified += 1
        if self.status == http.HTTPStatus.OK:
            self.bodies.append((headers["webhook-id"], json.loads(body)))
        return self.status

    @property
    def numbers(self) -> Counter[int]:
        """How often the event with each number was received."""
        return Counter(body["data"]["event"]["properties"]["n"] for _, body in self.bodies)

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()


@pytest.fixture
def server(tmp_path: Path, receiver: Receiver) -> Iterator[Server]:
    environment = {
        "PASSERBY_DESTINATIONS_ALLOW_HTTP": "true",
        "PASSERBY_DESTINATIONS_ALLOW_NETWORKS": "127.0.0.0/8",
        "PASSERBY_DESTINATIONS_ALLOW_PORTS": str(receiver.port),
    }
    found = Server(tmp_path / "data", environment)
    found.start()
    try:
        found.wait_until_healthy()
        yield found
        found.stop()
    finally:
        found.kill()


def request(port: int, method: str, path: str, body: Json, authorization: str) -> Json:
    """Send JSON; return the answer, which has to be a success."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        headers = {"authorization": authorization, "content-type": "application/json"}
        connection.request(method, path, json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    assert answer.status < http.HTTPStatus.BAD_REQUEST, text
    return json.loads(text) if text else None


def manage(server: Server, method: str, path: str, body: Json = None) -> Json:
    return request(server.console_port, method, path, body, f"Bearer {server.keys['api_token']}")


def track(server: Server, numbers: range) -> None:
    """Send events with these numbers, of three people."""
    key = b64encode(f"{server.keys['segment']['write_key']}:".encode()).decode()
    batch = [{"type": "track", "userId": f"u{n % 3}", "event": "Counted", "properties": {"n": n}} for n in numbers]
    request(server.port, "POST", "/v1/batch", {"batch": batch}, f"Basic {key}")


def add(server: Server, receiver: Receiver, **members: Json) -> str:
    """Add the receiver as a destination; return its id."""
    config = {"url": f"http://127.0.0.1:{receiver.port}/hook"}
    made = manage(server, "POST", "/v1/destinations", {"kind": "webhook", "name": "crm", "config": config} | members)
    receiver.secret = made["signing_secret"]
    return str(made["id"])


def wait(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def counts(server: Server, id_: str) -> Json:
    return server.api("GET", f"/v1/destinations/{id_}/overview")[1]["counts"]


def test_every_event_is_received_whatever_is_killed(server: Server, receiver: Receiver) -> None:
    track(server, range(5))  # before the destination is added: not delivered
    server.read("/v1/stats")
    id_ = add(server, receiver)
    sent = 10
    for _ in range(KILLS):
        track(server, range(sent, sent + 40))
        sent += 40
        wait(lambda: len(receiver.bodies) > 0)
        server.kill()
        server.start()
        server.wait_until_healthy()
    track(server, range(sent, sent + 10))
    sent += 10
    wait(lambda: receiver.numbers.keys() == set(range(10, sent)))
    assert receiver.unverified == 0
    by_id = {id_: body["data"]["event"]["properties"]["n"] for id_, body in receiver.bodies}
    assert sorted(by_id.values()) == list(range(10, sent)), "a consumer that remembers ids has each event once"
    wait(lambda: counts(server, id_)["waiting"] == 0)
    found = counts(server, id_)
    assert found["adds_up"]
    assert (found["selected"], found["delivered"]) == (sent - 10, sent - 10)


def test_a_destination_follows_its_configuration_while_it_runs(server: Server, receiver: Receiver) -> None:
    id_ = add(server, receiver)
    track(server, range(3))
    wait(lambda: len(receiver.bodies) == 3)
    path = f"/v1/destinations/{id_}"

    manage(server, "POST", f"{path}/pause")
    time.sleep(2)  # until the process has read it
    track(server, range(3, 6))
    server.read("/v1/stats")
    time.sleep(1)
    assert len(receiver.bodies) == 3

    manage(server, "PATCH", path, {"when": {"prop": "n", "gt": 4}})
    manage(server, "POST", f"{path}/resume")
    wait(lambda: 5 in receiver.numbers)
    wait(lambda: counts(server, id_)["waiting"] == 0)
    assert set(receiver.numbers) == {0, 1, 2, 5}
    assert counts(server, id_)["filtered"] == {"when": 2}

    receiver.status = 422
    track(server, range(10, 12))
    wait(lambda: counts(server, id_)["dead"] == {"http_422": 2})
    receiver.status = 200
    manage(server, "POST", f"{path}/replay", {})
    wait(lambda: {10, 11} <= receiver.numbers.keys())
    wait(lambda: counts(server, id_)["dead"] == {})
    assert counts(server, id_)["adds_up"]

    receiver.status = 401
    track(server, range(20, 21))
    wait(lambda: server.api("GET", path)[1]["pause_reason"] == "auth")
    receiver.status = 200
    manage(server, "PATCH", path, {"config": {"headers": {"authorization": "new"}}, "name": "crm 2"})
    wait(lambda: 20 in receiver.numbers)
    assert server.api("GET", path)[1]["state"] == "running"

    manage(server, "DELETE", path)
    time.sleep(2)
    track(server, range(30, 31))
    server.read("/v1/stats")
    time.sleep(1)
    assert 30 not in receiver.numbers
