"""Segment's calls in OpenAPI 3.1: items by POST, and what is fetched by GET: settings of SDKs, and pixels.

The calls with items answer nearly any JSON with 200; the schemas describe valid items.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from passerby.dialects.common.openapi import DESCRIPTIONS, OF_ANY_CALL, RETRY_AFTER, answer, body, error_responses
from passerby.dialects.contract import Fault
from passerby.dialects.dialect import OpenApi
from passerby.dialects.segment.browser import (
    BAD_HOST,
    CUSTOMERIO_INTEGRATION,
    CUSTOMERIO_PREFIX,
    SEGMENT_INTEGRATION,
    SETTINGS,
    SOURCE_CONFIG,
    UNKNOWN_PROJECT,
)
from passerby.dialects.segment.browser import PREFIX as PROJECTS
from passerby.dialects.segment.calls import BEACON, EVENT_LIMIT, IMPORT, ITEM_LIMIT, PREFIX, TYPES, fault
from passerby.dialects.segment.keys import KEY, KEY_KIND
from passerby.dialects.segment.pixels import RUDDERSTACK_PREFIX, RUDDERSTACK_TYPES, SEGMENT_PREFIX
from passerby.dialects.segment.pixels import fault as pixel_fault

TAG: Final = "Segment"
BASIC: Final = "segment"
BEARER: Final = "segmentBearer"
SECURITY_SCHEMES: Final[dict[str, Any]] = {
    BASIC: {"type": "http", "scheme": "basic", "description": "The project's write key as user name, no password."},
    BEARER: {"type": "http", "scheme": "bearer", "description": "The project's write key."},
}
_SECURITY: Final[list[dict[str, list[str]]]] = [{BASIC: []}, {BEARER: []}, {}]
"""With none of them the write key is a member of the body."""

_KEY_IN_QUERY: Final[dict[str, Any]] = {
    "name": KEY,
    "in": "query",
    "required": False,
    "description": "The project's write key, if no header contains it.",
    "schema": {"type": "string"},
}

_ID: Final = {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}
_TIME: Final = {"type": "string", "format": "date-time"}
_OBJECT: Final[dict[str, Any]] = {"type": "object"}
_KEY: Final = {"type": "string", "description": "The write key, if no header contains it."}
_SENT_AT: Final = _TIME | {"description": "Time of sending by the sender's clock."}
_CONTEXT: Final = _OBJECT | {
    "description": "Context of the event. A device has an id (a hint) and an advertisingId (an identifier).",
}
_INTEGRATIONS: Final = _OBJECT | {"description": "Selects destinations."}

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
_NAMED: Final[dict[str, Any]] = {
    "name": {"type": "string"},
    "category": {"type": "string"},
    "properties": _OBJECT,
}


class _Texts(NamedTuple):
    """Summary and description of a call, the fields of its body that other calls lack, and an example."""

    summary: str
    description: str
    fields: dict[str, Any]
    required: list[str]
    example: dict[str, Any]


_VIEWED: Final = "Records the event Viewed Home {0} if the name is Home, or Loaded a {0} if there is no name."
_WHO: Final = {"anonymousId": "507f191e810c19729de860ea", "userId": "u-1042"}

_TEXTS: Final = {
    "identify": _Texts(
        "Identify a user",
        "Links the anonymousId to the userId and sets the given traits. The traits email and phone are identifiers.",
        {"traits": _OBJECT},
        [],
        {**_WHO, "traits": {"email": "ada@example.com", "plan": "pro"}},
    ),
    "track": _Texts(
        "Track an event",
        "Records an event of a user.",
        {"event": {"type": "string"}, "properties": _OBJECT},
        ["event"],
        {**_WHO, "event": "Order Completed", "properties": {"order_id": "o-77", "revenue": 39.8, "currency": "EUR"}},
    ),
    "page": _Texts(
        "Track a page view",
        _VIEWED.format("Page"),
        _NAMED,
        [],
        {"anonymousId": _WHO["anonymousId"], "name": "Home", "properties": {"url": "https://shop.example/"}},
    ),
    "screen": _Texts(
        "Track a screen view in an app",
        _VIEWED.format("Screen"),
        _NAMED,
        [],
        {"anonymousId": _WHO["anonymousId"], "name": "Basket", "properties": {"items": 2}},
    ),
    "group": _Texts(
        "Add a user to a group",
        "Sets the user's trait group_id to the id of the group, and group_traits to the traits of the group.",
        {"groupId": _ID, "traits": _OBJECT},
        ["groupId"],
        {**_WHO, "groupId": "g-5", "traits": {"name": "Example Ltd", "employees": 42}},
    ),
    "alias": _Texts(
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
    texts = _TEXTS[type_]
    schema = {"type": "object", "properties": _COMMON | texts.fields | {"type": {"const": type_}}}
    return schema | {"required": texts.required} if texts.required else schema


_SUCCESS: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["success"],
    "properties": {"success": {"const": True}},
}
_SUCCEEDED: Final = {"success": {"success": True}}
_REFUSED: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
}
_NO_BODY: Final = (Fault.TOO_SLOW, Fault.RATE_LIMITED, Fault.OVERLOADED, Fault.UNAVAILABLE)


def _errors(
    method: str, faults: tuple[Fault, ...], examples: Mapping[int, Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    return error_responses(
        partial(fault, method), _REFUSED, faults, examples or {}, {429: RETRY_AFTER, 503: RETRY_AFTER}
    )


def _operation(name: str, words: tuple[str, str], request: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI operation of a call. `words` are its summary and description."""
    return {
        "operationId": f"segment_{name}",
        "tags": [TAG],
        "summary": words[0],
        "description": f"{words[1]} The body is read as JSON under any content type. A form "
        "(`application/x-www-form-urlencoded`) has the same fields, with dots for members of members.",
        "security": _SECURITY,
        "parameters": [],
        "requestBody": request,
        "responses": {
            "200": answer("Stored durably. Invalid items are stored for inspection.", _SUCCESS, _SUCCEEDED),
            **_errors("POST", (Fault.UNKNOWN_KEY, *OF_ANY_CALL)),
        },
    }


