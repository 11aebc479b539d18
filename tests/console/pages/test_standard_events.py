"""Events are shown and filtered by their standard event, whatever vendor's name they have."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import httpx
import pytest
from tests.console.console_server import VIEWER, ConsoleServer
from tests.console.ingest_client import IngestClient

ITEMS = [{"product_id": "p-1", "name": "Running Shoes", "quantity": 2, "price": 39.8}, {"sku": "S-2", "price": 5}]


@pytest.fixture
def viewer(console: ConsoleServer) -> Iterator[httpx.Client]:
    with console.client(VIEWER) as client:
        yield client


@pytest.fixture
def shopper(console: ConsoleServer) -> str:
    """A profile with a product view in two vendors' vocabularies and one order."""
    ingest, user = IngestClient(console), f"shopper-{secrets.token_hex(4)}"
    ingest.send("track", userId=user, event="Viewed Product", properties={"product_id": "p-1", "name": "Shoes"})
    ingest.webengage("events", userId=user, eventName="Product Viewed", eventData={"product_id": "p-1"})
    order = {"order_id": "o-1", "total": 84.6, "currency": "EUR", "products": ITEMS}
    ingest.send("track", userId=user, event="Order Completed", properties=order)
    ingest.send("track", userId=user, event="Odd", properties={"lines": [{"left": "a"}, {"right": "b"}]})
    ingest.settle()
    profile: str = console.server.read("/v1/profiles", namespace="user_id", value=user)["id"]
    return profile


def test_a_timeline_names_and_filters_by_the_standard_event(viewer: httpx.Client, shopper: str) -> None:
    path = f"/p/default/profiles/{shopper}"
    page = viewer.get(path).text
    assert page.count('Product viewed <span class="soft small"') == 2
    assert "84.60 EUR" in page
    assert "2 \N{MULTIPLICATION SIGN} Running Shoes" in page
    view = viewer.get(f"{path}.json", params={"name": "standard:product_viewed"}).json()
    found = {event["name"] for event in view["timeline"]["events"]}
    assert found == {"Viewed Product", "Product Viewed"}
    assert viewer.get(f"{path}.json", params={"name": "standard:never"}).json()["timeline"]["events"] == []


def test_an_order_shows_its_items_as_a_table(viewer: httpx.Client, shopper: str) -> None:
    events = viewer.get(f"/p/default/profiles/{shopper}.json").json()["timeline"]["events"]
    ids = {event["name"]: event["id"] for event in events}
    page = viewer.get(f"/p/default/events/{ids['Order Completed']}").text
    assert 'aria-labelledby="items"' in page
    assert '<td dir="auto">Running Shoes</td>' in page
    odd = viewer.get(f"/p/default/events/{ids['Odd']}").text
    assert '<th scope="col" dir="auto">left</th>' in odd


@pytest.mark.usefixtures("shopper")
def test_the_catalogue_shows_the_spellings_of_a_standard_event_together(viewer: httpx.Client) -> None:
    view = viewer.get("/p/default/catalogue.json", params={"semantic": "product_viewed"}).json()
    names = {event["name"] for event in view["found"]["events"]}
    assert {"Viewed Product", "Product Viewed"} <= names
    assert {event["semantic"] for event in view["found"]["events"]} == {"product_viewed"}
    assert "Product viewed" in viewer.get("/p/default/catalogue", params={"semantic": "product_viewed"}).text


@pytest.mark.usefixtures("shopper")
def test_live_events_are_filtered_by_the_standard_event(viewer: httpx.Client) -> None:
    view = viewer.get("/p/default/live.json", params={"semantic": "product_viewed"}).json()
    assert {item["semantic"] for item in view["recent"]["items"]} == {"product_viewed"}
    assert {"Viewed Product", "Product Viewed"} <= {item["name"] for item in view["recent"]["items"]}
