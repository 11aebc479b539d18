"""The log output for a call is proportional to its size, whatever its body contains."""

from __future__ import annotations

from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.common.test_invalid import BATCHES, FORMS, Form
from tests.dialects.dialect_calls import send_bytes
from tests.dialects.segment import segment_calls as segment

from passerby.dialects.contract import Outcome, RequestFault
from passerby.dialects.registry import match
from passerby.edge.commit import encode_within
from passerby.edge.limits import LOGGED_ANYWAY, LOGGED_PER_BYTE, logged_limit

GROWING: Final = (
    '"a":1e15',
    '"a":[1e15,1e15,1e15,1e15]',
    '"a":NaN',
    '"a":[NaN,NaN,NaN,NaN,NaN,NaN,NaN,NaN]',
    '"a":"\\u0000\\u0001\\u001f"',
    '"a":"\\ud83d"',
    '"a":{"t":"String","v":"x","ib":true}',
    '"email":"a@x.io","phone":"+49 151 23456789"',
    '"timestamp":[],"sentAt":[],"messageId":{},"context":[1]',
    '"a":%s1%s' % ("[" * 70, "]" * 70),  # noqa: UP031 - as the forms
    "",
)
"""Attributes that come to more than they have themselves, each in one way."""
AGENT: Final = {"user-agent": "Mozilla/" + '"' * 600}


def logged(outcome: Outcome) -> int:
    return sum(len(msgspec.json.encode(message)) for message in outcome.messages)


def items_of(form: Form) -> int:
    return {"/v1/batch": 5_000, "/v1/accounts/~2024b7/bulk-events": 25, "/v1/accounts/~2024b7/bulk-users": 25}.get(
        form.batch_path, 100 if form.batch_path.startswith("/event") else 5_000
    )


def body_limit(path: str) -> int:
    call = match(path.partition("?")[0])
    assert call is not None
    return call.body_limit


@pytest.mark.parametrize("form", BATCHES)
@pytest.mark.parametrize("attributes", GROWING)
def test_a_full_batch_is_logged_within_the_limit_or_refused(form: Form, attributes: str) -> None:
    item = form.item % attributes
    number = min(items_of(form), (body_limit(form.batch_path) - 100) // (len(item) + 1))
    body = (form.batch % ",".join([item] * number)).encode()
    outcome = send_bytes(form.batch_path, body, {**form.headers, **AGENT})
    assert len(outcome.messages) in {0, number}
    try:
        encoded, size = encode_within(logged_limit(len(body)), outcome.messages)
    except RequestFault:
        return
    assert size == sum(map(len, encoded)) <= LOGGED_PER_BYTE * len(body) + LOGGED_ANYWAY


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("attributes", GROWING)
def test_a_full_call_of_one_record_is_logged_within_the_limit(form: Form, attributes: str) -> None:
    room = body_limit(form.path) - len(form.item) - 100
    number = min(room // (len(attributes) + 7), 900)
    many = ",".join(f'"{index}":{{{attributes}}}' for index in range(number))
    body = (form.item % many).encode()
    assert logged(send_bytes(form.path, body, {**form.headers, **AGENT})) <= LOGGED_PER_BYTE * len(body) + 100_000


def batch(items: int, shared: int, member: str = "context") -> bytes:
    item = {"type": "track", "userId": "u", "event": "E"}
    return msgspec.json.encode({"batch": [item] * items, member: {"a": "x" * shared}})


@pytest.mark.parametrize("member", ["context", "integrations"])
def test_a_batch_with_oversized_shared_members_is_rejected_before_items_are_read(member: str) -> None:
    outcome = send_bytes("/v1/batch", batch(5_000, 500_000, member), segment.AUTHORISED)
    assert (outcome.reply.status, outcome.messages) == (400, [])
    assert msgspec.json.decode(outcome.reply.body)["code"] == "too_large"
    assert "context and integrations" in msgspec.json.decode(outcome.reply.body)["message"]


@given(st.integers(1, 300), st.integers(0, 40_000))
def test_a_batch_is_accepted_or_rejected_by_its_expanded_size(items: int, shared: int) -> None:
    body = batch(items, shared)
    outcome = send_bytes("/v1/batch", body, segment.AUTHORISED)
    limit = 4_096_000
    assert len(outcome.messages) == (items if items * (shared + len('{"a":""}') + len("{}")) <= limit else 0)
    assert logged(outcome) <= 2 * len(body) + limit + 500 * items


def test_an_honest_batch_with_a_shared_context_is_taken() -> None:
    outcome = send_bytes("/v1/batch", batch(500, 4_000), segment.AUTHORISED)
    assert len(outcome.messages) == 500
    assert encode_within(logged_limit(0), outcome.messages)


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/b", "/v1/import", "/beacon/v1/batch"])
def test_a_batch_may_have_as_much_as_rudderstacks(path: str) -> None:
    assert 4_000_000 < body_limit(path) <= 5 << 20
    item = {"type": "track", "userId": "u", "event": "E", "properties": {"text": "x" * 20_000}}
    body = msgspec.json.encode({"batch": [item] * 199})
    assert len(body) > 3_990_000
    assert len(send_bytes(path, body, segment.AUTHORISED).messages) == 199
