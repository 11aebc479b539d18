"""What kinds of destinations with a JSON API share: requests, reading of answers, verdicts for each payload."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from passerby.commerce.orders import order_id_of
from passerby.destinations.envelope import Envelope
from passerby.destinations.verdicts import DELIVERED, Outcome, Request, Response, Verdict
from passerby.dialects.common.times import read_iso_or_epoch

REASON_LENGTH: Final = 60
_NOT_IN_REASON: Final = re.compile(r"[^a-z0-9]+")


def post(url: str, body: Any, headers: Mapping[str, str] | None = None, method: str = "POST") -> Request:
    """Return the request that sends a JSON body."""
    return Request(method, url, {**(headers or {}), "content-type": "application/json"}, msgspec.json.encode(body))


def with_test_code(request: Request, code: str) -> Request:
    """Return a request with a target's `test_event_code`, if there is one: its events are shown and not counted."""
    if not code:
        return request
    body = msgspec.json.decode(request.body)
    return request._replace(body=msgspec.json.encode({**body, "test_event_code": code}))


def basic(user: str, password: str) -> str:
    """Return the value of `authorization` for Basic authentication (RFC 7617)."""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


def answer(response: Response) -> dict[str, Any]:
    """Return the JSON object of an answer; empty for any other body."""
    try:
        body = msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return body if isinstance(body, dict) else {}


def an_object(value: Any) -> dict[str, Any]:
    """Return a JSON object; an empty one for any other value."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of an array; none for any other value."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def without_nulls(value: Any) -> Any:
    """Return JSON without the null members and elements that expressions of a map leave in objects and arrays."""
    if isinstance(value, dict):
        return {name: without_nulls(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [without_nulls(each) for each in value if each is not None]
    return value


def reason_of(text: Any, otherwise: str) -> str:
    """Return a target's name of an error in snake_case, or another reason where it has none."""
    name = _NOT_IN_REASON.sub("_", text.lower()).strip("_") if isinstance(text, str) else ""
    return name[:REASON_LENGTH].rstrip("_") or otherwise


def time_ms(value: Any, envelope: Envelope) -> int:
    """Return the time that a map gives, ISO 8601 or since 1970, in ms; the item's own where it gives none."""
    given = read_iso_or_epoch(value)
    return (read_iso_or_epoch(envelope["timestamp"]) or 0) if given is None else given


def order_id(envelope: Envelope) -> str | None:
    """Return the number of the order that an event names, in the words of any source; None without one."""
    event = envelope["data"].get("event") or {}
    return order_id_of(event.get("properties") or {}) or None


def by_index(failed: Mapping[int, Outcome], payloads: Sequence[Any]) -> Verdict:
    """Return the verdict in which the payloads with these indexes have failed, and the others are delivered."""
    return Verdict(tuple(failed.get(index, DELIVERED) for index in range(len(payloads))))


def index_of(value: Any) -> int | None:
    """Return the index that a target gives for a payload, as number or as text; None for other values."""
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) <= _DIGITS:
        return int(value)
    return value if type(value) is int and value >= 0 else None


_DIGITS: Final = 6
