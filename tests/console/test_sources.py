"""The calls shown on the source pages work."""

from __future__ import annotations

import httpx
import pytest
from tests.console.console_server import ADMIN, VIEWER, ConsoleServer

from passerby.dialects import registry


@pytest.fixture(scope="session")
def shop(console: ConsoleServer) -> dict[str, str]:
    """The keys by kind of a project that has received no events."""
    keys = console.new_project("shop")
    flat = {
        f"{owner}.{name}": str(key)
        for owner, each in keys.items()
        if isinstance(each, dict)
        for name, key in each.items()
    }
    assert set(flat) >= {kind for dialect in registry.ALL for kind in dialect.samples.kinds}
    return flat


@pytest.mark.parametrize("dialect", registry.NAMED)
def test_a_first_call_arrives_and_is_shown(console: ConsoleServer, shop: dict[str, str], dialect: str) -> None:
    with console.client(VIEWER) as client:
        address = f"/p/shop/sources/{dialect}/arrival"
        assert "Waiting for the first event" in client.get(address).text
        call = registry.NAMED[dialect].test_call(shop)
        assert call is not None
        address_of_ingest = f"http://127.0.0.1:{console.server.port}"
        answer = httpx.post(address_of_ingest + call.path, json=call.body, headers=call.http_headers(), timeout=60)
        assert answer.status_code < 300, answer.text
        console.server.read("/v1/stats")
        arrived = client.get(address).text
        assert "Receiving events" in arrived
        assert "hx-trigger" not in arrived
        assert client.get(f"{address}.json").json()["arrival"]["messages"] == 1


def test_the_address_is_the_one_by_which_the_console_was_reached_unless_another_is_given(
    console: ConsoleServer,
) -> None:
    with console.client(VIEWER) as client:
        as_json = client.get("/p/default/sources/segment.json").json()
        assert as_json["address"] == f"http://127.0.0.1:{console.server.port}"
        given = client.get("/p/default/sources/segment.json?address=https://cdp.example/").json()
        assert given["address"] == "https://cdp.example"
        for nonsense in ("javascript:x", "https://", "https://x/?y=z"):
            as_json = client.get("/p/default/sources/segment.json", params={"address": nonsense}).json()
            assert as_json["address"] == f"http://127.0.0.1:{console.server.port}"
        six = client.get("/p/default/sources/segment.json", headers={"Host": "[::1]:8081"}).json()
        assert six["address"] == f"http://[::1]:{console.server.port}"


def test_what_is_not_there_is_not_found(console: ConsoleServer) -> None:
    with console.client(VIEWER) as client:
        for path in ("unknown", "unknown/arrival", "segment/1", f"segment/{console.webhook}", "customerlabs/999999999"):
            assert client.get(f"/p/default/sources/{path}").status_code == 404, path


def test_a_key_that_cannot_be_is_refused_with_the_reason(console: ConsoleServer) -> None:
    with console.client(ADMIN) as client:
        bad = client.post("/p/default/sources/segment/keys", data={"kind": "segment.write_key", "value": "!"})
        assert (bad.status_code, "6 to 128 letters" in bad.text) == (400, True)
        other = client.post("/p/default/sources/segment/keys", data={"kind": "api_token"})
        assert other.status_code == 400
        taken = console.server.keys["segment"]["write_key"]
        again = client.post("/p/default/sources/segment/keys", data={"kind": "segment.write_key", "value": taken})
        assert (again.status_code, "in use" in again.text) == (400, True)


def test_a_key_of_another_dialect_or_project_is_out_of_reach(console: ConsoleServer) -> None:
    console.new_project("stall")
    theirs = console.passerby("keys", "list", "--project", "stall")
    number = next(key["id"] for key in theirs if key["kind"] == "segment.write_key")
    with console.client(ADMIN) as client:
        assert client.post(f"/p/default/sources/segment/keys/{number}/revoke").status_code == 404
        assert client.post(f"/p/stall/sources/antsomi/keys/{number}/revoke").status_code == 404
        assert client.post(f"/p/stall/sources/segment/keys/{number}/revoke").status_code == 303
        assert client.post(f"/p/stall/sources/segment/keys/{number}/rotate").status_code == 404
        assert "Revoked" in client.get("/p/stall/sources/segment").text


def test_viewers_do_not_see_the_path_of_a_webhook(console: ConsoleServer) -> None:
    path = console.server.keys["customerlabs"]["webhook_path"]
    pages = ["sources", "sources.json", "sources/customerlabs", "sources/customerlabs.json"]
    pages += [f"sources/customerlabs/{console.webhook}", f"sources/customerlabs/{console.webhook}.json"]
    for page in pages:
        shown = {}
        for user in (VIEWER, ADMIN):
            with console.client(user) as client:
                answer = client.get(f"/p/default/{page}")
                assert answer.status_code == httpx.codes.OK
                shown[user] = path.strip("/").removeprefix("source/") in answer.text
        assert not shown[VIEWER], page
        assert shown[ADMIN] or page == "sources", page
