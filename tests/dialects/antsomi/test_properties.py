"""Every input to Antsomi's collector gets a response; accepted messages survive the log (property tests)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.antsomi.antsomi_calls import COLLECTOR, JSON, PATHS, SOURCE, VIEW, post, taken
from tests.dialects.dialect_calls import PROJECT, RECEIVED_AT, send_bytes

from passerby.dialects.contract import Outcome
from passerby.messages import Message

FIELDS = ("uid", "aid", "cid", "sid", "ec", "ea", "en", "et", "items", "dims", "extra", "context", "request_id")
INNER = ("customers", "customer_id", "users", "user_id", "identify_id", "identify_type", "identify_email", "campaign")
FORMS = st.sampled_from(["javascript", "json", "pixel", "redirect", "?"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**4_299)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["", " ", "exact", "2026-11-02 03:04:05", "0001-01-01 00:00:00", "{}", "[", "x" * 600])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(INNER) | st.text(), inner),
    max_leaves=6,
)
BODIES = VALUES | st.dictionaries(st.sampled_from((*FIELDS, "reset_uid", "generate_uid")), VALUES)
WORDS = st.text(min_size=1, max_size=20).filter(lambda text: not text.isspace())
TEXTS = st.dictionaries(st.sampled_from((*FIELDS, "portal_id", "prop_id", "redirect_url", "is_s2s")), st.text())


def check(outcome: Outcome) -> None:
    """What holds of every outcome."""
    assert outcome.reply.status in {200, 302, 400, 401}
    assert bool(outcome.messages) == (outcome.reply.status < 400)
    for message in outcome.messages:
        assert (message.project, message.received_at) == (PROJECT, RECEIVED_AT)
        assert message.kind == "track"
        assert message.name
        assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message


@given(st.sampled_from(PATHS), FORMS, st.binary())
def test_any_bytes_get_a_response(path: str, form: str, body: bytes) -> None:
    check(send_bytes(f"{path}?{urlencode(SOURCE | {'resp_type': form})}", body))


@given(BODIES, FORMS, st.sampled_from([{}, VIEW]))
def test_any_json_gets_a_response(body: Any, form: str, beneath: dict[str, Any]) -> None:
    redirect = {"redirect_url": "https://shop.example/"}
    body = beneath | body if type(body) is dict else body
    check(post(body, SOURCE | {"resp_type": form} | redirect))


@given(TEXTS, FORMS, st.sampled_from([SOURCE, {}]))
def test_any_query_gets_a_response(fields: dict[str, str], form: str, source: dict[str, str]) -> None:
    query = urlencode({"resp_type": form, **fields, **source})
    check(send_bytes(f"/stream_event?{query}", b"", {}, "GET"))


@given(st.text(st.characters(max_codepoint=255, exclude_characters="?")))
def test_every_query_string_gets_a_response(query: str) -> None:
    check(send_bytes(f"{COLLECTOR}&{query}", b"", {}, "GET"))


@given(WORDS, WORDS, WORDS, st.dictionaries(st.text(), SCALARS, max_size=4))
def test_any_event_data_is_accepted_and_stored(uid: str, category: str, action: str, extra: Any) -> None:
    extra = {name: value for name, value in extra.items() if name not in INNER and not name.startswith("identify_")}
    made = taken(post({"uid": uid, "ec": category, "ea": action, "extra": extra}, JSON))
    assert (made.name, made.properties) == (f"{category}/{action}", extra)


@given(st.lists(BODIES.map(lambda body: VIEW | body if type(body) is dict else VIEW), min_size=1, max_size=4))
def test_an_array_of_events_equals_the_single_events(bodies: list[dict[str, Any]]) -> None:
    alone, together = [post(body) for body in bodies], post(bodies)
    check(together)
    assert together.reply.status == max(outcome.reply.status for outcome in alone)
    if together.messages:
        ids = [made.id for made in together.messages]
        single = [msgspec.structs.replace(outcome.messages[0], id=id_) for outcome, id_ in zip(alone, ids, strict=True)]
        assert together.messages == single
