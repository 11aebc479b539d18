"""Segment's calls in OpenAPI 3.1.

Nearly any JSON is answered 200 by these calls; the schemas say what is understood.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final, NamedTuple

from passerby.dialects.common.openapi import OF_ANY_CALL, RETRY_AFTER, answer, body, refusals
from passerby.dialects.contract import Fault
from passerby.dialects.segment.calls import BEACON, EVENT_LIMIT, IMPORT, ITEM_LIMIT, PREFIX, fault
from passerby.dialects.segment.keys import KEY

TAG: Final = "Segment"
BASIC: Final = "segment"
BEARER: Final = "segmentBearer"
SECURITY_SCHEMES: Final[dict[str, Any]] = {
    BASIC: {"type": "http", "scheme": "basic", "description": "The project's write key as user name, no password."},
    BEARER: {"type": "http", "scheme": "bearer", "description": "The project's write key."},
}
SECURITY: Final[list[dict[str, list[str]]]] = [{BASIC: []}, {BEARER: []}, {}]
"""With none of them the write key is a member of the body."""

KEY_IN_QUERY: Final[dict[str, Any]] = {
    "name": KEY,
    "in": "query",
    "required": False,
    "description": "The project's write key, if no header contains it.",
    "schema": {"type": "string"},
}

_ID: Final = {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}
_TIME: Final = {"type": "string", "format": "date-time"}
OBJECT: Final[dict[str, Any]] = {"type": "object"}
_KEY: Final = {"type": "string", "description": "The write key, if no header contains it."}
_SENT_AT: Final = _TIME | {"description": "Time of sending by the sender's clock."}
_CONTEXT: Final = OBJECT | {
    "description": "Context of the event. A device has an id (a hint) and an advertisingId (an identifier).",
}
_INTEGRATIONS: Final = OBJECT | {"description": "Selects destinations."}

_COMMON: Final[dict[str, Any]] = {
    "userId": _ID | {"description": "The customer's id in your own system."},
    "anonymousId": _ID | {"description": "Id of an anonymous visitor. One of userId and anonymousId is required."},
    "messageId": {"type": "string", "description": "Deduplication key: a message with a known id is dropped."},
    "timestamp": _TIME | {"description": "Event time, corrected by sentAt. Default: originalTimestamp."},
    "originalTimestamp": _TIME | {"description": "Event time by the sender's clock."},
    "sentAt": _SENT_AT,
    "context": _CONTEXT,
    "integrations": _INTEGRATIONS,
}
NAMED: Final[dict[str, Any]] = {
    "name": {"type": "string"},
    "category": {"type": "string"},
    "properties": OBJECT,
}


class _Told(NamedTuple):
    """Summary and description of a call, the fields of its body that other calls lack, and an example."""

    summary: str
    description: str
    fields: dict[str, Any]
    required: list[str]
    example: dict[str, Any]


_VIEWED: Final = "Records the event Viewed Home {0} if the name is Home, or Loaded a {0} if there is no name."
_WHO: Final = {"anonymousId": "507f191e810c19729de860ea", "userId": "u-1042"}

_TOLD: Final = {
    "identify": _Told(
        "Identify a user",
        "Links the anonymousId to the userId and sets the given traits. The traits email and phone are identifiers.",
        {"traits": OBJECT},
        [],
        {**_WHO, "traits": {"email": "ada@example.com", "plan": "pro"}},
    ),
    "track": _Told(
        "Track an event",
        "Records an event of a user.",
        {"event": {"type": "string"}, "properties": OBJECT},
        ["event"],
        {**_WHO, "event": "Order Completed", "properties": {"order_id": "o-77", "revenue": 39.8, "currency": "EUR"}},
    ),
    "page": _Told(
        "Track a page view",
        _VIEWED.format("Page"),
        NAMED,
        [],
        {"anonymousId": _WHO["anonymousId"], "name": "Home", "properties": {"url": "https://shop.example/"}},
    ),
    "screen": _Told(
        "Track a screen view in an app",
        _VIEWED.format("Screen"),
        NAMED,
        [],
        {"anonymousId": _WHO["anonymousId"], "name": "Basket", "properties": {"items": 2}},
    ),
    "group": _Told(
        "Add a user to a group",
        "Sets the user's trait group_id to the id of the group, and group_traits to the traits of the group.",
        {"groupId": _ID, "traits": OBJECT},
        ["groupId"],
        {**_WHO, "groupId": "g-5", "traits": {"name": "Example Ltd", "employees": 42}},
    ),
    "alias": _Told(
        "Give a user a new userId",
        "Links previousId to the userId. May arrive before the first event of previousId. An alias of an id to itself "
        "has no effect.",
        {"previousId": _ID},
        ["userId"],
        {"previousId": _WHO["anonymousId"], "userId": _WHO["userId"]},
    ),
}


def _item(type_: str) -> dict[str, Any]:
    """Return the schema of an item, without the fields that only a single call's body has."""
    told = _TOLD[type_]
    schema = {"type": "object", "properties": _COMMON | told.fields | {"type": {"const": type_}}}
    return schema | {"required": told.required} if told.required else schema


