from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.dialects.dialect_calls import IDENTIFY, PROJECT, RECEIVED_AT, TRACK, Keys, answer, request, send, send_bytes

from passerby.dialects.registry import match
from passerby.messages import Identifier, Message

TEN = 1_795_168_800_000  # 2026-11-20T10:00:00Z
NAMED = {"mobileId": "m-1", "type": "identify", "userId": "u-1"}
EVENT = {"mobileId": "m-1", "type": "track", "event": "Viewed Product"}


def message(path: str, body: Any, headers: dict[str, str] | None = None) -> Message:
    """The one message that an accepted call makes."""
    outcome = send(path, body, headers or {})
    assert outcome.reply.status == 202, outcome.reply.body
    (made,) = outcome.messages
    return made


def errors(path: str, body: Any, status: int = 400) -> list[tuple[str, str]]:
    """Field and type of every error of a refused call, of which nothing is kept."""
    outcome = send(path, body)
    assert outcome.reply.status == status
    assert not outcome.messages
    listed = answer(outcome)["errors"]
    assert all(error["message"] for error in listed)
    return [(error["field"], error["type"]) for error in listed]


def test_the_answer_names_the_message() -> None:
    outcome = send(TRACK, EVENT)
    assert answer(outcome) == {"status": "queued", "messageId": outcome.messages[0].id}


def test_track_makes_an_event_of_the_mobile_id() -> None:
    body = EVENT | {"properties": {"sku": "A-1", "price": 12.5}, "timestamp": "2026-11-20T10:00:00Z"}
    assert message(TRACK, body) == Message(
        project=PROJECT,
        id="id-1",
        dialect="crossengage",
        kind="track",
        identifiers=(Identifier("mobile_id", "m-1"),),
        time=TEN,
        received_at=RECEIVED_AT,
        name="Viewed Product",
        properties={"sku": "A-1", "price": 12.5},
        context={"ip": "192.0.2.1"},
    )


def test_identify_names_the_user_of_the_mobile_id() -> None:
    assert message(IDENTIFY, NAMED | {"traits": {"firstName": "Ada"}}) == Message(
        project=PROJECT,
        id="id-1",
        dialect="crossengage",
        kind="identify",
        identifiers=(Identifier("mobile_id", "m-1"), Identifier("user_id", "u-1")),
        time=RECEIVED_AT,
        received_at=RECEIVED_AT,
        traits={"firstName": "Ada"},
        context={"ip": "192.0.2.1"},
    )


@pytest.mark.parametrize("unit", ["north", ""])
def test_an_email_names_within_its_business_unit(unit: str) -> None:
    made = message(IDENTIFY, {"mobileId": "m-1", "email": "A@x.io", "businessUnit": unit})
    assert made.identifiers == (Identifier("mobile_id", "m-1"), Identifier("email", "A@x.io", unit))
    assert made.traits == {}


def test_a_user_id_and_an_email_in_its_unit_both_name() -> None:
    made = message(IDENTIFY, NAMED | {"email": "a@x.io", "businessUnit": "north"})
    assert made.identifiers[1:] == (Identifier("user_id", "u-1"), Identifier("email", "a@x.io", "north"))


@pytest.mark.parametrize("half", [{"email": "a@x.io"}, {"businessUnit": "north"}])
def test_one_part_of_the_pair_next_to_a_user_id_is_a_trait(half: dict[str, str]) -> None:
    made = message(IDENTIFY, NAMED | half | {"traits": {"plan": "pro"}})
    assert made.identifiers[1:] == (Identifier("user_id", "u-1"),)
    assert made.traits == half | {"plan": "pro"}


def test_a_trait_counts_more_than_half_of_the_pair() -> None:
    assert message(IDENTIFY, NAMED | {"email": "a@x.io", "traits": {"email": "b@x.io"}}).traits == {"email": "b@x.io"}


def test_other_ids_in_a_track_are_not_identifiers() -> None:
    made = message(TRACK, EVENT | {"userId": "u-1", "email": ["?"], "businessUnit": "north"})
    assert made.identifiers == (Identifier("mobile_id", "m-1"),)


def test_the_device_is_the_context() -> None:
    made = message(TRACK, EVENT, {"user-agent": "App/1 " + "x" * 1_000})
    assert made.context == {"ip": "192.0.2.1", "user_agent": "App/1 " + "x" * 506}


def test_what_is_not_known_of_the_device_is_no_context() -> None:
    call = match(TRACK)
    assert call is not None
    unknown = request(TRACK, msgspec.json.encode(EVENT), {"user-agent": ""}, client_ip="")
    assert call.handle(unknown, call.parameters, Keys()).messages[0].context == {}


@pytest.mark.parametrize("type_", [None, "", "track"])
def test_the_type_may_be_absent(type_: str | None) -> None:
    assert message(TRACK, EVENT | {"type": type_}).kind == "track"


def test_numbers_are_ids() -> None:
    made = message(IDENTIFY, {"mobileId": 17, "userId": 18.0})
    assert made.identifiers == (Identifier("mobile_id", "17"), Identifier("user_id", "18"))


@pytest.mark.parametrize("nothing", [None, ""])
def test_what_is_empty_is_absent(nothing: str | None) -> None:
    empty = {"timestamp": nothing, "traits": nothing, "email": nothing}
    made = message(IDENTIFY, NAMED | empty)
    assert (made.time, made.traits, len(made.identifiers)) == (RECEIVED_AT, {}, 2)


