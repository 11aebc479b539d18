"""Every input to every dialect gets a response (property tests)."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.dialect_calls import (
    AUTHORISED,
    BULK_EVENTS,
    BULK_USERS,
    CALLS,
    EVENTS,
    IDENTIFY,
    PROJECT,
    RECEIVED_AT,
    TRACK,
    USERS,
    send,
    send_bytes,
)

from passerby.dialects.contract import Outcome
from passerby.messages import Message

IDENTITY = ("mobileId", "userId", "anonymousId", "email", "businessUnit")
FACTS = ("type", "timestamp", "event", "eventName", "eventTime", "firstName")
CONTAINERS = ("traits", "properties", "eventData", "attributes", "events", "users")

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["", "track", "identify", "2026-11-20T10:00:00Z", "we_x", "x" * 50, "x" * 101, "x" * 1_000])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5)
)
OBJECTS = st.dictionaries(st.text() | st.just("we_x") | st.just("n" * 50), VALUES, max_size=5)
BODIES = VALUES | st.dictionaries(st.sampled_from(IDENTITY + FACTS + CONTAINERS), VALUES)

IDS = st.text(min_size=1, max_size=100).filter(lambda text: not text.isspace())
NAMES = st.text(min_size=1, max_size=49).filter(lambda text: not text.isspace())
GOOD_EVENTS = st.builds(
    lambda user, name, data: {"userId": user, "eventName": name, "eventData": data}, IDS, NAMES, OBJECTS
)
GOOD_USERS = st.builds(lambda user, traits: {"anonymousId": user, "attributes": traits}, IDS, OBJECTS)
ACCEPTABLE = st.one_of(
    st.tuples(
        st.just(TRACK), st.builds(lambda i, e, p: {"mobileId": i, "event": e, "properties": p}, IDS, NAMES, OBJECTS)
    ),
    st.tuples(
        st.just(IDENTIFY), st.builds(lambda i, u, t: {"mobileId": i, "userId": u, "traits": t}, IDS, IDS, OBJECTS)
    ),
    st.tuples(st.just(EVENTS), GOOD_EVENTS),
    st.tuples(st.just(USERS), GOOD_USERS),
    st.tuples(st.just(BULK_EVENTS), st.lists(GOOD_EVENTS, min_size=1, max_size=3).map(lambda some: {"events": some})),
    st.tuples(st.just(BULK_USERS), st.lists(GOOD_USERS, min_size=1, max_size=3).map(lambda some: {"users": some})),
)


def check(outcome: Outcome) -> None:
    """What holds of every outcome."""
    msgspec.json.decode(outcome.reply.body)
    assert 200 <= outcome.reply.status < 500
    assert bool(outcome.messages) == (outcome.reply.status < 300)
    for message in outcome.messages:
        assert (message.project, message.received_at) == (PROJECT, RECEIVED_AT)
        assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message


@given(st.sampled_from(CALLS), st.binary())
def test_any_bytes_get_a_response(path: str, body: bytes) -> None:
    check(send_bytes(path, body))


@given(st.sampled_from(CALLS), BODIES, st.sampled_from(["POST", "PUT"]))
def test_any_json_gets_a_response(path: str, body: Any, method: str) -> None:
    check(send(path, body, method=method))


@given(
    st.sampled_from(CALLS),
    st.dictionaries(st.sampled_from(["authorization", "x-request-id", "user-agent"]), st.text()),
    st.sampled_from([{}, AUTHORISED]),
)
def test_any_headers_get_a_response(path: str, headers: dict[str, str], key: dict[str, str]) -> None:
    body = msgspec.json.encode({"mobileId": "m", "event": "e", "userId": "u", "eventName": "e"})
    check(send_bytes(path, body, headers | key))


@given(ACCEPTABLE)
def test_any_valid_body_is_accepted(call: tuple[str, Any]) -> None:
    path, body = call
    outcome = send(path, body)
    check(outcome)
    assert outcome.messages


@given(st.integers(0, 24), st.integers(0, 24), st.sampled_from([{}, 1, {"userId": "u"}, {"eventName": "e"}]))
def test_a_bad_record_rejects_the_call_whatever_the_other_records(before: int, after: int, bad: Any) -> None:
    good = {"userId": "u", "eventName": "e"}
    outcome = send(BULK_EVENTS, {"events": [*[good] * before, bad, *[good] * min(after, 24 - before)]})
    assert (outcome.reply.status, outcome.messages) == (400, [])
    assert f"events[{before}]".encode() in outcome.reply.body
