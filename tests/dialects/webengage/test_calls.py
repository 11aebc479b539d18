from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from tests.dialects.dialect_calls import (
    AUTHORISED,
    BULK_EVENTS,
    BULK_USERS,
    CALLS,
    EVENTS,
    PROJECT,
    RECEIVED_AT,
    USERS,
    answer,
    send,
    send_bytes,
)

from passerby.messages import Identifier, Message, Violation

OURS = [path for path in CALLS if path.startswith("/v1/accounts/")]
NEITHER = "Error: userId and anonymousId cannot be empty."
EVENT = {"userId": "u-1", "eventName": "Paid"}


def messages(path: str, body: Any, headers: dict[str, str] | None = None) -> list[Message]:
    """The messages of an accepted call whose answer is no more than that."""
    outcome = send(path, body, headers or {})
    assert outcome.reply.status == 201, outcome.reply.body
    assert answer(outcome) == {"response": {"status": "queued"}}
    return outcome.messages


def message(path: str, body: Any, headers: dict[str, str] | None = None) -> Message:
    (made,) = messages(path, body, headers)
    return made


def refusal(path: str, body: Any, status: int = 400, headers: dict[str, str] | None = None) -> str:
    """What the answer to a refused call says. Nothing of the call is kept."""
    outcome = send(path, body, headers or {})
    assert outcome.reply.status == status, outcome.reply.body
    assert not outcome.messages
    envelope = answer(outcome)["response"]
    assert envelope.keys() == {"message", "status"}
    assert envelope["status"] == "error"
    said = envelope["message"]
    assert isinstance(said, str)
    return said


def warnings(path: str, body: Any) -> list[str]:
    outcome = send(path, body)
    assert outcome.reply.status == 201
    assert outcome.messages
    envelope = answer(outcome)["response"]
    assert envelope["status"] == "queued"
    said = envelope["warnings"]
    assert isinstance(said, list)
    return said


def test_the_documented_event_is_understood() -> None:
    data = {"Product ID": 1337, "Price": 39.80, "Quantity": 1, "Category": "Fragrance", "Currency": "USD"}
    event = {"userId": "johndoe", "eventName": "Added to Cart", "eventTime": "2018-09-15T18:29:00-0800"}
    assert message(EVENTS, event | {"eventData": data}) == Message(
        project=PROJECT,
        id="id-1",
        dialect="webengage",
        kind="track",
        identifiers=(Identifier("user_id", "johndoe"),),
        time=1_537_064_940_000,
        received_at=RECEIVED_AT,
        name="Added to Cart",
        properties=data,
    )


def test_the_servers_address_and_agent_are_not_the_users() -> None:
    assert message(EVENTS, EVENT, {"user-agent": "requests/2"}).context == {}


def test_a_user_is_traits_of_an_id() -> None:
    named = {
        "firstName": "Ann",
        "emailOptIn": False,
        "city": "Oslo",
        "birthDate": "1990-01-02T11:11:00-0800",
        "nick": "A",
    }
    made = message(USERS, {"userId": "u-1", "anonymousId": "a-1", "attributes": {"plan": "pro", "score": 5}} | named)
    assert made == Message(
        project=PROJECT,
        id="id-1",
        dialect="webengage",
        kind="identify",
        identifiers=(Identifier("user_id", "u-1"),),
        time=RECEIVED_AT,
        received_at=RECEIVED_AT,
        traits={"plan": "pro", "score": 5} | named,
    )


def test_email_and_phone_of_a_user_are_traits_alone() -> None:
    made = message(USERS, {"userId": "u-1", "email": "a@x.io", "phone": "+12025550101"})
    assert made.identifiers == (Identifier("user_id", "u-1"),)
    assert made.traits == {"email": "a@x.io", "phone": "+12025550101"}


def test_an_update_by_put_is_answered_200() -> None:
    outcome = send(USERS, {"userId": "u-1", "firstName": "Ann"}, method="PUT")
    assert (outcome.reply.status, len(outcome.messages)) == (200, 1)
    assert answer(outcome) == {"response": {"status": "queued"}}


def test_a_field_counts_more_than_an_attribute_of_its_name() -> None:
    assert message(USERS, {"userId": "u", "city": "Oslo", "attributes": {"city": "Rome"}}).traits == {"city": "Oslo"}


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_empty_field_says_nothing(nothing: str | None) -> None:
    body = {"userId": "u-1", "anonymousId": nothing, "firstName": nothing, "attributes": {"firstName": "Ann"}}
    assert message(USERS, body).traits == {"firstName": "Ann"}
    assert message(USERS, {"userId": "u-1", "attributes": nothing}).traits == {}