def _posts() -> dict[str, Any]:
    """Return the calls with items, each by its path and by its short path."""
    # Each call twice, because OpenAPI has no alias for a path.
    about_batch = f"Each item is processed independently and has at most {EVENT_LIMIT // 1024} KiB."
    described = {}
    for type_, each in _TEXTS.items():
        schema = _item(type_)
        schema["properties"] |= {KEY: _KEY}
        described[type_] = ((each.summary, each.description), body(schema, {type_: each.example}))
    items = [_item(type_) for type_ in _TEXTS]
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
    examples = [{"type": type_, **texts.example} for type_, texts in _TEXTS.items()]
    schema = {"type": "object", "required": ["batch"], "properties": members}
    batch = body(schema, {"batch": {"batch": examples, "sentAt": "2026-11-20T10:00:00.733Z"}})
    described["batch"] = (("Send several calls in one request", about_batch), batch)
    paths = {}
    for name, (words, request) in described.items():
        paths[f"{PREFIX}{name}"] = {"post": _operation(name, words, request)}
        short = (words[0], f"The short path of {PREFIX}{name}. {words[1]}")
        paths[f"{PREFIX}{name[0]}"] = {"post": _operation(f"{name}_short", short, request)}
    for path, name, whose in (
        (IMPORT, "import", "The batch of Segment's libraries for Java, Ruby, .NET and Android."),
        (BEACON, "beacon", "The batch of RudderStack's browser SDK with `useBeacon`, as `text/plain`."),
    ):
        paths[path] = {
            "post": _operation(name, (described["batch"][0][0], f"{whose} {about_batch}"), described["batch"][1])
        }
    paths[BEACON]["post"]["parameters"] = [_KEY_IN_QUERY]
    return paths


_METRICS: Final = {
    "operationId": "segment_metrics",
    "tags": [TAG],
    "summary": "Accept the metrics of the browser SDK",
    "description": "The metrics are discarded.",
    "security": [],
    "parameters": [],
    "requestBody": body(_OBJECT, {"metrics": {"series": [{"type": "Counter", "metric": "invoked", "value": 1}]}}),
    "responses": {
        "200": answer("Discarded.", _SUCCESS, _SUCCEEDED),
        **_errors("POST", (Fault.TOO_LARGE, Fault.BAD_ENCODING, *_NO_BODY)),
    },
}

_SETTINGS_ANSWER: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["integrations", "metrics", "plan", "edgeFunction"],
    "properties": {"integrations": _OBJECT, "metrics": _OBJECT, "plan": _OBJECT, "edgeFunction": _OBJECT},
}
_SOURCE_ANSWER: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["source"],
    "properties": {
        "source": {
            "type": "object",
            "required": ["id", "writeKey", "enabled", "config", "destinations"],
            "properties": {
                "id": {"type": "string"},
                "writeKey": {"type": "string"},
                "enabled": {"const": True},
                "config": _OBJECT,
                "destinations": {"type": "array", "maxItems": 0},
                "dataplanes": _OBJECT | {"description": "Only where the public address of this port is certain."},
            },
        }
    },
}
_SOURCE_EXAMPLE: Final[dict[str, Any]] = {
    "source": {
        "id": "passerby",
        "name": "Passerby",
        "writeKey": "wk-1",
        "enabled": True,
        "workspaceId": "passerby",
        "updatedAt": "1970-01-01T00:00:00.000Z",
        "config": {"statsCollection": {"errors": {"enabled": False}, "metrics": {"enabled": False}}},
        "destinations": [],
        "connections": [],
    }
}


