"""Every input to CustomerLabs' calls gets a response; accepted messages survive the log (property tests)."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.customerlabs.customerlabs_calls import AGENT, EVENT, GOOD, PATHS, WEBHOOK
from tests.dialects.dialect_calls import APP_ID, PROJECT, RECEIVED_AT, send, send_bytes

from passerby.dialects.contract import Outcome
from passerby.messages import Message

FIELDS = (
    *("id", "uid", "sid", "event_name", "event", "event_source", "added_at", "timestamp", "identify_by", "traits"),
    *("external_ids", "additional_info", "utm_params", "properties", "products", "customProperties", "user_traits"),
    *("email", "phone", "user_id", "ip", "user_agent", "session_id", "t", "v", "ib", "idfa", "limitAdTracking"),
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**4_299)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["", " ", APP_ID, "a@x.io", "true", "2026-03-12T05:45:15Z", "number", "x" * 600])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS) | st.text(), inner),
    max_leaves=5,
)
BODIES = VALUES | st.dictionaries(st.sampled_from(FIELDS), VALUES)
OBJECTS = st.dictionaries(st.text(max_size=10), SCALARS | st.lists(SCALARS, max_size=2), max_size=3)


def check(outcome: Outcome) -> None:
    """What holds of every outcome."""
    assert outcome.reply.status in {200, 400, 404}
    assert bool(outcome.messages) == (outcome.reply.status == 200)
    for message in outcome.messages:
        assert (message.project, message.received_at) == (PROJECT, RECEIVED_AT)
        assert message.identifiers
        assert (message.kind == "track") == bool(message.name)
        assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message


@given(st.sampled_from(PATHS), st.binary())
def test_any_bytes_get_a_response(path: str, body: bytes) -> None:
    check(send_bytes(path, body, AGENT))


@given(st.sampled_from(PATHS), BODIES)
def test_any_json_gets_a_response(path: str, body: Any) -> None:
    check(send(path, body, AGENT))


@given(st.sampled_from(PATHS), st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_any_fields_get_a_response(path: str, fields: dict[str, Any]) -> None:
    check(send(path, GOOD[path] | fields, AGENT))


@given(st.sampled_from(PATHS), st.text())
def test_any_user_agent_gets_a_response(path: str, agent: str) -> None:
    check(send(path, GOOD[path], {"cl-user-agent": agent}))


@given(OBJECTS, OBJECTS, OBJECTS)
def test_any_event_data_is_accepted_and_stored(properties: Any, ids: Any, by: Any) -> None:
    outcome = send(WEBHOOK, EVENT | {"properties": properties, "external_ids": ids, "identify_by": by})
    check(outcome)
    assert outcome.reply.status == 200
    if '"v"' not in msgspec.json.encode([properties, ids, by]).decode():
        assert outcome.messages[0].properties == properties


@given(st.text(min_size=1).filter(lambda text: not text.isspace()), OBJECTS)
def test_an_event_and_an_email_suffice_in_free_json(event: str, fields: Any) -> None:
    taken = {"event_name": event, "email": "a@x.io"}
    free = {name: value for name, value in fields.items() if name not in FIELDS} | taken
    outcome = send(WEBHOOK, free)
    check(outcome)
    assert outcome.reply.status == 200


@given(st.integers(0, 5), st.integers(0, 5), st.sampled_from([{}, 1, {"uid": "u"}, {"event_name": "e"}]))
def test_a_bad_record_rejects_the_call_whatever_the_other_records(before: int, after: int, bad: Any) -> None:
    outcome = send(WEBHOOK, [*[EVENT] * before, bad, *[EVENT] * after])
    assert (outcome.reply.status, outcome.messages) == (400, [])
    assert f"[{before}]".encode() in outcome.reply.body
