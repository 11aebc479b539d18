"""Editing the catalogue in the console: each change is confirmed on a page that says what will happen."""

from __future__ import annotations

import http
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.console.console_server import ADMIN, VIEWER, ConsoleServer
from tests.console.ingest_client import IngestClient

EDIT = "/p/default/catalogue/edit"


@pytest.fixture
def admin(console: ConsoleServer) -> Iterator[httpx.Client]:
    with console.client(ADMIN) as client:
        yield client


@pytest.fixture
def viewer(console: ConsoleServer) -> Iterator[httpx.Client]:
    with console.client(VIEWER) as client:
        yield client


@pytest.fixture
def name(console: ConsoleServer) -> str:
    """An event name of the test's own, with an attribute of two types."""
    ingest, name = IngestClient(console), f"Bought {secrets.token_hex(4)}"
    for total in ("junk", 9, 9.5):
        ingest.send("track", userId="u-catalogue", event=name, properties={"total": total})
    ingest.settle()
    return name


def catalogued(console: ConsoleServer, name: str) -> dict[str, Any] | None:
    cursor: str | None = None
    while True:
        page = console.server.read("/v1/catalogue", limit="1000", **({"cursor": cursor} if cursor else {}))
        for event in page["events"]:
            if event["name"] == name:
                found: dict[str, Any] = event
                return found
        cursor = page["cursor"]
        if cursor is None:
            return None


def test_a_type_is_changed_after_a_page_says_how_many_values_fit(
    console: ConsoleServer, admin: httpx.Client, name: str
) -> None:
    asked = {"event": name, "attribute": "total", "do": "type", "to": "number"}
    page = admin.get(EDIT, params=asked).text
    assert "2 past values are of type number, 1 is not" in page
    assert admin.post(EDIT, data=asked).status_code == http.HTTPStatus.SEE_OTHER
    event = catalogued(console, name)
    assert event is not None
    assert [each["type"] for each in event["attributes"]] == ["number"]


def test_a_spelling_is_merged_shown_and_unmerged(console: ConsoleServer, admin: httpx.Client, name: str) -> None:
    into = f"{name} canonical"
    asked = {"event": name, "do": "merge", "to": into}
    assert "The merge can be undone" in admin.get(EDIT, params=asked).text
    admin.post(EDIT, data=asked)
    event = catalogued(console, into)
    assert event is not None
    assert (event["count"], event["spellings"]) == (3, [name])
    assert name in admin.get(EDIT, params={"event": into}).text
    assert into in admin.get(EDIT, params={"event": name}).text
    refused = admin.post(EDIT, data={"event": into, "do": "delete"})
    assert refused.status_code == http.HTTPStatus.BAD_REQUEST
    assert "undo that first" in refused.text
    undo = {"event": name, "do": "undo"}
    assert into in admin.get(EDIT, params=undo).text
    admin.post(EDIT, data=undo)
    assert catalogued(console, name) is not None


def test_a_name_is_deleted_after_a_page_says_what_stays(console: ConsoleServer, admin: httpx.Client, name: str) -> None:
    asked = {"event": name, "do": "delete"}
    assert "Recorded events and profiles stay" in admin.get(EDIT, params=asked).text
    admin.post(EDIT, data=asked)
    assert catalogued(console, name) is None
    assert admin.post(EDIT, data=asked).status_code == http.HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("form", [{"do": ""}, {"do": "type", "to": "colour"}, {"do": "merge", "to": ""}])
def test_a_form_that_lacks_something_changes_nothing(admin: httpx.Client, name: str, form: dict[str, str]) -> None:
    answer = admin.post(EDIT, data={"event": name, "attribute": "total", **form})
    assert answer.status_code == http.HTTPStatus.BAD_REQUEST
    assert admin.get(EDIT).status_code == http.HTTPStatus.BAD_REQUEST


def test_a_viewer_sees_who_can_change_it(viewer: httpx.Client, name: str) -> None:
    assert "Only administrators" in viewer.get(EDIT, params={"event": name}).text
    assert viewer.post(EDIT, data={"event": name, "do": "delete"}).status_code == http.HTTPStatus.FORBIDDEN
