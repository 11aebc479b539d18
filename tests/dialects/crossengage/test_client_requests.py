"""The requests of CrossEngage's public Python client, as observed, to a server as users run it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest
from tests.server_process import Server, serving

USER: Final = {
    "email": "ada@example.com",
    "businessUnit": "DE",
    "firstName": "Ada",
    "traits": {"plan": "pro", "tags": ["a"]},
}
DEADLINE_SECONDS: Final = 30


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("crossengage") / "data") as one:
        yield one


class Client:
    """Sends as the client does: a JSON body with every write, and success for every status up to 202."""

    def __init__(self, server: Server) -> None:
        self._url = f"http://127.0.0.1:{server.port}"
        self._token = server.keys["crossengage"]["auth_token"]

    def ask(self, method: str, path: str, version: int, body: Any = None) -> httpx.Response:
        headers = {
            "Content-Type": "application/json",
            "X-XNG-AuthToken": self._token,
            "X-XNG-ApiVersion": str(version),
        }
        return httpx.request(method, self._url + path, headers=headers, json=body, timeout=30)

    def settled(self, method: str, path: str, version: int, body: Any = None) -> httpx.Response:
        """As `ask`, again while the server says that it is behind: as its answers tell a client to."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while (answer := self.ask(method, path, version, body)).status_code == 503:
            assert time.monotonic() < deadline
            assert int(answer.headers["Retry-After"])
            time.sleep(0.1)
        return answer


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server)


def test_a_user_is_put_read_and_deleted(client: Client) -> None:
    put = client.ask("PUT", "/users/1234", 1, {"id": "1234"} | USER)
    assert (put.status_code, put.json()["success"]) == (200, True)
    assert put.headers["X-Request-ID"]
    shown = client.settled("GET", "/users/1234", 2)
    assert shown.status_code == 200
    assert shown.json() == {"id": "1234", "xngId": shown.json()["xngId"]} | USER
    found = client.settled("GET", "/users/email/ADA@example.com/bu/DE", 2)
    assert found.json() == shown.json()
    deleted = client.settled("DELETE", "/users/1234", 1, {"id": "1234"})
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.settled("GET", "/users/1234", 2).status_code == 404
    assert client.settled("DELETE", "/users/1234", 1, {"id": "1234"}).status_code == 404
    assert client.settled("DELETE", "/users/1234", 2, {"id": "1234"}).status_code == 202
    assert client.ask("PUT", "/users/1234", 1, {"id": "1234", "firstName": "Ada"}).status_code == 200
    assert client.settled("GET", "/users/1234", 2).json()["firstName"] == "Ada"


def test_an_asynchronous_user_can_be_tracked(client: Client) -> None:
    put = client.ask("PUT", "/users", 2, {"id": "async"} | USER | {"email": "async@example.com"})
    assert put.status_code == 202
    path = f"/users/track/{put.json()['trackingId']}"
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (found := client.ask("GET", path, 2).json())["stage"] == "PENDING":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert found == {"stage": "PROCESSED", "total": 1, "success": 1, "error": 0}
    assert client.ask("GET", "/users/track/tid", 2).status_code == 404


@pytest.mark.parametrize("version, done", [(1, 200), (2, 202)])
def test_batches_are_written_and_deleted(client: Client, version: int, done: int) -> None:
    one, two = f"b{version}", f"c{version}"
    first = client.ask("POST", "/users/batch", version, {"updated": [{"id": one, "a": 1}, {"id": two, "a": 2}]})
    assert (first.status_code, bool(first.json())) == (done, True)
    second = client.settled(
        "POST", "/users/batch", version, {"updated": [{"id": two, "b": 3}], "deleted": [{"id": one}]}
    )
    assert second.status_code == done
    assert client.settled("GET", f"/users/{one}", 2).status_code == 404
    assert client.settled("GET", f"/users/{two}", 2).json()["traits"] == {"a": 2, "b": 3}


def test_the_good_entries_of_a_refused_batch_are_kept(client: Client) -> None:
    answer = client.ask("POST", "/users/batch", 1, {"updated": [{"id": "kept"}, {"id": "bad", "email": "?"}]})
    assert answer.status_code == 400
    assert [each["success"] for each in answer.json()["updated"]] == [True, False]
    assert client.settled("GET", "/users/kept", 2).status_code == 200
    assert client.settled("GET", "/users/bad", 2).status_code == 404


def test_events_are_sent_by_id_and_by_email(client: Client, server: Server) -> None:
    events = [{"event": "Viewed Page", "properties": {"a": 1}}]
    lead = {"email": "lead@example.com", "businessUnit": "DE"}
    assert client.ask("POST", "/leads", 1, {"updated": [lead]}).status_code == 200
    for who in ({"id": "e1"}, lead):
        answer = client.ask("POST", "/events", 1, {"events": events} | who)
        assert (answer.status_code, answer.content) == (202, b"")
    for namespace, value in (("user_id", "e1"), ("email", "lead@example.com")):
        scope = {"scope": "DE"} if namespace == "email" else {}
        profile = server.read("/v1/profiles", namespace=namespace, value=value, **scope)["id"]
        assert [each["name"] for each in server.read(f"/v1/profiles/{profile}/events")["events"]] == ["Viewed Page"]


def test_an_opt_out_is_set_and_read_back(client: Client) -> None:
    client.ask("PUT", "/users/opt", 1, {"id": "opt"})
    path = "/users/opt/optout-status"
    assert client.settled("GET", path, 1).json() == {"optOut": False}
    assert client.settled("PUT", f"{path}?channelType=MAIL", 1, {"optOut": True}).json() == {"optOut": True}
    assert client.settled("GET", f"{path}?channelType=MAIL", 1).json() == {"optOut": True}
    assert client.settled("PUT", "/users/opt/blacklist-status", 1, {"blacklisted": True}).status_code == 200
    assert client.settled("GET", "/users/opt/recipient-status", 1).json() == {
        "blacklisted": True,
        "optOutAll": False,
        "optOutChannels": ["MAIL"],
    }


def test_attributes_are_created_listed_and_kept_while_in_use(client: Client) -> None:
    attribute = {"name": "traits.foo", "attributeType": "ARRAY", "nestedType": "OBJECT"}
    created = client.ask("POST", "/users/attributes", 1, attribute)
    assert (created.status_code, created.json()["name"]) == (200, "traits.foo")
    client.ask("PUT", "/users/attr", 1, {"id": "attr", "traits": {"foo": [{"a": 1}]}})
    client.settled("GET", "/users/attr", 1)
    listed = client.ask("GET", "/users/attributes?offset=0&limit=100", 1).json()
    assert created.json() in listed["attributes"]
    assert listed["total"] == str(len(listed["attributes"]))
    assert client.ask("DELETE", f"/users/attributes/{created.json()['id']}", 1, {}).status_code == 409
    assert client.ask("DELETE", "/users/attributes/3", 1, {}).status_code == 404


def test_an_unknown_token_is_refused_without_a_body(server: Server) -> None:
    answer = httpx.get(f"http://127.0.0.1:{server.port}/users/1", headers={"X-XNG-AuthToken": "x" * 40})
    assert (answer.status_code, answer.content) == (401, b"")