@pytest.mark.parametrize(
    "timestamp, time",
    [
        ("2026-11-20T10:00:00Z", TEN),
        ("2026-11-20T11:00:00+01:00", TEN),
        ("2026-11-20T10:00:00", TEN),
        (TEN, TEN),
        (str(TEN), TEN),
    ],
)
def test_the_documented_times_are_read(timestamp: Any, time: int) -> None:
    assert message(TRACK, EVENT | {"timestamp": timestamp}).time == time


@pytest.mark.parametrize("path", [IDENTIFY, TRACK])
def test_an_unknown_key_gets_an_error_that_says_so(path: str) -> None:
    assert errors(path.replace("mobile-key", "other-key"), EVENT, 401) == [("mobileApiKey", "UNKNOWN_VALUE")]


def test_the_key_is_checked_before_the_body() -> None:
    assert send_bytes(TRACK.replace("mobile-key", "other-key"), b"{").reply.status == 401


@pytest.mark.parametrize(
    "path, body, expected",
    [
        (TRACK, {}, [("mobileId", "MISSING_VALUE"), ("event", "MISSING_VALUE")]),
        (TRACK, EVENT | {"mobileId": ""}, [("mobileId", "MISSING_VALUE")]),
        (TRACK, EVENT | {"mobileId": " "}, [("mobileId", "MISSING_VALUE")]),
        (TRACK, EVENT | {"mobileId": {}}, [("mobileId", "WRONG_VALUE")]),
        (TRACK, EVENT | {"mobileId": True}, [("mobileId", "WRONG_VALUE")]),
        (TRACK, EVENT | {"mobileId": "m" * 513}, [("mobileId", "WRONG_VALUE")]),
        (TRACK, EVENT | {"event": None}, [("event", "MISSING_VALUE")]),
        (TRACK, EVENT | {"event": "\t"}, [("event", "MISSING_VALUE")]),
        (TRACK, EVENT | {"event": 5}, [("event", "WRONG_VALUE")]),
        (TRACK, EVENT | {"event": "e" * 513}, [("event", "WRONG_VALUE")]),
        (TRACK, EVENT | {"type": "identify"}, [("type", "WRONG_VALUE")]),
        (TRACK, EVENT | {"type": ["track"]}, [("type", "WRONG_VALUE")]),
        (TRACK, EVENT | {"properties": [1]}, [("properties", "WRONG_VALUE")]),
        (TRACK, EVENT | {"properties": "x"}, [("properties", "WRONG_VALUE")]),
        (TRACK, EVENT | {"timestamp": "yesterday"}, [("timestamp", "WRONG_VALUE")]),
        (TRACK, EVENT | {"timestamp": True}, [("timestamp", "WRONG_VALUE")]),
        (IDENTIFY, NAMED | {"mobileId": None}, [("mobileId", "MISSING_VALUE")]),
        (IDENTIFY, NAMED | {"type": "track"}, [("type", "WRONG_VALUE")]),
        (IDENTIFY, NAMED | {"traits": 1}, [("traits", "WRONG_VALUE")]),
        (IDENTIFY, NAMED | {"userId": []}, [("userId", "WRONG_VALUE")]),
        (IDENTIFY, NAMED | {"email": {}}, [("email", "WRONG_VALUE")]),
        (IDENTIFY, NAMED | {"businessUnit": [], "email": "a@x.io"}, [("businessUnit", "WRONG_VALUE")]),
        (IDENTIFY, {"mobileId": "m-1", "email": "a@x.io"}, [("businessUnit", "MISSING_VALUE")]),
        (IDENTIFY, {"mobileId": "m-1", "businessUnit": "north"}, [("email", "MISSING_VALUE")]),
        (
            IDENTIFY,
            {"mobileId": "m-1", "businessUnit": ""},
            [("userId", "MISSING_VALUE"), ("email", "MISSING_VALUE"), ("businessUnit", "MISSING_VALUE")],
        ),
        (
            IDENTIFY,
            {"type": "track", "email": "a@x.io", "traits": [1], "timestamp": "?"},
            [
                ("mobileId", "MISSING_VALUE"),
                ("businessUnit", "MISSING_VALUE"),
                ("traits", "WRONG_VALUE"),
                ("type", "WRONG_VALUE"),
                ("timestamp", "WRONG_VALUE"),
            ],
        ),
    ],
)
def test_every_fault_of_a_body_is_listed(path: str, body: Any, expected: list[tuple[str, str]]) -> None:
    assert errors(path, body) == expected


def test_the_longest_id_and_event_are_taken() -> None:
    made = message(TRACK, EVENT | {"mobileId": "m" * 512, "event": "e" * 512})
    assert (len(made.identifiers[0].value), len(made.name)) == (512, 512)


@pytest.mark.parametrize("path", [IDENTIFY, TRACK])
@pytest.mark.parametrize("body", [[], [EVENT], "text", 1, None, True])
def test_a_body_that_is_no_object_is_a_wrong_value(path: str, body: Any) -> None:
    assert errors(path, body) == [("", "WRONG_VALUE")]


@pytest.mark.parametrize("body", [b"", b'{"mobileId": ', b"\xff", b'{"mobileId": "\xff"}'])
def test_what_is_not_json_is_called_that(body: bytes) -> None:
    outcome = send_bytes(TRACK, body)
    assert (outcome.reply.status, answer(outcome)["errors"][0]["type"]) == (400, "INVALID_JSON")


def test_an_unknown_call_is_answered_404() -> None:
    assert errors("/api/v1/mobile/mobile-key/page", EVENT, 404) == [("path", "UNKNOWN_VALUE")]
