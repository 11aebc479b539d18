"""CustomerLabs' webhooks."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.dialects.customerlabs.customerlabs_calls import (
    ADDED,
    EVENT,
    SENDER,
    SID,
    UID,
    WEBHOOK,
    WHO,
    message,
    messages,
    refused,
)
from tests.dialects.dialect_calls import APP_ID, PROJECT, RECEIVED_AT, SLUG, answer, send

from passerby.dialects.registry import match
from passerby.messages import Identifier, Message, Violation

INSTALLATION = Identifier("anonymous_id", UID)
FREE: dict[str, Any] = {"event_name": "Paid", "user_id": "u-1"}


def test_an_event_of_the_app_is_kept_as_it_was_sent() -> None:
    products = [{"product_id": "SKU-001", "product_price": 100, "product_quantity": 1}]
    parameters = {"utm_source": "mail"}
    body = EVENT | {
        "identify_by": {"identify_by_email": "n@example.com"},
        "properties": {"value": 100, "currency": "USD"},
        "products": products,
        "utm_params": parameters,
    }
    assert message(WEBHOOK, body) == Message(
        project=PROJECT,
        id="id-1",
        dialect="customerlabs",
        kind="track",
        identifiers=(INSTALLATION, Identifier("email", "n@example.com")),
        time=ADDED,
        received_at=RECEIVED_AT,
        name="Purchase",
        properties={"value": 100, "currency": "USD", "products": products},
        context={
            "event_source": "mobile_app",
            "utm_params": parameters,
            "campaign": {"source": "mail"},
            **SENDER,
        },
        session_id=SID,
    )


def test_the_answer_has_no_body() -> None:
    reply = send(WEBHOOK, EVENT).reply
    assert (reply.status, reply.body, reply.headers) == (200, b"", ())


@pytest.mark.parametrize("path", [WEBHOOK, f"/source/{SLUG}"])
def test_the_slash_at_the_end_may_be_left_out(path: str) -> None:
    assert messages(path, EVENT)


def test_an_event_needs_no_user_agent() -> None:
    outcome = send(WEBHOOK, EVENT)
    assert outcome.messages[0].context == {"event_source": "mobile_app"}


@pytest.mark.parametrize("nothing", [None, "", []])
def test_products_may_be_absent(nothing: Any) -> None:
    assert message(WEBHOOK, EVENT | {"products": nothing}).properties == {"value": 100}


def test_fields_that_are_not_documented_are_properties_unless_those_say_otherwise() -> None:
    made = message(WEBHOOK, EVENT | {"store": "Porto", "value": 1})
    assert made.properties == {"store": "Porto", "value": 100}


def test_what_an_event_says_of_ids_and_device_counts_too() -> None:
    device = {"limitAdTracking": "true", "extInfoVersion": "x", "gclid": "g1"}
    body = EVENT | {"external_ids": {"idfa": "ID-1", "customerlabs_user_id": "web-1"}, "additional_info": device}
    made = message(WEBHOOK, body)
    assert made.identifiers == (INSTALLATION, Identifier("anonymous_id", "web-1"))
    assert made.context["additional_info"] == device
    assert made.context["campaign"] == {"gclid": "g1"}
    assert [violation.attribute for violation in made.violations] == ["extInfoVersion"]


@pytest.mark.parametrize(
    "body, field, problem",
    [
        *(({name: value for name, value in EVENT.items() if name != field}, field, "is required") for field in EVENT),
        (EVENT | {"event_name": 5}, "event_name", "must be a string"),
        (EVENT | {"event_name": " "}, "event_name", "is required"),
        (EVENT | {"properties": [{}]}, "properties", "must be an object"),
        (EVENT | {"products": {}}, "products", "must be an array"),
        (EVENT | {"utm_params": "mail"}, "utm_params", "must be an object"),
        (EVENT | {"external_ids": 1}, "external_ids", "must be an object"),
        (EVENT | {"added_at": 1_773_294_315_000}, "added_at", "must be a string"),
        (EVENT | {"id": "other"}, "id", "there is no such application"),
        ({"id": APP_ID, "event_name": "Paid", "email": "a@x.io"}, "uid", "is required"),
        ({"sid": SID, "event_name": "Paid", "email": "a@x.io"}, "id", "is required"),
        ({"event_name": "Paid"}, "identify_by", "an identifier is needed, such as email, phone or user_id"),
        (
            {"event_name": "Paid", "user_id": {"a": 1}},
            "identify_by",
            "an identifier is needed, such as email, phone or user_id",
        ),
        (
            {"event_name": "Paid", "user_id": None, "phone": ""},
            "identify_by",
            "an identifier is needed, such as email, phone or user_id",
        ),
        (
            {"event_name": "Paid", "email": "no-address"},
            "identify_by",
            "an identifier is needed, such as email, phone or user_id",
        ),
        ({"email": "a@x.io"}, "event_name", "is required"),
        ({"email": "a@x.io", "event": {}}, "event", "must be a string"),
        ({"email": "a@x.io", "event": "\t"}, "event", "is required"),
        ([], "body", "an array must hold 1 to 5,000 events"),
        ([FREE] * 5_001, "body", "an array must hold 1 to 5,000 events"),
        ("text", "body", "must be a JSON object"),
        ([FREE, 1], "[1]", "must be a JSON object"),
        ([FREE, FREE, EVENT | {"uid": None}], "[2].uid", "is required"),
    ],
)
def test_an_error_names_its_field(body: Any, field: str, problem: str) -> None:
    assert refused(WEBHOOK, body).startswith(f"{field}: {problem}")


def test_an_unknown_webhook_is_not_there() -> None:
    outcome = send("/source/unknown0/", EVENT)
    assert (outcome.reply.status, outcome.messages) == (404, [])
    assert "no source" in answer(outcome)["validation_error"]["error_message"]


@pytest.mark.parametrize("path", ["/app/", "/app/track", "/source/", "/source//", "/source/s/t"])
def test_other_paths_below_the_vendors_are_unknown_calls(path: str) -> None:
    call = match(path)
    assert call is not None
    assert (call.dialect, call.name) == ("customerlabs", "unknown")
    assert send(path, EVENT).reply.status == 404


def test_free_json_says_what_happened_and_to_whom() -> None:
    body = {
        "event_name": "Order placed",
        "user_id": 17,
        "phone": "+4917",
        "email": "a@x.io",
        "ip": "198.51.100.7",
        "user_agent": "Shop/1",
        "timestamp": "2026-03-12T05:45:15Z",
        "session_id": "s-1",
        "id": "order-9",
        "products": [{"sku": "A"}],
        "properties": {"total": 9.5},
        "traits": {"city": "Porto"},
        "user_traits": {"city": "Lisbon", "plan": "pro"},
        "utm_params": {"utm_medium": "cpc"},
        "gclid": "g1",
        "note": "kept",
    }
    assert message(WEBHOOK, body) == Message(
        project=PROJECT,
        id="id-1",
        dialect="customerlabs",
        kind="track",
        identifiers=(Identifier("user_id", "17"), Identifier("phone", "+4917"), Identifier("email", "a@x.io")),
        time=ADDED,
        received_at=RECEIVED_AT,
        name="Order placed",
        properties={"id": "order-9", "products": [{"sku": "A"}], "gclid": "g1", "note": "kept", "total": 9.5},
        traits={"city": "Porto", "plan": "pro"},
        context={
            "utm_params": {"utm_medium": "cpc"},
            "campaign": {"medium": "cpc", "gclid": "g1"},
            "ip": "198.51.100.7",
            "user_agent": "Shop/1",
        },
        session_id="s-1",
    )


@pytest.mark.parametrize(
    "fields, identifier",
    [
        ({"email": "a@x.io"}, Identifier("email", "a@x.io")),
        ({"phone": 4917}, Identifier("phone", "4917")),
        ({"userId": "u-1"}, Identifier("user_id", "u-1")),
        ({"customer_id": "u-1"}, Identifier("user_id", "u-1")),
        ({"user_id": UID}, INSTALLATION),
        ({"user_id": "other" + UID}, Identifier("user_id", "other" + UID)),
        ({"anonymousId": "v-1"}, Identifier("anonymous_id", "v-1")),
        ({"customerlabs_user_id": "v-1"}, Identifier("anonymous_id", "v-1")),
        ({"idfa": "ID-1"}, Identifier("idfa", "ID-1")),
        ({"identify_by_email": "a@x.io"}, Identifier("email", "a@x.io")),
        ({"identify_by": {"identify_by_phone": "+4917"}}, Identifier("phone", "+4917")),
        ({"identify_by": {"email": "a@x.io"}}, Identifier("email", "a@x.io")),
        ({"external_ids": {"aaid": "aa-1"}}, Identifier("aaid", "aa-1")),
        ({"properties": {"email": {"t": "string", "v": "a@x.io", "ib": True}}}, Identifier("email", "a@x.io")),
        ({"email": "no-address", "phone": "+4917"}, Identifier("phone", "+4917")),
    ],
)
def test_any_identifier_that_can_be_recognised_names(fields: dict[str, Any], identifier: Identifier) -> None:
    assert message(WEBHOOK, {"event": "Paid"} | fields).identifiers == (identifier,)


def test_what_can_be_no_identifier_is_a_property_and_counted() -> None:
    made = message(WEBHOOK, FREE | {"email": "no-address", "phone": ["+4917"]})
    assert made.properties == {"email": "no-address", "phone": ["+4917"]}
    assert [violation.attribute for violation in made.violations] == ["phone"]


def test_limited_advertising_ids_are_not_identifiers() -> None:
    made = message(WEBHOOK, FREE | {"idfa": "ID-1", "additional_info": {"limitAdTracking": True}})
    assert made.identifiers == (Identifier("user_id", "u-1"),)
    assert made.properties == {}


@pytest.mark.parametrize(
    "fields, time",
    [
        ({"timestamp": ADDED}, ADDED),
        ({"timestamp": ADDED // 1_000}, ADDED),
        ({"timestamp": str(ADDED // 1_000)}, ADDED),
        ({"timestamp": ADDED / 1_000}, ADDED),
        ({"timestamp": "2026-03-12 05:45:15"}, ADDED),
        ({"added_at": "2026-03-12T05:45:15Z", "timestamp": 5}, ADDED),
        ({"added_at": "", "timestamp": ADDED}, ADDED),
        ({}, RECEIVED_AT),
    ],
)
def test_a_time_is_read_as_any_sender_writes_it(fields: dict[str, Any], time: int) -> None:
    made = message(WEBHOOK, FREE | fields)
    assert made.time == time
    assert not made.violations


def test_a_time_that_cannot_be_read_is_kept_and_counted() -> None:
    made = message(WEBHOOK, FREE | {"added_at": True, "timestamp": "soon"})
    assert (made.time, made.properties) == (RECEIVED_AT, {"added_at": True, "timestamp": "soon"})
    assert [(v.kind, v.attribute, v.sample) for v in made.violations] == [
        ("unreadable_time", "added_at", "true"),
        ("unreadable_time", "timestamp", "soon"),
    ]


def test_what_is_in_no_usual_type_is_a_property() -> None:
    odd = {"ip": ["x"], "session_id": "s" * 513, "properties": [1], "traits": "t", "identify_by": "x", "products": 5}
    made = message(WEBHOOK, FREE | odd)
    assert (made.properties, made.context, made.session_id) == (odd, SENDER, "")


def test_the_vendors_browser_code_may_post_here_too() -> None:
    body = {
        "event_name": "Purchased",
        "customProperties": {
            "value": {"t": "number", "v": "9.5"},
            "identify_by_email": {"t": "string", "v": "a@x.io", "ib": True},
            "user_traits": {"t": "Object", "v": {"first_name": {"t": "string", "v": "Ada"}}},
            "external_ids": {"t": "Object", "v": {"facebook__fbp": {"t": "string", "v": "fb.1"}}},
        },
        "productProperties": [
            {"product_id": {"t": "string", "v": "p1"}, "product_quantity": {"t": "string", "v": "2"}}
        ],
    }
    made = message(WEBHOOK, body)
    assert made.identifiers == (Identifier("email", "a@x.io"),)
    assert made.traits == {"first_name": "Ada"}
    assert made.context == {"external_ids": {"facebook__fbp": "fb.1"}} | SENDER
    assert made.properties == {"value": 9.5, "products": [{"product_id": "p1", "product_quantity": "2"}]}


def test_an_array_is_an_event_each() -> None:
    made = messages(WEBHOOK, [EVENT, FREE, FREE | {"event_name": "Left"}])
    assert [(one.name, one.id) for one in made] == [("Purchase", "id-1"), ("Paid", "id-2"), ("Left", "id-3")]


def test_each_event_of_an_array_may_be_rich() -> None:
    rich = {"event_name": "Paid", "email": "a@x.io", "properties": {f"p{i}": i for i in range(900)}}
    assert len(messages(WEBHOOK, [rich] * 3)) == 3
    too_rich = rich | {"properties": {f"p{i}": i for i in range(1_000)}}
    taken, refused_one = messages(WEBHOOK, [rich, too_rich])
    assert (taken.kind, refused_one.kind) == ("track", "invalid")
    assert refused_one.violations == (Violation("record_too_many_attributes"),)
    assert refused_one.properties == {"body": msgspec.json.encode(too_rich).decode()}
    assert "1,000 attributes" in refused(WEBHOOK, [too_rich, too_rich])


def test_the_documented_shape_is_meant_where_an_installation_is_named() -> None:
    assert message(WEBHOOK, {"id": "order-9"} | FREE).properties == {"id": "order-9"}
    assert refused(WEBHOOK, WHO | {"event_name": "Paid"}).startswith("event_source: is required")