def _single_body(type_: str) -> dict[str, Any]:
    schema = _item(type_)
    schema["properties"] |= {KEY: _KEY}
    return body(schema, {type_: _TOLD[type_].example})


def _batch_body() -> dict[str, Any]:
    items = [_item(type_) for type_ in _TOLD]
    for item in items:
        item["required"] = [*item.get("required", []), "type"]
    members = {
        "batch": {"type": "array", "maxItems": ITEM_LIMIT, "items": {"anyOf": items}},
        "context": _CONTEXT
        | {"description": "Merged into the context of every item; members of the item take precedence."},
        "integrations": _INTEGRATIONS,
        "sentAt": _SENT_AT,
        KEY: _KEY,
    }
    examples = [{"type": type_, **told.example} for type_, told in _TOLD.items()]
    schema = {"type": "object", "required": ["batch"], "properties": members}
    return body(schema, {"batch": {"batch": examples, "sentAt": "2026-11-20T10:00:00.733Z"}})


_SUCCESS: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["success"],
    "properties": {"success": {"const": True}},
}
_SUCCEEDED: Final = {"success": {"success": True}}
REFUSED: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
}
NO_BODY: Final = (Fault.TOO_SLOW, Fault.RATE_LIMITED, Fault.OVERLOADED, Fault.UNAVAILABLE)


def _refusals(faults: tuple[Fault, ...]) -> dict[str, Any]:
    return refusals(partial(fault, "POST"), REFUSED, faults, {}, {429: RETRY_AFTER, 503: RETRY_AFTER})


def _operation(name: str, words: tuple[str, str], request: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI operation of a call. `words` are its summary and description."""
    return {
        "operationId": f"segment_{name}",
        "tags": [TAG],
        "summary": words[0],
        "description": f"{words[1]} The body is read as JSON under any content type. A form "
        "(`application/x-www-form-urlencoded`) has the same fields, with dots for members of members.",
        "security": SECURITY,
        "parameters": [],
        "requestBody": request,
        "responses": {
            "200": answer("Stored durably. Invalid items are stored for inspection.", _SUCCESS, _SUCCEEDED),
            **_refusals((Fault.UNKNOWN_KEY, *OF_ANY_CALL)),
        },
    }


def _posts() -> dict[str, Any]:
    """The calls that bring items, each by its path and by its short path."""
    about_batch = f"Each item is processed independently and has at most {EVENT_LIMIT // 1024} KiB."
    told = {type_: ((each.summary, each.description), _single_body(type_)) for type_, each in _TOLD.items()}
    told["batch"] = (("Send several calls in one request", about_batch), _batch_body())
    paths = {}
    for name, (words, request) in told.items():
        paths[f"{PREFIX}{name}"] = {"post": _operation(name, words, request)}
        short = (words[0], f"The short path of {PREFIX}{name}. {words[1]}")
        paths[f"{PREFIX}{name[0]}"] = {"post": _operation(f"{name}_short", short, request)}
    for path, name, whose in (
        (IMPORT, "import", "The batch of Segment's libraries for Java, Ruby, .NET and Android."),
        (BEACON, "beacon", "The batch of RudderStack's browser SDK with `useBeacon`, as `text/plain`."),
    ):
        paths[path] = {"post": _operation(name, (told["batch"][0][0], f"{whose} {about_batch}"), told["batch"][1])}
    paths[BEACON]["post"]["parameters"] = [KEY_IN_QUERY]
    return paths


_METRICS: Final = {
    "operationId": "segment_metrics",
    "tags": [TAG],
    "summary": "Accept the metrics of the browser SDK",
    "description": "The metrics are discarded.",
    "security": [],
    "parameters": [],
    "requestBody": body(OBJECT, {"metrics": {"series": [{"type": "Counter", "metric": "invoked", "value": 1}]}}),
    "responses": {
        "200": answer("Discarded.", _SUCCESS, _SUCCEEDED),
        **_refusals((Fault.TOO_LARGE, Fault.BAD_ENCODING, *NO_BODY)),
    },
}

CALLS: Final[dict[str, Any]] = _posts() | {f"{PREFIX}m": {"post": _METRICS}}
"""Without the calls that are made by GET, which are in `segment_reads`."""
