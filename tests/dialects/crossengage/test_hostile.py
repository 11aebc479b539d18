"""Hostile input to CrossEngage's REST API costs no more than other input of its length, in time and in the log."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import pytest
from tests.dialects.crossengage.crossengage_calls import REAL, call
from tests.dialects.dialect_calls import AUTH_TOKEN
from tests.dialects.test_amplification import GROWING, logged
from tests.dialects.test_parsing_cost import HOSTILE, MANY, longest, steps

from passerby.dialects.contract import Outcome, RequestFault
from passerby.dialects.registry import match
from passerby.edge.commit import encode_within
from passerby.edge.limits import LOGGED_ANYWAY, LOGGED_PER_BYTE, logged_limit

__all__ = ["longest"]  # a fixture: nothing long may be normalised

FIELDS: Final = (
    "id",
    "email",
    "businessUnit",
    "xngId",
    "firstName",
    "event",
    "optOut",
    "blacklisted",
    "traits",
    "events",
)
BATCH: Final = ("/users/batch", "/leads")
METHODS: Final = [
    (method, path, version)
    for path in REAL
    if (one := match(path))
    for method in sorted(one.methods)
    for version in ("1", "2")
]


def body_with(path: str, field: str, text: str) -> Any:
    """A body of any call with this text in a field, wherever that field may stand."""
    entry: dict[str, Any] = {"id": "1234", "email": "a@x.io", "traits": {field: text}, "properties": {field: text}}
    entry |= {"events": [{"event": "E"} | {field: text}], "optOut": True, "blacklisted": True, field: text}
    return {"updated": [entry], "deleted": [entry]} if path in BATCH else entry


@pytest.mark.parametrize("method, path, version", METHODS)
@pytest.mark.parametrize("kind", ["marks", "zeros", "address"])
def test_a_call_takes_no_more_steps_for_a_long_text_than_for_a_short_one(
    method: str, path: str, version: str, kind: str
) -> None:
    for field in FIELDS:
        bodies = [msgspec.json.encode(body_with(path, field, text)) for text in ("a-1", HOSTILE[kind][:100_000])]
        short, long = (steps(lambda body=body: call(method, path, body, version)) for body in bodies)  # type: ignore[misc]
        assert long < short + MANY, field


@pytest.mark.parametrize("text", ["a" * 60_000, "_" * 60_000, "0" * 60_000, "@" * 60_000])
def test_paths_queries_and_headers_take_few_steps(text: str) -> None:
    for path in (f"/users/track/{text}", f"/users/email/{text}/bu/{text}", f"/users/{text}"):
        assert steps(lambda path=path: call("GET", path, None, "2")) < MANY  # type: ignore[misc]
    assert steps(lambda: call("GET", f"/users/1/optout-status?channelType={text}")) < MANY
    for name in ("x-xng-authtoken", "x-xng-apiversion"):
        sent = {"x-xng-authtoken": AUTH_TOKEN, name: text}
        assert steps(lambda sent=sent: call("GET", "/users/1", sent=sent)) < MANY  # type: ignore[misc]


@pytest.mark.parametrize("path, version", [("/users/batch", "1"), ("/users/batch", "2"), ("/leads", "1")])
@pytest.mark.parametrize("attributes", GROWING)
def test_a_full_batch_is_logged_within_the_limit_or_refused(path: str, version: str, attributes: str) -> None:
    entry = f'{{"id":"1","email":"a@x.io","traits":{{{attributes}}}}}'
    body = f'{{"updated":[{",".join([entry] * 1_000)}]}}'.encode()
    outcome = call("POST", path, body, version)
    assert len(outcome.messages) in {0, 1_000}
    within(outcome, len(body))


def within(outcome: Outcome, received: int) -> None:
    try:
        encode_within(logged_limit(received), outcome.messages)
    except RequestFault:
        return
    assert logged(outcome) <= LOGGED_PER_BYTE * received + LOGGED_ANYWAY
