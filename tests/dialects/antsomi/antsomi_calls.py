"""Sends events to Antsomi's collector, asking for JSON unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from tests.dialects.dialect_calls import PORTAL, PROJECT, PROPERTY, RECEIVED_AT, answer, send_bytes

from passerby.dialects.contract import Outcome
from passerby.messages import Message

PATHS: Final = ("/event", "/stream_event")
SOURCE: Final = {"portal_id": PORTAL, "prop_id": PROPERTY}
JSON: Final = SOURCE | {"resp_type": "json"}
COLLECTOR: Final = f"/event?{urlencode(JSON)}"

VIEW: Final[dict[str, Any]] = {"uid": "v-1", "ec": "product", "ea": "view"}


def post(body: Any, query: Mapping[str, str] = JSON, path: str = "/event", agent: str = "") -> Outcome:
    """The outcome of an event in a body."""
    return send_bytes(f"{path}?{urlencode(query)}", msgspec.json.encode(body), {"user-agent": agent})


def get(fields: Mapping[str, str], query: Mapping[str, str] = JSON, path: str = "/event") -> Outcome:
    """The outcome of an event in a query."""
    return send_bytes(f"{path}?{urlencode({**query, **fields})}", b"", {}, "GET")


def taken(outcome: Outcome) -> Message:
    """The one message of a call that is taken."""
    assert (outcome.reply.status, answer(outcome)) == (200, {"status": True, "campaigns": []})
    (made,) = outcome.messages
    assert (made.project, made.received_at, made.dialect, made.kind) == (PROJECT, RECEIVED_AT, "antsomi", "track")
    return made


def message(body: Any, query: Mapping[str, str] = JSON) -> Message:
    """The message of an event in a body."""
    return taken(post(body, query))


def refused(outcome: Outcome, status: int = 400) -> str:
    """What a call is refused with, of which nothing is kept."""
    assert (outcome.reply.status, outcome.messages) == (status, []), outcome.reply
    match answer(outcome):
        case {"status": False, "message": str(text)}:
            return text
    raise AssertionError(outcome.reply.body)
