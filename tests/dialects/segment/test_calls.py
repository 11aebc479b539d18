from __future__ import annotations

import base64
import gzip
from typing import Any

import msgspec
import pytest
from tests.dialects.dialect_calls import PROJECT, WRITE_KEY, answer, send, send_bytes
from tests.dialects.segment.segment_calls import (
    AUTHORISED,
    BATCH_PATHS,
    ITEM_PATHS,
    METRICS,
    PATHS,
    SETTINGS,
    SUCCESS,
    TRACK,
    basic,
    messages,
    refused,
)

from passerby.dialects.contract import Fault
from passerby.dialects.registry import match
from passerby.messages import Identifier, Violation

KIB = 1 << 10


def code(path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """Status and code of a refusal, of which nothing is kept."""
    outcome = send_bytes(path, body, headers)
    assert not outcome.messages
    said = answer(outcome)
    assert said.keys() == {"code", "message"}
    assert said["message"]
    return outcome.reply.status, said["code"]


@pytest.mark.parametrize(
    "headers, body",
    [
        (basic(f"{WRITE_KEY}:"), TRACK),
        (basic(WRITE_KEY), TRACK),
        (basic(f"{WRITE_KEY}:password"), TRACK),
        ({"authorization": basic(f"{WRITE_KEY}:")["authorization"].rstrip("=")}, TRACK),
        ({"authorization": basic(WRITE_KEY)["authorization"].replace("Basic", "basic")}, TRACK),
        ({"authorization": f"Bearer {WRITE_KEY}"}, TRACK),
        ({}, TRACK | {"writeKey": WRITE_KEY}),
        ({"authorization": "Bearer an-oauth-token"}, TRACK | {"writeKey": WRITE_KEY}),
        (basic("other:"), TRACK | {"writeKey": WRITE_KEY}),
        (basic(f"{WRITE_KEY}:"), TRACK | {"writeKey": "other"}),
    ],
)
def test_a_known_key_opens_wherever_it_is(headers: dict[str, str], body: Any) -> None:
    outcome = send_bytes("/v1/track", msgspec.json.encode(body), headers)
    assert (outcome.reply.status, answer(outcome)) == (200, SUCCESS)
    (made,) = outcome.messages
    assert (made.project, made.kind) == (PROJECT, "track")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("other:"),
        basic(":"),
        {"authorization": ""},
        {"authorization": "Basic"},
        {"authorization": "Basic !"},
        {"authorization": "Basic /w=="},
        {"authorization": "Basic ä"},
        {"authorization": f"Digest {WRITE_KEY}"},
        {"authorization": WRITE_KEY},
        {"authorization": "Bearer " + " " * 300 + WRITE_KEY},
    ],
)
@pytest.mark.parametrize(
    "body", [TRACK, {"writeKey": "other"}, {"writeKey": ""}, {"writeKey": [WRITE_KEY]}, [WRITE_KEY], None]
)
def test_without_a_known_key_nothing_is_taken(headers: dict[str, str], body: Any) -> None:
    for path in PATHS:
        assert code(path, msgspec.json.encode(body), headers) == (401, "unknown_key")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "body, expected",
    [
        (b"not json", "not_json"),
        (b"", "not_json"),
        (b'{"userId": nan}', "not_json"),
        (b'"\xff"', "not_utf8"),
        (b"[" * 65 + b"]" * 65, "too_deep"),
    ],
)
def test_what_cannot_be_read_is_refused(path: str, body: bytes, expected: str) -> None:
    assert code(path, body, AUTHORISED) == (400, expected)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "fault, status",
    [
        (Fault.UNKNOWN_KEY, 401),
        (Fault.METHOD_NOT_ALLOWED, 405),
        (Fault.TOO_LARGE, 400),
        (Fault.BAD_ENCODING, 400),
        (Fault.RATE_LIMITED, 429),
        (Fault.UNAVAILABLE, 503),
    ],
)
def test_errors_of_the_edge_have_the_vendors_shape(path: str, fault: Fault, status: int) -> None:
    call = match(path)
    assert call is not None
    reply = call.fault(fault, "A detail")
    said = msgspec.json.decode(reply.body)
    assert (reply.status, said["code"], said.keys()) == (status, fault.value, {"code", "message"})
    assert said["message"].endswith("A detail.")
    assert reply.headers == ((("Allow", "POST"),) if fault is Fault.METHOD_NOT_ALLOWED else ())


def test_gzip_is_detected_whatever_the_headers_are() -> None:
    assert all(call.sniff_gzip for path in PATHS if (call := match(path)) is not None)


