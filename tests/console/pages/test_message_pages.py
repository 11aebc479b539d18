"""The pages about messages: live events, one event, one rejected request, the catalogue."""

from __future__ import annotations

import http
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.console.console_server import ADMIN, VIEWER, ConsoleServer
from tests.console.ingest_client import IngestClient


@pytest.fixture(scope="module")
def ingest(console: ConsoleServer) -> IngestClient:
    return IngestClient(console)


@pytest.fixture
def viewer(console: ConsoleServer) -> Iterator[httpx.Client]:
    with console.client(VIEWER) as client:
        yield client


def _json(client: httpx.Client, path: str, **query: Any) -> Any:
    answer = client.get(f"/p/default{path}.json", params=query)
    assert answer.status_code == http.HTTPStatus.OK, answer.text
    return answer.json()


def test_the_newest_messages_can_be_filtered(viewer: httpx.Client, ingest: IngestClient) -> None:
    name, mark = f"Narrow {secrets.token_hex(4)}", secrets.token_hex(8)
    ingest.send("track", userId="user-1", event=name, properties={"mark": mark})
    for query in ({"name": name}, {"q": mark}, {"name": name, "status": "accepted", "dialect": "segment"}):
        items = _json(viewer, "/live", **query)["recent"]["items"]
        assert [item["name"] for item in items] == [name], query
    assert not _json(viewer, "/live", name=name, status="refused")["recent"]["items"]
    assert not _json(viewer, "/live", name=name, dialect="antsomi")["recent"]["items"]
    assert "No events match the filter" in viewer.get("/p/default/live?q=no+such+text+at+all").text


def test_an_event_shows_its_processing_trail_and_profile(viewer: httpx.Client, ingest: IngestClient) -> None:
    name, user = f"Trail {secrets.token_hex(4)}", f"user-{secrets.token_hex(4)}"
    ingest.send("track", userId=user, event=name, properties={"price": 9.5, "long": "x" * 1_200})
    ingest.settle()
    (item,) = _json(viewer, "/live", name=name)["recent"]["items"]
    view = _json(viewer, f"/events/{item['id']}")
    assert [step["step"] for step in view["message"]["trail"]] == ["received", "validated", "identified", "stored"]
    assert view["profile"]["user_id"] == user
    text = viewer.get(f"/p/default/events/{item['id']}").text
    assert "String too long" in text
    assert "so a new profile was created" in text


def test_a_message_that_states_nothing_is_shown_with_what_is_wrong(viewer: httpx.Client, ingest: IngestClient) -> None:
    mark = secrets.token_hex(8)
    ingest.send("track", event=mark)
    ingest.settle()
    (item,) = _json(viewer, "/live", q=mark)["recent"]["items"]
    text = viewer.get(f"/p/default/events/{item['id']}").text
    assert "Invalid event" in text
    assert "No profile" in text


def test_an_event_that_never_was_is_not_found(viewer: httpx.Client) -> None:
    for id_ in ("0199c1e2-6f08-7d35-a1c9-40e8b2f7d615", "nonsense"):
        assert viewer.get(f"/p/default/events/{id_}").status_code == http.HTTPStatus.NOT_FOUND


def test_a_rejected_request_shows_the_response(viewer: httpx.Client, console: ConsoleServer) -> None:
    text = viewer.get(f"/p/default/live/rejected/{console.refused}").text
    assert "Response: 400" in text
    assert console.server.keys["segment"]["write_key"] not in text
    assert viewer.get("/p/default/live/rejected/999999999").status_code == http.HTTPStatus.NOT_FOUND


def test_a_stream_ends_when_its_viewer_signs_out(console: ConsoleServer) -> None:
    token = console.sign_in(VIEWER, console.passwords[VIEWER]).cookies["passerby_session"]
    with console.client() as client:
        client.cookies.set("passerby_session", token)
        with client.stream("GET", "/p/default/live/stream") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            chunks = answer.iter_text()
            assert "retry:" in next(chunks)
            with console.client() as other:
                other.cookies.set("passerby_session", token)
                other.post("/sign-out")
            assert [chunk for chunk in chunks if "event:" in chunk] == []


def test_the_stream_requires_a_session(console: ConsoleServer) -> None:
    with console.client() as client:
        assert client.get("/p/default/live/stream").headers["location"].startswith("/sign-in")


def test_the_catalogue_has_events_traits_and_violations(console: ConsoleServer) -> None:
    with console.client(ADMIN) as client:
        view = _json(client, "/catalogue")
        assert {"Added Product", "Completed Order"} <= {event["name"] for event in view["found"]["events"]}
        assert "email" in client.get("/p/default/catalogue?part=traits").text
        assert "Blocked identifier" in client.get("/p/default/catalogue?part=violations").text
        assert client.get("/p/default/catalogue?part=nonsense").status_code == http.HTTPStatus.BAD_REQUEST


def test_an_event_can_be_described_hidden_and_planned(console: ConsoleServer, ingest: IngestClient) -> None:
    name, never = f"Marked {secrets.token_hex(4)}", f"Never {secrets.token_hex(4)}"
    ingest.send("track", userId="user-1", event=name, properties={"price": 1})
    ingest.settle()
    with console.client(ADMIN) as client:
        said = {"event": name, "description": "A payment", "planned": "true", "hidden": "true"}
        answer = client.post("/p/default/catalogue/mark", data=said)
        assert answer.headers["location"] == "/p/default/catalogue?said=marked"
        client.post("/p/default/catalogue/mark", data={"event": name, "attribute": "price", "description": "In euros"})
        client.post("/p/default/catalogue/mark", data={"event": never, "planned": "true"})
        trait = client.post("/p/default/catalogue/mark", data={"attribute": "email", "description": "Work or private"})
        assert trait.headers["location"] == "/p/default/catalogue?part=traits&said=marked"
        assert "A payment" in client.get("/p/default/catalogue/mark", params={"event": name}).text
        shown, whole = client.get("/p/default/catalogue").text, client.get("/p/default/catalogue?hidden=true").text
        assert "A payment" not in shown
        assert "A payment" in whole
        assert "In euros" in whole
        assert never in shown
        assert "Work or private" in client.get("/p/default/catalogue?part=traits").text
        assert client.get("/p/default/catalogue/mark").status_code == http.HTTPStatus.BAD_REQUEST


def test_catalogue_pages_continue_at_their_cursor(viewer: httpx.Client, ingest: IngestClient) -> None:
    mark = secrets.token_hex(4)
    ingest.send(
        "batch", batch=[{"type": "track", "userId": "user-1", "event": f"Page {mark} {n:02}"} for n in range(45)]
    )
    ingest.settle()
    seen: list[str] = []
    query: dict[str, str] = {}
    while True:
        view = _json(viewer, "/catalogue", **query)
        seen += [event["name"] for event in view["found"]["events"]]
        if view["found"]["cursor"] is None:
            break
        query = {"cursor": view["found"]["cursor"]}
    assert len([name for name in seen if mark in name]) == 45
    assert len(seen) == len(set(seen))
    assert "First page" in viewer.get("/p/default/catalogue", params=query).text