def _settings(operation_id: str, sdk: str, integration: str) -> dict[str, Any]:
    sending = {"apiKey": "wk-1", "apiHost": "events.example.com/v1", "protocol": "https"}
    example = {"integrations": {integration: sending}, "metrics": {"sampleRate": 0}, "plan": {}, "edgeFunction": {}}
    bad_host = {400: {"bad_host": msgspec.json.decode(BAD_HOST.body)}}
    return {
        "operationId": operation_id,
        "tags": [TAG],
        "summary": f"Get the settings of {sdk}",
        "description": "The answer sends everything to this server: to the setting `edge.public_url`, else to the "
        "address that was asked.",
        "security": [],
        "parameters": [
            {
                "name": KEY,
                "in": "path",
                "required": True,
                "description": "The project's write key. It is public: pages carry it.",
                "schema": {"type": "string"},
            }
        ],
        "responses": {
            "200": answer(
                "The settings of a project without destinations in the browser.",
                _SETTINGS_ANSWER,
                {"settings": example},
            ),
            "404": answer(
                "No project has this write key.", _REFUSED, {"unknown_key": msgspec.json.decode(UNKNOWN_PROJECT.body)}
            ),
            **_errors("GET", _NO_BODY, bad_host),
        },
    }


def _source_config(method: str) -> dict[str, Any]:
    return {
        "operationId": f"segment_source_config_{method}",
        "tags": [TAG],
        "summary": "Get the source configuration of RudderStack's SDKs",
        "description": "An enabled source without destinations.",
        "security": _SECURITY,
        "parameters": [_KEY_IN_QUERY],
        "responses": {
            "200": answer("The source.", _SOURCE_ANSWER, {"source": _SOURCE_EXAMPLE}),
            **_errors("GET", (Fault.UNKNOWN_KEY, *_NO_BODY)),
        },
    }


_PICTURE: Final = {"image/gif": {"schema": {"type": "string", "format": "binary"}}}


def _pixel(operation_id: str, type_: str) -> dict[str, Any]:
    """Return the operation of a pixel. Its responses are pictures, so there are no examples of them."""
    statuses = sorted({pixel_fault(what).status for what in (Fault.UNKNOWN_KEY, *OF_ANY_CALL)})
    limited = {status: {"headers": dict(RETRY_AFTER)} for status in (429, 503)}
    return {
        "operationId": operation_id,
        "tags": [TAG],
        "summary": f"Send a {type_} call from an image",
        "description": "The answer is a transparent GIF under every status.",
        "security": _SECURITY,
        "parameters": [
            _KEY_IN_QUERY,
            {
                "name": "data",
                "in": "query",
                "required": False,
                "description": "The call's body as JSON, in base64 or as it is; it may hold the write key. Without it, "
                "every parameter is a field of the body: `userId=u-1&properties.subject=Hello`.",
                "schema": {"type": "string"},
            },
        ],
        "responses": {
            "200": {"description": "Stored durably. Invalid items are stored for inspection.", "content": _PICTURE},
            **{
                str(status): {"description": DESCRIPTIONS[status], "content": _PICTURE} | limited.get(status, {})
                for status in statuses
            },
        },
    }


_CALLS: Final[dict[str, Any]] = {
    **_posts(),
    f"{PREFIX}m": {"post": _METRICS},
    **{f"{SEGMENT_PREFIX}{type_}": {"get": _pixel(f"segment_pixel_{type_}", type_)} for type_ in TYPES},
    **{
        f"{RUDDERSTACK_PREFIX}{type_}": {"get": _pixel(f"segment_rudderstack_pixel_{type_}", type_)}
        for type_ in RUDDERSTACK_TYPES
    },
    f"{PROJECTS}{{{KEY}}}/{SETTINGS}": {"get": _settings("segment_settings", "analytics.js", SEGMENT_INTEGRATION)},
    f"{CUSTOMERIO_PREFIX}{{{KEY}}}/{SETTINGS}": {
        "get": _settings("segment_settings_customerio", "Customer.io's browser SDK", CUSTOMERIO_INTEGRATION)
    },
    SOURCE_CONFIG: {method: _source_config(method) for method in ("get", "head")},
}

OPENAPI: Final = OpenApi(_CALLS, SECURITY_SCHEMES, dict.fromkeys(SECURITY_SCHEMES, KEY_KIND))