@pytest.mark.parametrize("headers", [{"content-type": "text/plain"}, {"content-type": "image/png"}, {}])
def test_a_body_is_json_under_any_content_type(headers: dict[str, str]) -> None:
    assert messages("/v1/t", TRACK, headers)[0].kind == "track"


@pytest.mark.parametrize("path", ITEM_PATHS)
@pytest.mark.parametrize("body", [[], "x", 1, None, True])
def test_json_that_is_no_object_is_kept_as_invalid(path: str, body: Any) -> None:
    kind, field, _ = refused(path, body)
    assert (kind, field) == ("wrong_type", "")


@pytest.mark.parametrize("path", BATCH_PATHS)
@pytest.mark.parametrize("body", [{}, {"batch": None}, {"batch": {"type": "track"}}, {"batch": "x"}, [], 7])
def test_a_batch_without_items_is_kept_as_invalid(path: str, body: Any) -> None:
    assert refused(path, body) == ("missing_field", "batch", "")


@pytest.mark.parametrize("path", BATCH_PATHS)
def test_each_item_of_a_batch_is_a_message(path: str) -> None:
    items = [
        {"type": "track", "userId": "u-1", "event": "Paid"},
        {"type": "identify", "userId": "7", "anonymousId": None, "traits": {"email": "a@x.io"}},
        {"type": "alias", "previousId": "a-1", "userId": "u-1", "anonymousId": None},
        {"type": "page", "userId": None, "anonymousId": "a-1", "name": "Home", "category": None, "properties": {}},
    ]
    made = messages(path, {"batch": items})
    assert [(message.id, message.kind, message.name) for message in made] == [
        ("id-1", "track", "Paid"),
        ("id-2", "identify", ""),
        ("id-3", "identify", ""),
        ("id-4", "track", "Viewed Home Page"),
    ]


def test_an_empty_batch_brings_nothing() -> None:
    assert messages("/v1/batch", {"batch": []}) == []


@pytest.mark.parametrize(
    "item, violation",
    [
        (7, ("wrong_type", "")),
        (None, ("wrong_type", "")),
        ([], ("wrong_type", "")),
        ({}, ("missing_field", "type")),
        ({"type": ""}, ("missing_field", "type")),
        ({"type": "merge"}, ("unknown_type", "")),
        ({"type": ["track"]}, ("wrong_type", "type")),
        ({"type": "track", "event": "Paid"}, ("missing_field", "userId")),
        ({"type": "track", "userId": "u-1"}, ("missing_field", "event")),
    ],
)
def test_a_bad_item_of_a_batch_leaves_the_others_alone(item: Any, violation: tuple[str, str]) -> None:
    good = {"type": "track", **TRACK}
    before, bad, after = messages("/v1/batch", {"batch": [good, item, good]})
    assert (before.kind, bad.kind, after.kind) == ("track", "invalid", "track")
    assert bad.properties == {"body": item}
    assert [(found.kind, found.attribute) for found in bad.violations] == [violation]


def test_members_next_to_the_items_are_copied_into_each_item() -> None:
    body = {
        "batch": [
            {"type": "track", **TRACK},
            {"type": "track", **TRACK, "context": {"locale": "fr"}, "integrations": {"A": True}},
        ],
        "context": {"locale": "de", "device": {"id": "d-1"}},
        "integrations": {"A": False, "B": False},
    }
    shared, own = messages("/v1/batch", body)
    device = {"device": {"id": "d-1"}}
    assert shared.context == device | {"locale": "de", "integrations": {"A": False, "B": False}}
    assert own.context == device | {"locale": "fr", "integrations": {"A": True, "B": False}}
    assert shared.identifiers[-1] == own.identifiers[-1] == Identifier("device_id", "d-1")


@pytest.mark.parametrize("nonsense", [None, "x", 7, [1], []])
def test_invalid_values_next_to_the_items_are_skipped(nonsense: Any) -> None:
    beside = {"context": nonsense, "integrations": nonsense, "sentAt": nonsense}
    (made,) = messages("/v1/batch", {"batch": [{"type": "track", **TRACK}], **beside})
    assert (made.kind, made.context) == ("track", {})


BAD_ITEMS = [
    ({"properties": {"text": "x" * 32 * KIB}}, "record_too_large"),
    ({"properties": msgspec.json.decode(b'{"a":' * 64 + b"1" + b"}" * 64)}, "record_too_deep"),
    ({"properties": {f"p{number}": 0 for number in range(1_000)}}, "record_too_many_attributes"),
]


