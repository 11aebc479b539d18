"""Keys and events of a call of Antsomi's collector."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from tests.dialects.antsomi.antsomi_calls import (
    COLLECTOR,
    JSON,
    PATHS,
    SOURCE,
    VIEW,
    get,
    message,
    post,
    refused,
    taken,
)
from tests.dialects.dialect_calls import PORTAL, PROPERTY, send_bytes

from passerby.dialects.contract import Fault
from passerby.dialects.registry import match
from passerby.messages import Identifier, Violation


@pytest.mark.parametrize("path", PATHS)
def test_both_paths_take_an_event_in_a_body_or_a_query(path: str) -> None:
    assert taken(post(VIEW, path=path)).name == taken(get(VIEW, path=path)).name == "product/view"


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"portal_id": PORTAL},
        {"prop_id": PROPERTY},
        {"portal_id": "999", "prop_id": PROPERTY},
        {"portal_id": PORTAL, "prop_id": "999"},
        {"portal_id": PROPERTY, "prop_id": PORTAL},
    ],
)
def test_an_unknown_portal_or_property_gets_an_error_that_says_so(source: dict[str, str]) -> None:
    assert "unknown" in refused(post(VIEW, source | {"resp_type": "json"}), 401)


def test_the_source_is_checked_before_the_body() -> None:
    assert send_bytes("/event?resp_type=json", b"{").reply.status == 401


def test_everything_can_be_in_the_query() -> None:
    fields = {
        "uid": "v-1",
        "aid": "d-1",
        "cid": "c",
        "ec": "product",
        "ea": "view",
        "items": '[{"type":"product","id":"p1"}]',
        "dims": '{"promotion_code":{"id":"SPRING"}}',
        "extra": '{"page":"home"}',
        "context": '{"os":{"name":"iOS"}}',
        "utm_source": "mail",
    }
    made = taken(get(fields))
    assert made.identifiers == (Identifier("anonymous_id", "v-1"), Identifier("device_id", "d-1"))
    assert made.properties == {
        "utm_source": "mail",
        "page": "home",
        "items": [{"type": "product", "id": "p1"}],
        "dims": {"promotion_code": {"id": "SPRING"}},
    }
    assert made.context == {
        "ip": "192.0.2.1",
        "os": {"name": "iOS"},
        "aid": "d-1",
        "cid": "c",
        "campaign": {"source": "mail"},
    }


def test_objects_in_a_body_may_be_texts_as_in_a_query() -> None:
    assert message(VIEW | {"extra": '{"page":"home"}', "dims": " "}).properties == {"page": "home"}


def test_a_post_without_a_body_has_its_event_in_the_query() -> None:
    assert taken(send_bytes(f"{COLLECTOR}&{urlencode(VIEW)}", b"", {})).name == "product/view"


def test_a_query_may_hold_letters_that_are_not_escaped() -> None:
    query = "uid=v-1&ec=a&ea=ü".encode().decode("latin-1")
    assert taken(send_bytes(f"{COLLECTOR}&{query}", b"", {}, "GET")).name == "a/ü"


def test_what_the_query_of_a_body_says_is_not_the_event() -> None:
    assert message(VIEW, JSON | {"format": "json", "uid": "other"}).properties == {}


@pytest.mark.parametrize("query", ["uid=%ff", "uid=\xff"])
def test_a_query_that_is_not_utf8_is_refused(query: str) -> None:
    assert "not UTF-8" in refused(send_bytes(f"{COLLECTOR}&{query}", b"", {}, "GET"))


def test_a_query_with_too_many_parameters_is_refused() -> None:
    query = urlencode({f"p{i}": i for i in range(1_000)})
    assert "1,000 attributes" in refused(send_bytes(f"{COLLECTOR}&{query}", b"", {}, "GET"))


@pytest.mark.parametrize(
    "body, said",
    [
        (b"{", "The body is not JSON."),
        (b"\xff", "The request is not UTF-8."),
        (b"1", "The body must be a JSON object, or an array of up to 100 of them."),
        (b"[]", "The body must be a JSON object, or an array of up to 100 of them."),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "nested more than 64 levels"),
        (msgspec.json.encode({"extra": {f"p{i}": i for i in range(1_001)}}), "more than 1,000 attributes"),
        (msgspec.json.encode(VIEW | {"extra": "[" * 65 + "]" * 65}), "nested more than 64 levels"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(body: bytes, said: str) -> None:
    assert said in refused(send_bytes(COLLECTOR, body))


@pytest.mark.parametrize("fault", Fault)
def test_what_the_edge_refuses_is_json(fault: Fault) -> None:
    call = match("/event")
    assert call is not None
    reply = call.fault(fault, "")
    body: Any = msgspec.json.decode(reply.body)
    assert body.keys() == {"status", "message"}
    assert body["status"] is False
    assert reply.headers == ((("Allow", "GET, POST"),) if fault is Fault.METHOD_NOT_ALLOWED else ())


def test_the_id_of_a_request_marks_its_repeats() -> None:
    assert message(VIEW | {"request_id": "r-1"}).deduplication_key == "r-1"
    assert message(VIEW, JSON | {"request_id": "r-2"}).deduplication_key == "r-2"
    assert message(VIEW).deduplication_key == ""
    for junk in ("undefined", "null", 0, "(null)", "00000000-0000-0000-0000-000000000000"):
        assert message(VIEW | {"request_id": junk}).deduplication_key == ""
    assert len(message(VIEW | {"request_id": "r" * 200}).deduplication_key) == 64
    assert "request_id" not in message(VIEW | {"request_id": "r-1"}).properties


def test_several_events_in_an_array_are_kept_in_their_order() -> None:
    outcome = post([VIEW | {"uid": f"v-{number}", "request_id": f"r-{number}"} for number in range(100)])
    assert outcome.reply.status == 200
    assert [made.identifiers[0].value for made in outcome.messages] == [f"v-{number}" for number in range(100)]
    assert [made.deduplication_key for made in outcome.messages] == [f"r-{number}" for number in range(100)]
    assert len({made.id for made in outcome.messages}) == 100


def test_of_an_array_all_events_are_kept_or_none() -> None:
    assert refused(post([VIEW, {"uid": "v-2"}])) == "Event 1: ec and ea are needed, or en."


@pytest.mark.parametrize("body", [[VIEW] * 101, [VIEW, 1], [[VIEW]]])
def test_an_array_of_too_many_or_of_something_else_is_refused(body: Any) -> None:
    assert refused(post(body)) == "The body must be a JSON object, or an array of up to 100 of them."


def test_the_limit_of_attributes_is_for_each_event_of_an_array() -> None:
    rich = VIEW | {"extra": {f"p{i}": i for i in range(900)}}
    assert len(post([rich, rich]).messages) == 2
    too_rich = VIEW | {"extra": {f"p{i}": i for i in range(1_001)}}
    outcome = post([VIEW, too_rich, VIEW])
    assert (outcome.reply.status, [made.kind for made in outcome.messages]) == (200, ["track", "invalid", "track"])
    assert outcome.messages[1].violations == (Violation("record_too_many_attributes"),)
    assert outcome.messages[1].properties == {"body": msgspec.json.encode(too_rich).decode()}
    assert "1,000 attributes" in refused(post([too_rich, too_rich]))


def test_an_id_in_the_query_is_not_that_of_each_event_of_an_array() -> None:
    outcome = post([VIEW, VIEW | {"request_id": "r-1"}], JSON | {"request_id": "all"})
    assert [made.deduplication_key for made in outcome.messages] == ["", "r-1"]


def test_no_form_is_a_script() -> None:
    assert post(VIEW, SOURCE).reply.content_type.startswith("text/javascript")
