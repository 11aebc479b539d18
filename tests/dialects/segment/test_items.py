from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from tests.dialects.dialect_calls import PROJECT, RECEIVED_AT
from tests.dialects.segment.segment_calls import ITEM_PATHS, TRACK, TYPES, message, messages, refused

from passerby.identity.namespaces import MAX_VALUE_LENGTH
from passerby.messages import Identifier, Message, Violation

SECOND = 1_000
HOUR = 3_600 * SECOND
TEN = 1_795_168_800_000  # 2026-11-20T10:00:00Z


def test_an_item_as_an_sdk_sends_it_is_understood() -> None:
    sent = {
        "type": "track",
        "event": "Order Completed",
        "userId": "u-1",
        "anonymousId": "a-1",
        "properties": {"revenue": 3.5},
        "timestamp": "2026-11-20T10:00:00.733+00:00",
        "context": {"library": {"name": "analytics-python", "version": "2.4.0"}},
        "integrations": {},
        "messageId": "m-1",
    }
    (made,) = messages("/v1/batch", {"batch": [sent], "sentAt": "2026-11-20T12:00:00Z", "writeKey": "write-key"})
    assert made == Message(
        project=PROJECT,
        id="id-1",
        dialect="segment",
        kind="track",
        identifiers=(Identifier("user_id", "u-1"), Identifier("anonymous_id", "a-1")),
        time=TEN + 733,
        received_at=RECEIVED_AT,
        name="Order Completed",
        properties={"revenue": 3.5},
        context={"library": {"name": "analytics-python", "version": "2.4.0"}},
        deduplication_key="m-1",
    )


@pytest.mark.parametrize(
    "ids, identifiers",
    [
        ({"userId": "u"}, [("user_id", "u")]),
        ({"anonymousId": "a"}, [("anonymous_id", "a")]),
        ({"userId": 7, "anonymousId": 8.0}, [("user_id", "7"), ("anonymous_id", "8")]),
        ({"userId": None, "anonymousId": "a"}, [("anonymous_id", "a")]),
        ({"userId": "", "anonymousId": "a"}, [("anonymous_id", "a")]),
        ({"userId": "u", "anonymousId": " "}, [("user_id", "u")]),
        ({"userId": "undefined"}, [("user_id", "undefined")]),
    ],
)
def test_both_ids_name_and_what_is_empty_does_not(ids: dict[str, Any], identifiers: list[tuple[str, str]]) -> None:
    made = message("/v1/track", {"event": "Paid"} | ids)
    assert [(each.namespace, each.value) for each in made.identifiers] == identifiers
    assert made.violations == ()


@pytest.mark.parametrize("path", ITEM_PATHS)
@pytest.mark.parametrize("ids", [{}, {"userId": None}, {"userId": "", "anonymousId": " "}, {"userId": {}}])
def test_an_item_without_an_id_is_kept_as_invalid(path: str, ids: dict[str, Any]) -> None:
    fields = {"event": "Paid", "name": "Home", "groupId": "g", "previousId": "p", "traits": {"email": "a@x.io"}}
    assert refused(path, fields | ids) == ("missing_field", "userId", "")


@pytest.mark.parametrize("no_id", [False, {}, [], [1], 1e300])
def test_an_id_that_cannot_be_one_is_counted_where_there_is_another(no_id: Any) -> None:
    made = message("/v1/track", {"event": "Paid", "userId": no_id, "anonymousId": "a-1"})
    assert made.identifiers == (Identifier("anonymous_id", "a-1"),)
    (violation,) = made.violations
    assert (violation.kind, violation.attribute) == ("wrong_type", "userId")
    assert violation.sample


@pytest.mark.parametrize("nonsense", [7, "x", [1], True])
def test_a_context_that_is_none_is_counted(nonsense: Any) -> None:
    made = message("/v1/track", TRACK | {"context": nonsense})
    assert (made.context, [violation.attribute for violation in made.violations]) == ({}, ["context"])


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_an_empty_array_is_an_empty_object(nothing: Any) -> None:
    empty = {"context": nothing, "properties": nothing, "traits": nothing, "integrations": nothing}
    for path in ("/v1/track", "/v1/identify", "/v1/page"):
        made = message(path, TRACK | empty)
        assert (made.context, made.properties, made.traits, made.violations) == ({}, {}, {}, ())


@pytest.mark.parametrize(
    "wanted, kept",
    [
        (None, None),
        ({}, None),
        ({"All": True}, None),
        ({"All": False, "Email": True}, {"All": False, "Email": True}),
        ({"All": True, "Email": {"id": 7}}, {"All": True, "Email": {"id": 7}}),
        ("x", None),
    ],
)
def test_which_destinations_are_wanted_is_kept_where_it_is_not_all(wanted: Any, kept: Any) -> None:
    assert message("/v1/track", TRACK | {"integrations": wanted}).context.get("integrations") == kept


@pytest.mark.parametrize(
    "sent, key",
    [
        ("m-1", "m-1"),
        ("x" * 100, "x" * 100),
        ("x" * 101, sha256(b"x" * 101).hexdigest()),
        (7, "7"),
        (None, ""),
        ("", ""),
        (" ", ""),
        ({}, ""),
        ("undefined", ""),
        ("null", ""),
        (0, ""),
        ("{{messageId}}", ""),
        ("\u200b", ""),
        ("00000000-0000-0000-0000-000000000000", ""),
    ],
)
def test_the_message_id_identifies_duplicates(sent: Any, key: str) -> None:
    assert message("/v1/track", TRACK | {"messageId": sent}).deduplication_key == key
    (invalid,) = messages("/v1/track", {"messageId": sent})
    assert (invalid.kind, invalid.deduplication_key) == ("invalid", "")