@pytest.mark.parametrize("path", BATCH_PATHS)
@pytest.mark.parametrize("members, kind", BAD_ITEMS)
def test_an_item_over_a_limit_is_refused_alone_and_kept_for_inspection(
    path: str, members: dict[str, Any], kind: str
) -> None:
    good = {"type": "track", **TRACK}
    bad = good | members
    before, refused, after = messages(path, {"batch": [good, bad, good]})
    assert [before.kind, refused.kind, after.kind] == ["track", "invalid", "track"]
    assert refused.violations == (Violation(kind),)
    assert refused.properties == {"body": msgspec.json.encode(bad).decode()[: 32 * KIB]}
    assert [message.kind for message in messages(path, {"batch": [bad]})] == ["invalid"]


def test_a_large_batch_of_small_items_is_taken() -> None:
    items = [{"type": "track", **TRACK, "properties": {"text": "x" * 20 * KIB}}] * 20
    assert len(messages("/v1/batch", {"batch": items})) == 20


@pytest.mark.parametrize("item", [0, {"type": "track", **TRACK}])
def test_a_batch_of_too_many_items_is_refused(item: Any) -> None:
    assert len(messages("/v1/batch", {"batch": [item] * 5_000})) == 5_000
    outcome = send("/v1/batch", {"batch": [item] * 5_001}, AUTHORISED)
    assert (outcome.reply.status, answer(outcome)["code"], outcome.messages) == (400, "too_large", [])


def test_the_limit_of_attributes_is_for_each_item() -> None:
    rich = {"type": "track", **TRACK, "properties": {f"p{number}": 0 for number in range(990)}}
    assert len(messages("/v1/batch", {"batch": [rich, rich]})) == 2


def test_settings_are_read_and_the_other_calls_are_posted() -> None:
    for path, method in [(SETTINGS, "GET"), (METRICS, "POST"), *((path, "POST") for path in PATHS)]:
        call = match(path)
        assert call is not None
        assert call.methods == {method}
        assert call.fault(Fault.METHOD_NOT_ALLOWED, "").headers == (("Allow", method),)


@pytest.mark.parametrize("body", [b'{"series": []}', b"", b"not json", gzip.compress(b"{}")])
def test_the_sdks_figures_about_itself_are_taken_and_dropped(body: bytes) -> None:
    outcome = send_bytes(METRICS, body, {})
    assert (outcome.reply.status, answer(outcome), outcome.messages) == (200, SUCCESS, [])


@pytest.mark.parametrize("path", PATHS)
def test_the_key_may_be_in_the_query(path: str) -> None:
    body = {"batch": [{"type": "track", **TRACK}]} if path in BATCH_PATHS else dict(TRACK)
    outcome = send(f"{path}?a=b&writeKey={WRITE_KEY}", body | {"groupId": "g", "previousId": "p"})
    assert (outcome.reply.status, len(outcome.messages)) == (200, 1)
    assert send(f"{path}?writeKey=other", body).reply.status == 401


@pytest.mark.parametrize("path", ITEM_PATHS)
def test_a_form_is_read_like_an_item(path: str) -> None:
    body = f"userId=u-1&event=Paid&name=Home&groupId=g&previousId=p&writeKey={WRITE_KEY}&traits[plan]=pro".encode()
    outcome = send_bytes(path, body, {"content-type": "application/x-www-form-urlencoded; charset=utf-8"})
    assert (outcome.reply.status, len(outcome.messages)) == (200, 1)
    assert outcome.messages[0].kind != "invalid"


def test_a_form_may_hold_its_item_and_key_in_base64() -> None:
    data = base64.urlsafe_b64encode(msgspec.json.encode(TRACK | {"writeKey": WRITE_KEY})).decode()
    outcome = send_bytes("/v1/track", f"data={data}".encode(), {"content-type": "application/x-www-form-urlencoded"})
    assert (outcome.reply.status, outcome.messages[0].name) == (200, "Paid")


@pytest.mark.parametrize("type_", ["", "text/plain", "application/json"])
def test_only_the_content_type_of_forms_makes_a_body_a_form(type_: str) -> None:
    outcome = send_bytes("/v1/track", b"userId=u-1&event=Paid", AUTHORISED | {"content-type": type_})
    assert (outcome.reply.status, answer(outcome)["code"]) == (400, "not_json")


def test_json_under_the_content_type_of_forms_is_json() -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert messages("/v1/batch", {"batch": [{"type": "track", **TRACK}]}, headers)


def test_a_form_that_is_not_utf_8_is_refused() -> None:
    headers = AUTHORISED | {"content-type": "application/x-www-form-urlencoded"}
    for body in (b"event=\xff", b"event=%ff"):
        outcome = send_bytes("/v1/track", body, headers)
        assert (outcome.reply.status, answer(outcome)["code"]) == (400, "not_utf8")