@pytest.mark.parametrize("value", [None, "", 0, False, [], {}])
def test_an_attribute_is_kept_as_sent(value: Any) -> None:
    assert message(USERS, {"userId": "u-1", "attributes": {"x": value}}).traits == {"x": value}
    assert message(EVENTS, EVENT | {"eventData": {"x": value}}).properties == {"x": value}


def test_zero_and_false_in_a_field_say_something() -> None:
    assert message(USERS, {"userId": "u-1", "emailOptIn": False, "visits": 0}).traits == {
        "emailOptIn": False,
        "visits": 0,
    }


@pytest.mark.parametrize("path", [EVENTS, USERS])
@pytest.mark.parametrize(
    "ids, identifier",
    [
        ({"userId": "u-1"}, Identifier("user_id", "u-1")),
        ({"anonymousId": "a-1"}, Identifier("anonymous_id", "a-1")),
        ({"userId": "u-1", "anonymousId": "a-1"}, Identifier("user_id", "u-1")),
        ({"userId": "u-1", "anonymousId": {"no": "id"}}, Identifier("user_id", "u-1")),
        ({"userId": "", "anonymousId": "a-1"}, Identifier("anonymous_id", "a-1")),
        ({"userId": " ", "anonymousId": "a-1"}, Identifier("anonymous_id", "a-1")),
        ({"userId": 17}, Identifier("user_id", "17")),
        ({"userId": "u" * 100}, Identifier("user_id", "u" * 100)),
    ],
)
def test_the_user_id_wins(path: str, ids: dict[str, Any], identifier: Identifier) -> None:
    assert message(path, ids | {"eventName": "Paid"}).identifiers == (identifier,)


@pytest.mark.parametrize("path", [EVENTS, USERS])
@pytest.mark.parametrize(
    "nothing", ["null", "(null)", "guest", "{{user_id}}", "00000000-0000-0000-0000-000000000000", 0, -1, 0.0]
)
def test_a_user_id_that_is_a_word_for_nothing_does_not_win(path: str, nothing: Any) -> None:
    named, other = (
        Identifier("user_id", f"{nothing:.0f}" if isinstance(nothing, float) else str(nothing)),
        Identifier("anonymous_id", "a-1"),
    )
    ids = {"userId": nothing, "anonymousId": "a-1"}
    assert message(path, {"eventName": "E"} | ids).identifiers == (named, other)
    for odd in ("", " ", None, {"no": "id"}, "x" * 101):
        assert message(path, {"eventName": "E"} | ids | {"anonymousId": odd}).identifiers == (named,)


@pytest.mark.parametrize("path", [EVENTS, USERS])
@pytest.mark.parametrize("ids", [{}, {"userId": "", "anonymousId": ""}, {"userId": None}])
def test_neither_id_is_refused_in_the_vendors_words(path: str, ids: dict[str, Any]) -> None:
    assert refusal(path, ids | {"eventName": "Paid"}) == NEITHER


@pytest.mark.parametrize(
    "path, body, field",
    [
        (EVENTS, {"userId": "u-1"}, "eventName"),
        (EVENTS, EVENT | {"eventName": ""}, "eventName"),
        (EVENTS, EVENT | {"eventName": " "}, "eventName"),
        (EVENTS, EVENT | {"eventName": 5}, "eventName"),
        (EVENTS, EVENT | {"eventName": "e" * 50}, "eventName"),
        (EVENTS, EVENT | {"eventTime": "yesterday"}, "eventTime"),
        (EVENTS, EVENT | {"eventTime": "2018-09-15T18:29:00"}, "eventTime"),
        (EVENTS, EVENT | {"eventTime": {}}, "eventTime"),
        (EVENTS, EVENT | {"eventData": [1]}, "eventData"),
        (EVENTS, EVENT | {"eventData": "x"}, "eventData"),
        (EVENTS, EVENT | {"userId": "u" * 101}, "userId"),
        (EVENTS, EVENT | {"userId": {}}, "userId"),
        (EVENTS, {"anonymousId": "a" * 101, "eventName": "Paid"}, "anonymousId"),
        (EVENTS, {"anonymousId": True, "eventName": "Paid"}, "anonymousId"),
        (USERS, {"userId": "u" * 101}, "userId"),
        (USERS, {"userId": "u-1", "attributes": [{}]}, "attributes"),
    ],
)
def test_a_refusal_names_the_field(path: str, body: Any, field: str) -> None:
    assert refusal(path, body).startswith(f"Error: {field} ")


