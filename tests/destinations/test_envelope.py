"""Envelopes: the samples have the shapes of the schema, and ids are the same for the same items."""

from __future__ import annotations

import msgspec
import pytest
from tests.destinations.items import NAMES, item

from passerby.destinations.envelope import (
    ENVELOPES,
    EventData,
    EventEnvelope,
    as_json,
    event_id,
    event_of,
    profile_change_id,
    profile_of,
    request_id,
    schema,
    segment_change_id,
)
from passerby.destinations.records import ITEM_TYPES
from passerby.identity.stage import Stage
from passerby.messages import NO_REJECTION_DETAIL, Item, Rejection, Semantic, StoredEvent
from passerby.positions import Position
from passerby.profiles.view import Profile, ProfileIdentifier

STORED = StoredEvent(
    project=1,
    profile_id="p-1",
    time=1_796_126_340_000,
    id="e-1",
    name="Order Completed",
    received_at=1_796_126_340_250,
    position=Position(41_001),
    properties={"total": 119},
    rejected=[Rejection(name="price", value="x", kind="type_mismatch", detail=NO_REJECTION_DETAIL)],
    context={"ip": "203.0.113.9"},
    session_id="s-1",
    dialect="segment",
    semantic=Semantic(name="purchased", items=[Item(id="SKU-1", price=100)], value=119, currency="EUR"),
)


DAY = 86_400_000


def identifier(namespace: str, value: str, last_seen: int, scope: str = "") -> ProfileIdentifier:
    return ProfileIdentifier(namespace=namespace, value=value, scope=scope, first_seen=DAY, last_seen=last_seen)


PROFILE = Profile(
    id="p-1",
    stage=Stage.CUSTOMER,
    user_id="u-1",
    identifiers=[
        identifier("user_id", "u-1", 20 * DAY),
        identifier("email", "old@example.com", 2 * DAY),
        identifier("email", "new@example.com", 30 * DAY),
        identifier("email", "new@example.com", 29 * DAY, "shop"),
    ],
    traits={"plan": "gold"},
    rejected={},
    context={},
    first_seen=DAY,
    last_seen=30 * DAY,
    event_count=3,
    members=[],
)


def test_there_is_a_sample_of_every_type() -> None:
    assert {item(name)["type"] for name in NAMES} == set(ITEM_TYPES) == set(ENVELOPES)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_has_the_shape_of_its_type(name: str) -> None:
    sample = item(name)
    assert msgspec.to_builtins(msgspec.convert(sample, ENVELOPES[sample["type"]])) == sample


def test_the_schema_describes_every_type() -> None:
    document, definitions = schema()
    shapes = [definitions[each["$ref"].rpartition("/")[2]] for each in document["oneOf"]]
    types = [name for shape in shapes for name in shape["properties"]["type"]["enum"]]
    assert sorted(types) == sorted(ITEM_TYPES)
    assert all(
        {"v", "id", "timestamp", "project", "historical", "type", "data"} == shape["properties"].keys()
        for shape in shapes
    )


def test_an_event_is_as_it_was_stored_with_times_as_text() -> None:
    event = msgspec.to_builtins(event_of(STORED))
    assert event == {
        "id": "e-1",
        "name": "Order Completed",
        "time": "2026-12-01T11:59:00.000Z",
        "received_at": "2026-12-01T11:59:00.250Z",
        "position": 41_001,
        "properties": {"total": 119},
        "rejected": [{"name": "price", "value": "x", "kind": "type_mismatch"}],
        "context": {"ip": "203.0.113.9"},
        "session_id": "s-1",
        "dialect": "segment",
        "profile_id": "p-1",
        "semantic": {
            "name": "purchased",
            "items": [{"id": "SKU-1", "price": 100}],
            "value": 119,
            "currency": "EUR",
        },
    }


def test_an_event_that_is_no_standard_event_has_a_null() -> None:
    stored = msgspec.structs.replace(STORED, semantic=None)
    assert msgspec.to_builtins(event_of(stored))["semantic"] is None


def test_a_profile_has_its_newest_identifiers_first_and_each_once() -> None:
    assert msgspec.to_builtins(profile_of(PROFILE, ["vip"])) == {
        "id": "p-1",
        "stage": "customer",
        "user_id": "u-1",
        "identifiers": {"email": ["new@example.com", "old@example.com"], "user_id": ["u-1"]},
        "traits": {"plan": "gold"},
        "segments": ["vip"],
    }


def test_an_envelope_is_plain_json() -> None:
    envelope = EventEnvelope(
        type="event",
        id="ev-41001",
        timestamp="2026-12-01T11:59:00.000Z",
        project="default",
        historical=True,
        data=EventData(event=event_of(STORED), profile=None, profile_at=None),
    )
    written = as_json(envelope)
    assert type(written) is dict
    assert (written["v"], written["historical"], written["data"]["profile"]) == (1, True, None)
    assert msgspec.json.decode(msgspec.json.encode(written)) == written


def test_ids_name_the_place_of_the_item() -> None:
    assert event_id(Position(7)) == "ev-7"
    assert profile_change_id(Position(7), "p-1") == "pc-7-p-1"
    assert segment_change_id(9) == "sc-9"


def test_the_id_of_a_request_is_that_of_its_single_item() -> None:
    assert request_id(["ev-7"]) == request_id(["ev-7", "ev-7"]) == "ev-7"


def test_the_id_of_a_batch_depends_on_its_items_and_their_order() -> None:
    batch = request_id(["ev-7", "ev-8"])
    assert batch.startswith("b-")
    assert batch == request_id(iter(["ev-7", "ev-8"]))
    assert len({batch, request_id(["ev-8", "ev-7"]), request_id(["ev-7", "ev-8", "ev-9"])}) == 3