@pytest.mark.parametrize("type_", TYPES)
def test_a_message_id_counts_within_its_call_sent_alone_or_in_a_batch(type_: str) -> None:
    item = TRACK | {"messageId": "m-1", "groupId": "g-1", "previousId": "a-1"}
    key = "m-1" if type_ == "track" else f"{type_}:m-1"
    assert message(f"/v1/{type_}", item).deduplication_key == key
    assert message(f"/v1/{type_[0]}", item).deduplication_key == key
    (made,) = messages("/v1/batch", {"batch": [item | {"type": type_}]})
    assert made.deduplication_key == key


@pytest.mark.parametrize(
    "times, time",
    [
        ({}, RECEIVED_AT),
        ({"timestamp": None, "originalTimestamp": "", "sentAt": None}, RECEIVED_AT),
        ({"timestamp": "2026-11-20T10:00:00Z"}, TEN),
        ({"timestamp": "2026-11-20T10:00:00.000000+00:00"}, TEN),
        ({"timestamp": TEN}, TEN),
        ({"timestamp": "2026-11-20T10:00:00Z", "sentAt": "2026-11-20T11:00:00Z"}, RECEIVED_AT - HOUR),
        ({"sentAt": "2026-11-20T10:00:00Z"}, RECEIVED_AT),
        ({"originalTimestamp": "2026-11-20T10:00:00Z"}, TEN),
        ({"originalTimestamp": "2026-11-20T10:00:00Z", "sentAt": "2026-11-20T11:00:00Z"}, RECEIVED_AT - HOUR),
        ({"originalTimestamp": "2001-01-01T00:00:00Z", "sentAt": "2001-01-01T00:00:01Z"}, RECEIVED_AT - SECOND),
        (
            {"timestamp": TEN, "originalTimestamp": "2001-01-01T00:00:00Z", "sentAt": "2001-01-01T00:00:01Z"},
            RECEIVED_AT - SECOND,
        ),
    ],
)
def test_the_senders_clock_is_corrected_where_it_is_known(times: dict[str, Any], time: int) -> None:
    made = message("/v1/track", TRACK | times)
    assert (made.time, made.violations) == (time, ())


def test_a_batch_says_when_its_items_were_sent() -> None:
    original = {"originalTimestamp": "2001-01-01T00:00:00Z"}
    items = [
        {"type": "track", **TRACK, **original},
        {"type": "track", **TRACK, **original, "sentAt": "2001-01-01T00:00:01Z"},
        {"type": "track", **TRACK},
    ]
    batch = {"batch": items, "sentAt": "2001-01-01T01:00:00Z", "timestamp": "2026-11-20T10:00:00Z"}
    made = messages("/v1/batch", batch)
    assert [message.time - RECEIVED_AT for message in made] == [-HOUR, -SECOND, 0]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("digits", [30, 4_299])
def test_numbers_as_large_as_json_may_bring_are_taken(digits: int, sign: int) -> None:
    number = sign * 10 ** (digits - 1)
    fields = ("userId", "messageId", "timestamp", "originalTimestamp", "context", "name")
    for path in set(ITEM_PATHS) - {"/v1/alias", "/v1/a"}:
        said = dict.fromkeys(fields, number) | {"groupId": 1, "event": "Paid", "previousId": 1, "anonymousId": "a"}
        (made,) = messages(path, said)
        held = {namespace: value for namespace, value, _ in made.identifiers}
        assert held.get("user_id", "") == (str(number) if digits <= MAX_VALUE_LENGTH else "")
        assert (Violation("blocked_identifier", "", "user_id", str(number)[:100]) in made.violations) == (
            digits > 1_000
        )


@pytest.mark.parametrize("field, namespace", [("userId", "user_id"), ("anonymousId", "anonymous_id")])
def test_an_id_that_is_too_long_is_counted_as_blocked(field: str, namespace: str) -> None:
    long = "x" * (MAX_VALUE_LENGTH + 1)
    blocked = Violation("blocked_identifier", attribute=namespace, sample="x" * 100)
    assert message("/v1/track", {"event": "E", field: long[:-1]}).identifiers == (Identifier(namespace, long[:-1]),)
    other = {"userId": "anonymousId", "anonymousId": "userId"}[field]
    made = message("/v1/track", {"event": "E", field: long, other: "o"})
    assert [identifier.value for identifier in made.identifiers] == ["o"]
    assert made.violations == (blocked,)
    (alone,) = messages("/v1/track", {"event": "E", field: long})
    assert (alone.kind, alone.violations) == ("invalid", (blocked,))


@pytest.mark.parametrize("field", ["timestamp", "originalTimestamp"])
@pytest.mark.parametrize("time", ["yesterday", True, {}, [1], 1e300])
def test_a_time_that_cannot_be_read_is_counted_and_the_item_taken(field: str, time: Any) -> None:
    made = message("/v1/track", TRACK | {field: time})
    assert made.time == RECEIVED_AT
    (violation,) = made.violations
    assert (violation.kind, violation.attribute) == ("unreadable_time", field)


def test_an_unreadable_time_gives_way_to_the_next() -> None:
    made = message("/v1/track", TRACK | {"timestamp": "x", "originalTimestamp": TEN, "sentAt": "y"})
    assert made.time == TEN
    assert made.violations == (
        Violation("unreadable_time", "", "timestamp", "x"),
        Violation("unreadable_time", "", "sentAt", "y"),
    )