@pytest.mark.parametrize(
    "time, expected",
    [
        (None, RECEIVED_AT),
        ("", RECEIVED_AT),
        ("2025-01-02T03:04:05.678Z", 1_735_787_045_678),
        ("2025-01-02T03:04:05+05:30", 1_735_767_245_000),
        (1_735_787_045, 1_735_787_045_000),
    ],
)
def test_the_time_of_an_event_is_read_as_clients_send_it(time: Any, expected: int) -> None:
    assert message(EVENTS, EVENT | {"eventTime": time}).time == expected


@pytest.mark.parametrize("path", OURS)
@pytest.mark.parametrize(
    "headers", [{"authorization": ""}, {"authorization": "Bearer wrong"}, {"authorization": "Basic api-key"}]
)
def test_a_wrong_key_is_unauthorized(path: str, headers: dict[str, str]) -> None:
    assert refusal(path, EVENT, 401, headers) == "Unauthorized"


def test_no_key_is_unauthorized() -> None:
    assert send_bytes(EVENTS, b"{}", {}).reply.status == 401


@pytest.mark.parametrize("authorization", ["bearer api-key", "Bearer  api-key "])
def test_the_scheme_of_a_key_may_be_spelt_otherwise(authorization: str) -> None:
    assert message(EVENTS, EVENT, {"authorization": authorization}).name == "Paid"


@pytest.mark.parametrize("path", OURS)
def test_an_unknown_license_is_not_found(path: str) -> None:
    assert refusal(path.replace("~2024b7", "unknown"), EVENT, 404).startswith("Error: ")


def test_the_erasure_call_is_not_there_yet() -> None:
    assert refusal("/v1/accounts/~2024b7/opengdpr_requests", {}, 404).startswith("Error: ")


@pytest.mark.parametrize(
    "header, key",
    [
        ("20a8d872", "20a8d872"),
        ("20A8-D872", "20a8d872"),
        (" 6fa459ea-ee8a-3ca4-894e-db77e160355e ", "6fa459eaee8a3ca4894edb77e160355e"),
        ("", ""),
        ("-", ""),
        ("e" * 128, "e" * 128),
        ("e" * 129, sha256(b"e" * 129).hexdigest()),
        ("undefined", ""),
        ("null", ""),
        ("{{request_id}}", ""),
        ("00000000-0000-0000-0000-000000000000", ""),
    ],
)
def test_a_request_id_is_the_deduplication_key_in_one_spelling(header: str, key: str) -> None:
    assert message(EVENTS, EVENT, {"x-request-id": header}).deduplication_key == key
    made = messages(BULK_EVENTS, {"events": [EVENT, EVENT]}, {"x-request-id": header})
    assert [one.deduplication_key for one in made] == ([f"{key}#0", f"{key}#1"] if key else ["", ""])


def test_one_request_id_on_different_calls_marks_each_of_them() -> None:
    header, user = {"x-request-id": "R-1"}, {"userId": "u-1", "firstName": "Ann"}
    calls = [(EVENTS, EVENT), (USERS, user), (BULK_EVENTS, {"events": [EVENT]}), (BULK_USERS, {"users": [user]})]
    keys = [message(path, body, header).deduplication_key for path, body in calls]
    assert keys == ["r1", "users:r1", "r1#0", "users:r1#0"]


def test_long_strings_of_a_user_are_cut() -> None:
    body = {"userId": "u-1", "company": "c" * 1_000, "attributes": {"bio": "b" * 5_000, "fine": "f" * 999}}
    made = send(USERS, body).messages[0]
    assert {name: len(value) for name, value in made.traits.items()} == {"company": 999, "bio": 999, "fine": 999}
    assert made.violations == (
        Violation("string_truncated", "", "bio", "b" * 100),
        Violation("string_truncated", "", "company", "c" * 100),
    )
    assert warnings(USERS, body) == ["bio was cut to 999 characters.", "company was cut to 999 characters."]


