"""Antsomi's collector in OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from passerby.dialects.antsomi.answers import CALLBACK, FORMS, JSON, SCRIPT, accepted, rejected
from passerby.dialects.antsomi.calls import BATCH_LIMIT, PATHS, fault
from passerby.dialects.common.openapi import OF_ANY_CALL, RETRY_AFTER, body, content, error_responses
from passerby.dialects.contract import Fault, Reply
from passerby.dialects.dialect import OpenApi

TAG: Final = "Antsomi"

_ID: Final = {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}
_WORD: Final = {"anyOf": [{"type": "string", "pattern": r"\S"}, {"type": "integer"}]}
_OBJECT: Final = {"type": "object"}

_EVENT: Final[dict[str, Any]] = {
    "type": "object",
    "anyOf": [{"required": ["ec", "ea"]}, {"required": ["en"]}],
    "properties": {
        "uid": _ID | {"description": "Id of the visitor; for a server, of the customer. Required without an identity."},
        "aid": _ID | {"description": "Id of the device: a hint, not an identifier."},
        "sid": _ID | {"description": "The session's id."},
        "ec": _WORD | {"description": "Category. Category and action form the name of the event."},
        "ea": _WORD | {"description": "Action."},
        "en": _WORD | {"description": "Name of the event, if there is no category and action."},
        "et": {"type": "string", "description": "Event time; without a zone, in the project's time zone."},
        "dims": {
            "description": "Business objects by their type. `customers` are traits of the customer, `users` of the "
            "visitor; `customers.customer_id` is the customer's id.",
            "anyOf": [_OBJECT, {"type": "array", "items": _OBJECT}],
        },
        "extra": _OBJECT | {"description": "Attributes of the event. `identify_id` is the customer's id."},
        "items": {"type": "array", "items": _OBJECT},
        "context": _OBJECT | {"description": "Device, app, page."},
        "request_id": _ID
        | {"description": "Deduplication key: a second event with the same request_id within a day is dropped."},
    },
}

_EVENTS: Final[dict[str, Any]] = {
    "anyOf": [_EVENT, {"type": "array", "items": _EVENT, "minItems": 1, "maxItems": BATCH_LIMIT}]
}

_CUSTOMER: Final = "0bc83cb571cd1c50ba6f3e8a78ef1346"
_SIGN_IN: Final = {
    "uid": "653773101",
    "aid": "9f2b5c1d-6b55-4a0e-bb6b-0a3f4d1a7c22",
    "sid": "2601020304",
    "ec": "user",
    "ea": "sign_in",
    "dims": {"customers": {"customer_id": _CUSTOMER, "name": "Ann", "email": "ann@example.com"}},
    "extra": {
        "identify_id": _CUSTOMER,
        "identify_time": "2026-01-02 03:04:05",
        "identify_event": "user_sign_in",
        "identify_type": "exact",
    },
    "items": [],
}
_VIEW: Final = {
    "uid": "653773101",
    "ec": "product",
    "ea": "view",
    "items": [{"type": "product", "id": "p-1", "name": "Shoe"}],
}

_ACCEPTED: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["status", "campaigns"],
    "properties": {"status": {"const": True}, "campaigns": {"type": "array"}},
}
_REFUSED: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["status", "message"],
    "properties": {"status": {"const": False}, "message": {"type": "string"}},
}
_SCRIPT_TYPE: Final = "text/javascript"
_NO_NAME: Final = "ec and ea are needed, or en."


def _parameter(name: str, description: str, schema: Mapping[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "description": description, "schema": dict(schema)}


_TEXT: Final = {"type": "string"}
_FORM: Final = _parameter(
    "resp_type",
    f"The form of the answer: a script that calls `{CALLBACK}`, JSON, a picture of one pixel, or a redirect.",
    {"type": "string", "enum": sorted(FORMS), "default": SCRIPT},
)
_SOURCE: Final = (
    _parameter("portal_id", "The portal's id. It is public: pages carry it.", _TEXT, required=True)
    | {"example": "123456789"},
    _parameter("prop_id", "The id of a property of that portal, as public.", _TEXT, required=True)
    | {"example": "987654321"},
    _FORM | {"example": JSON},
    _parameter("redirect_url", "Where a redirect leads: to a host that the project's settings name.", _TEXT),
    _parameter(
        "is_s2s", "`1`: a server sends, with the customer's id in `uid`.", {"type": "string", "enum": ["0", "1"]}
    ),
)


def _script(reply: Reply) -> dict[str, Any]:
    return {"schema": _TEXT, "examples": {SCRIPT: {"value": reply.body.decode()}}}


_TAKEN: Final = accepted(SCRIPT, "POST", {"type": "event", "au_id": "653773101"})

_RESPONSES: Final[dict[str, Any]] = {
    "200": {
        "description": "Stored durably. The profile is updated within seconds.",
        "content": {
            **content(_ACCEPTED, {"taken": msgspec.json.decode(accepted(JSON, "POST", {}).body)}),
            _SCRIPT_TYPE: _script(_TAKEN),
            "image/gif": {"schema": {"type": "string", "format": "binary"}},
        },
    },
    "302": {
        "description": "Stored durably. Redirects to the given address.",
        "headers": {"Location": {"description": "That address.", "schema": _TEXT}},
    },
}


def _operation(path: str, method: str) -> dict[str, Any]:
    example = {400: {"fields": {"status": False, "message": _NO_NAME}}}
    faults = (Fault.UNKNOWN_KEY, *OF_ANY_CALL)
    errors = error_responses(fault, _REFUSED, faults, example, {429: RETRY_AFTER, 503: RETRY_AFTER})
    for status in ("400", "401"):  # those after the form of the response is known
        errors[status]["content"][_SCRIPT_TYPE] = _script(rejected(SCRIPT, int(status), _NO_NAME))
    errors["401"]["description"] = "The portal is unknown, or the property does not belong to it."
    common = {
        "operationId": f"antsomi_{path[1:]}_{method}",
        "tags": [TAG],
        "security": [],
        "responses": _RESPONSES | errors,
    }
    if method == "post":
        return common | {
            "summary": "Track events",
            "description": "Accepts one event or an array of events; all are stored, or none. Any event can identify "
            "the customer.",
            "parameters": list(_SOURCE),
            "requestBody": body(_EVENTS, {"sign_in": _SIGN_IN, "view": _VIEW, "several": [_VIEW, _SIGN_IN]}),
        }
    fields = []
    for field, schema in _EVENT["properties"].items():
        text = schema.get("description", "A field of the event.")
        if field in {"dims", "extra", "items", "context"}:
            text = f"{text} A JSON text."
        value = {"example": _VIEW[field]} if field in {"uid", "ec", "ea"} else {}
        fields.append(_parameter(field, text, _TEXT) | value)
    return common | {
        "summary": "Track an event in the query",
        "description": "The same event with all fields in the query, for an image, a script or a link.",
        "parameters": [*_SOURCE, *fields],
    }


_CALLS: Final[dict[str, Any]] = {
    path: {method: _operation(path, method) for method in ("post", "get")} for path in PATHS
}

OPENAPI: Final = OpenApi(_CALLS)
