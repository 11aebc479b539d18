"""Every input to Segment's calls gets a response; accepted items are counted or stored, and survive the log."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.dialect_calls import PROJECT, RECEIVED_AT, WRITE_KEY, send_bytes
from tests.dialects.segment.segment_calls import AUTHORISED, BATCH_PATHS, ITEM_PATHS, METRICS, PATHS, TYPES, messages

from passerby.dialects.contract import Outcome
from passerby.messages import Message

FIELDS = (
    *("userId", "anonymousId", "previousId", "groupId", "event", "name", "category", "properties", "traits", "context"),
    *("integrations", "messageId", "timestamp", "originalTimestamp", "sentAt", "type", "channel", "batch", "writeKey"),
)
IN_CONTEXT = (
    "device",
    "externalIds",
    "os",
    "library",
    "ip",
    "userAgent",
    "sessionId",
    "traits",
    "id",
    "advertisingId",
    "name",
    "type",
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["", " ", *TYPES, "ios", "Android", "2026-11-20T10:00:00Z", "0001-01-01T00:00:00Z", "x" * 200])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(IN_CONTEXT) | st.text(), inner),
    max_leaves=8,
)
ITEMS = VALUES | st.dictionaries(st.sampled_from(FIELDS), VALUES)
WORDS = st.text(min_size=1, max_size=80).filter(lambda text: not text.isspace())
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=5)
GOOD = st.fixed_dictionaries(
    {"userId": WORDS, "event": WORDS, "groupId": WORDS, "previousId": WORDS},
    optional={"properties": OBJECTS, "traits": OBJECTS, "context": OBJECTS, "anonymousId": VALUES, "name": VALUES},
)


def check(outcome: Outcome) -> None:
    """What holds of every outcome."""
    msgspec.json.decode(outcome.reply.body)
    assert outcome.reply.status in {200, 400, 401}
    assert outcome.reply.status == 200 or not outcome.messages
    for message in outcome.messages:
        assert (message.project, message.received_at) == (PROJECT, RECEIVED_AT)
        assert message.kind != "invalid" or (message.violations and not message.identifiers)
        assert message.kind == "invalid" or message.identifiers
        assert (message.kind == "track") == bool(message.name)
        assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message


@given(st.lists(VALUES | st.fixed_dictionaries({"type": VALUES | st.just("till_id")}, optional={"id": VALUES})))
def test_any_external_ids_leave_their_item_accepted(sent: list[Any]) -> None:
    (made,) = messages("/v1/track", {"userId": "u", "event": "e", "context": {"externalIds": sent}})
    assert made.identifiers[0].value == "u"
    assert {each.namespace for each in made.identifiers[1:]} <= {"till_id"}


@given(st.sampled_from([*PATHS, METRICS]), st.binary())
def test_any_bytes_get_a_response(path: str, body: bytes) -> None:
    check(send_bytes(path, body, AUTHORISED))


@given(st.sampled_from(ITEM_PATHS), ITEMS)
def test_any_item_is_accepted_or_rejected_completely(path: str, item: Any) -> None:
    outcome = send_bytes(path, msgspec.json.encode(item), AUTHORISED)
    check(outcome)
    assert outcome.reply.status == 200
    assert outcome.messages or path in {"/v1/alias", "/v1/a"}


@given(st.sampled_from(BATCH_PATHS), st.lists(ITEMS, max_size=5), OBJECTS)
def test_items_of_a_batch_are_independent(path: str, items: list[Any], beside: Any) -> None:
    outcome = send_bytes(path, msgspec.json.encode(beside | {"batch": items}), AUTHORISED)
    check(outcome)
    assert outcome.reply.status == 200
    alone = [
        (message.kind, message.name)
        for item in items
        for message in send_bytes(path, msgspec.json.encode(beside | {"batch": [item]}), AUTHORISED).messages
    ]
    assert [(message.kind, message.name) for message in outcome.messages] == alone


@given(st.sampled_from(PATHS), st.text() | st.text().map("Basic {}".format) | st.text().map("Bearer {}".format), ITEMS)
def test_only_a_known_key_is_accepted_for_any_header(path: str, header: str, body: Any) -> None:
    outcome = send_bytes(path, msgspec.json.encode(body), {"authorization": header})
    check(outcome)
    known = type(body) is dict and body.get("writeKey") == WRITE_KEY
    assert outcome.reply.status == (200 if known else 401)


@given(st.sampled_from(TYPES), GOOD)
def test_any_valid_item_is_understood(type_: str, item: dict[str, Any]) -> None:
    made = messages(f"/v1/{type_}", item)
    assert all(message.kind != "invalid" for message in made)
    assert made or item["userId"].strip() == item["previousId"].strip()
    if type_ == "track":
        assert made[0].properties == item.get("properties", {})
    if type_ == "identify":
        assert item.get("traits", {}).items() <= made[0].traits.items()