@pytest.mark.parametrize(
    "data, said",
    [
        ({"we_x": 1, "y": 2}, "eventData.we_x was ignored: "),
        ({"n" * 50: 1}, f"eventData.{'n' * 50} was ignored: "),
        ({"n" * 2_000: 1}, f"eventData.{'n' * 100} was ignored: "),
        ({"text": "t" * 1_000}, "eventData.text was ignored: "),
    ],
)
def test_an_attribute_that_will_be_set_aside_is_taken_with_a_warning(data: dict[str, Any], said: str) -> None:
    (warning,) = warnings(EVENTS, EVENT | {"eventData": data})
    assert warning.startswith(said)
    assert send(EVENTS, EVENT | {"eventData": data}).messages[0].properties == data


def test_a_reserved_event_is_taken_with_a_warning() -> None:
    (warning,) = warnings(EVENTS, EVENT | {"eventName": "we_secret", "eventData": {"we_x": 1}})
    assert warning.startswith("The event we_secret was ignored: ")


def test_a_reserved_trait_is_taken_with_a_warning() -> None:
    assert [said.partition(" ")[0] for said in warnings(USERS, {"userId": "u-1", "we_email": "a@x.io"})] == ["we_email"]


def test_the_warnings_of_a_bulk_call_name_the_record() -> None:
    records = [EVENT, EVENT | {"eventName": "we_a"}, EVENT, EVENT | {"eventData": {"we_b": 1, "we_c": 1}}]
    places = [said.partition(": ")[0] for said in warnings(BULK_EVENTS, {"events": records})]
    assert places == ["events[1]", "events[3]", "events[3]"]


def test_an_answer_holds_only_so_many_warnings() -> None:
    assert len(warnings(EVENTS, EVENT | {"eventData": {f"we_{i}": i for i in range(900)}})) == 50


def test_a_bulk_call_makes_a_message_of_each_record() -> None:
    made = messages(BULK_EVENTS, {"events": [EVENT | {"eventName": f"e{i}"} for i in range(25)]})
    assert [one.name for one in made] == [f"e{i}" for i in range(25)]
    assert len({one.id for one in made}) == 25
    users = messages(BULK_USERS, {"users": [{"userId": "1", "firstName": "Ann"}, {"anonymousId": "2"}]})
    assert [one.traits for one in users] == [{"firstName": "Ann"}, {}]


@pytest.mark.parametrize(
    "path, records, said",
    [
        (BULK_EVENTS, [EVENT, {"eventName": "Paid"}], "Error: events[1]: userId and anonymousId cannot be empty."),
        (BULK_EVENTS, [{"userId": "u"}, EVENT], "Error: events[0]: eventName cannot be empty."),
        (BULK_EVENTS, [EVENT, 1], "Error: events[1]: a record must be an object."),
        (BULK_USERS, [{"userId": "u-1"}, {}], "Error: users[1]: userId and anonymousId cannot be empty."),
        (BULK_EVENTS, [EVENT] * 26, "Error: events[25]: a call takes at most 25 records."),
        (BULK_EVENTS, [], "Error: events must be an array of records and cannot be empty."),
        (BULK_EVENTS, {"0": EVENT}, "Error: events must be an array of records and cannot be empty."),
        (BULK_EVENTS, None, "Error: events must be an array of records and cannot be empty."),
    ],
)
def test_one_bad_record_refuses_the_whole_call(path: str, records: Any, said: str) -> None:
    assert refusal(path, {path.rpartition("-")[2]: records}) == said


def test_every_bad_record_is_named() -> None:
    said = refusal(BULK_EVENTS, {"events": [{}, EVENT, {"userId": "u"}]})
    assert said == "Error: events[0]: userId and anonymousId cannot be empty. events[2]: eventName cannot be empty."


@pytest.mark.parametrize("path", OURS)
@pytest.mark.parametrize("body", [b"[]", b"1", b'"x"', b"null"])
def test_a_body_that_is_no_object_is_refused(path: str, body: bytes) -> None:
    outcome = send_bytes(path, body, AUTHORISED)
    assert (outcome.reply.status, answer(outcome)["response"]["status"]) == (400, "error")


@pytest.mark.parametrize("path", OURS)
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a":' + b"[" * 100_000])
def test_a_body_that_cannot_be_read_is_refused(path: str, body: bytes) -> None:
    outcome = send_bytes(path, body, AUTHORISED)
    assert (outcome.reply.status, answer(outcome)["response"]["status"]) == (400, "error")
