"""CustomerLabs' calls in OpenAPI 3.1."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec

from passerby.dialects.common.openapi import OF_ANY_CALL, RETRY_AFTER, answer, body, error_responses
from passerby.dialects.common.values import ID_LIMIT
from passerby.dialects.contract import Fault
from passerby.dialects.customerlabs.calls import APP, EVENT_LIMIT, UNKNOWN_SOURCE, fault
from passerby.dialects.customerlabs.keys import SLUG, SOURCE
from passerby.dialects.dialect import OpenApi

TAG: Final = "CustomerLabs"

_ID: Final = {"type": "string", "maxLength": ID_LIMIT, "pattern": r"\S"}
_TEXT: Final = {"type": "string", "pattern": r"\S"}
_OBJECT: Final = {"type": "object"}
_TIME: Final = {
    "type": "string",
    "format": "date-time",
    "pattern": "Z$",
    "description": "Event time: ISO 8601 in UTC.",
}
_WHO: Final = {
    "id": _ID | {"description": "The app's id. It is public: apps carry it."},
    "uid": _ID | {"description": "Id of the installation: the app's id followed by a UUID."},
    "sid": _ID | {"description": "The session's id."},
}
_IDS: Final = _OBJECT | {
    "description": "External ids: idfa, aaid, google_analytics__app_instance_id and customerlabs_user_id are "
    "identifiers, others are stored only. Advertising ids are no identifiers if additional_info has limitAdTracking.",
}
_DEVICE: Final = _OBJECT | {"description": "Properties of the device."}
_BY: Final = _OBJECT | {"description": "identify_by_email and identify_by_phone identify the user."}
_CAMPAIGN: Final = _OBJECT | {
    "description": "Parameters of the campaign. The profile stores the first and the last campaign."
}
_HAPPENED: Final = {"event_source": _TEXT, "added_at": _TIME, "identify_by": _BY}

_IDENTITY: Final = {
    "id": "9c1e6a0b7d2f4e83",
    "uid": "9c1e6a0b7d2f4e830b5ecb52-0b9a-4b0e-8d0c-7a8a0f0a9d11",
    "sid": "CL-6f1d2c3b-58a9-4d53-9c43-0c9f3d6b9a10",
}
_KNOWN_IDS: Final = {"aaid": "38400000-8cf0-11bd-b23e-10b96e40000d"}
_KNOWN_DEVICE: Final = {"deviceModelName": "Pixel 9", "extInfoVersion": "a2", "limitAdTracking": "false"}
_MOMENT: Final = {"event_source": "mobile_app", "added_at": "2026-03-12T05:45:15Z"}
_NAMED: Final = {"identify_by": {"identify_by_email": "nelson@example.com", "identify_by_phone": "+918424032105"}}
_TRAITS: Final = {"first_name": "Nelson", "city": "Thane"}
_PURCHASE: Final = {
    **_IDENTITY,
    **_MOMENT,
    **_NAMED,
    "event_name": "Purchase",
    "properties": {"value": 100, "currency": "USD", "transaction_id": "TXN-12345"},
    "products": [{"product_id": "SKU-001", "product_name": "Running Shoes", "product_price": 100}],
    "utm_params": {"utm_source": "mail"},
}

_REFUSED: Final = {
    "type": "object",
    "required": ["validation_error"],
    "properties": {
        "validation_error": {
            "type": "object",
            "required": ["error_message"],
            "properties": {"error_message": {"type": "string"}},
        }
    },
}


class _Texts(NamedTuple):
    """Summary and description of a call of the app, its body, and examples of request and response."""

    summary: str
    description: str
    fields: dict[str, Any]
    optional: tuple[str, ...]
    example: dict[str, Any]
    answer: dict[str, Any]


_SESSION_ANSWER: Final = {
    "user_id": _IDENTITY["uid"],
    "external_ids": _KNOWN_IDS,
    "additional_info": _KNOWN_DEVICE,
}

_TEXTS: Final = {
    "externalIds": _Texts(
        "Start a session of an installation",
        "Links the installation to the profile with the same ids and stores the properties of the device.",
        _WHO | {"external_ids": _IDS, "additional_info": _DEVICE, "utm_params": _CAMPAIGN},
        ("utm_params",),
        {
            **_IDENTITY,
            "external_ids": _KNOWN_IDS,
            "additional_info": _KNOWN_DEVICE,
            "utm_params": {"utm_source": "mail", "utm_medium": "cpc"},
        },
        _SESSION_ANSWER,
    ),
    "identify": _Texts(
        "Identify a user",
        "Links the installation to the user with this email or phone and sets the given traits.",
        _WHO | _HAPPENED | {"traits": _OBJECT, "external_ids": _IDS},
        (),
        {**_IDENTITY, **_MOMENT, **_NAMED, "traits": _TRAITS, "external_ids": _KNOWN_IDS},
        {**_SESSION_ANSWER, "user_traits": _TRAITS},
    ),
}

_EVENT: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["id", "uid", "sid", "event_name", "event_source", "added_at", "identify_by", "properties"],
    "properties": {
        **_WHO,
        **_HAPPENED,
        "event_name": _TEXT,
        "properties": _OBJECT,
        "products": {"type": "array", "items": _OBJECT},
        "utm_params": _CAMPAIGN,
    },
}
_FREE: Final[dict[str, Any]] = {
    "type": "object",
    "description": "Any JSON with the name of an event and an identifier.",
    "anyOf": [{"required": ["event_name"]}, {"required": ["event"]}],
    "properties": {"event_name": _TEXT, "event": _TEXT, "properties": _OBJECT},
}
_RECORD: Final = {"anyOf": [_EVENT, _FREE]}
_EVENTS: Final = {
    "anyOf": [*_RECORD["anyOf"], {"type": "array", "minItems": 1, "maxItems": EVENT_LIMIT, "items": _RECORD}]
}

_AGENT: Final = {
    "name": "CL-User-Agent",
    "in": "header",
    "required": True,
    "description": "The user agent of the device.",
    "schema": {"type": "string", "minLength": 1},
    "example": "Mozilla/5.0 (Linux; Android 14)",
}
_SLUG: Final = {
    "name": SLUG,
    "in": "path",
    "required": True,
    "description": "The source's secret. Any client that has it can send events.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{6,128}$"},
}


def _errors(message: str) -> dict[str, Any]:
    example = {400: {"fields": {"validation_error": {"error_message": message}}}}
    return error_responses(fault, _REFUSED, OF_ANY_CALL, example, {429: RETRY_AFTER, 503: RETRY_AFTER})


def _app_call(name: str) -> dict[str, Any]:
    texts = _TEXTS[name]
    required = [field for field in texts.fields if field not in texts.optional]
    schema = {"type": "object", "required": required, "properties": texts.fields}
    members = {member: {"type": "string"} if member == "user_id" else _OBJECT for member in texts.answer}
    known = {"type": "object", "required": list(members), "properties": members}
    return {
        "operationId": f"customerlabs_{name}",
        "tags": [TAG],
        "summary": texts.summary,
        "description": f"{texts.description} The response has the stored values, updated with those of this call.",
        "security": [],
        "parameters": [_AGENT],
        "requestBody": body(schema, {name: texts.example}),
        "responses": {
            "200": answer("Stored durably. The profile is updated within seconds.", known, {"known": texts.answer}),
            **_errors("uid: is required"),
        },
    }


_WEBHOOK: Final = {
    "operationId": "customerlabs_event",
    "tags": [TAG],
    "summary": "Track events",
    "description": "Accepts an event in the documented shape, or any JSON with the name of an event (event_name or "
    "event) and an identifier (email, phone, user_id, customerlabs_user_id, ...). Of an array, all events are stored, "
    "or none; only events that are nested too deeply or have too many attributes are skipped. The trailing slash is "
    "optional.",
    "security": [],
    "parameters": [_SLUG],
    "requestBody": body(
        _EVENTS,
        {
            "event": _PURCHASE,
            "free": {"event_name": "Order placed", "email": "nelson@example.com", "properties": {"total": 100}},
            "array": [{"event": "Order placed", "user_id": "u-17"}, {"event": "Order sent", "user_id": "u-17"}],
        },
    ),
    "responses": {
        "200": {"description": "Stored durably. The response has no body."},
        "404": answer(
            "There is no source with this webhook.",
            _REFUSED,
            {Fault.UNKNOWN_KEY.value: msgspec.json.decode(UNKNOWN_SOURCE.body)},
        ),
        **_errors("event_name: is required"),
    },
}

_CALLS: Final[dict[str, Any]] = {
    **{f"{APP}{name}": {"post": _app_call(name)} for name in _TEXTS},
    f"{SOURCE}{{{SLUG}}}/": {"post": _WEBHOOK},
}

OPENAPI: Final = OpenApi(_CALLS)
