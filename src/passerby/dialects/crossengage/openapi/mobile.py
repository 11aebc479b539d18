"""CrossEngage's calls in OpenAPI 3.1."""

from __future__ import annotations

from typing import Any, Final

from passerby.dialects.common.openapi import OF_ANY_CALL, RETRY_AFTER, answer, body, error_responses
from passerby.dialects.common.values import ID_LIMIT
from passerby.dialects.contract import Fault
from passerby.dialects.crossengage.keys import KEY
from passerby.dialects.crossengage.mobile import PREFIX, fault

TAG: Final = "CrossEngage"

_ID: Final = {
    "anyOf": [
        {"type": "string", "maxLength": ID_LIMIT, "pattern": r"\S"},
        {"type": "integer"},
    ]
}
_UNIT: Final = {"anyOf": [{"type": "string", "maxLength": ID_LIMIT}, {"type": "integer"}]}
_TIME: Final = {
    "description": "ISO 8601 (UTC where there is no zone), or seconds or milliseconds since 1970. "
    "Without it: the time of receipt.",
    "anyOf": [{"type": "string", "format": "date-time"}, {"type": "integer", "minimum": 0}],
}

_IDENTIFY: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["mobileId"],
    "anyOf": [{"required": ["userId"]}, {"required": ["email", "businessUnit"]}],
    "properties": {
        "mobileId": _ID | {"description": "The id of the app on the device."},
        "userId": _ID | {"description": "The customer's id in your own system."},
        "email": _ID | {"description": "Identifies a user together with businessUnit."},
        "businessUnit": _UNIT | {"description": "The unit that the email belongs to; may be empty."},
        "type": {"const": "identify"},
        "timestamp": _TIME,
        "traits": {"type": "object", "description": "Traits of the user."},
    },
}
_TRACK: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["mobileId", "event"],
    "properties": {
        "mobileId": _ID | {"description": "The id of the app on the device."},
        "event": {"type": "string", "pattern": r"\S", "maxLength": ID_LIMIT},
        "type": {"const": "track"},
        "timestamp": _TIME,
        "properties": {"type": "object", "description": "Properties of the event."},
    },
}

_QUEUED: Final = {
    "type": "object",
    "required": ["status", "messageId"],
    "properties": {"status": {"const": "queued"}, "messageId": {"type": "string", "format": "uuid"}},
}
_ERRORS: Final = {
    "type": "object",
    "required": ["errors"],
    "properties": {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["field", "type", "message"],
                "properties": {name: {"type": "string"} for name in ("field", "type", "message")},
            },
        }
    },
}

_WRONG_IDENTIFY: Final = {
    "errors": [
        {
            "field": "businessUnit",
            "type": "MISSING_VALUE",
            "message": "An email needs its businessUnit, which may be an empty string.",
        }
    ]
}
_WRONG_TRACK: Final = {
    "errors": [
        {"field": "mobileId", "type": "MISSING_VALUE", "message": "mobileId is required."},
        {"field": "properties", "type": "WRONG_VALUE", "message": "properties must be an object."},
    ]
}


_KEY_PARAMETER: Final = {
    "name": KEY,
    "in": "path",
    "required": True,
    "description": "The project's mobile API key. It is public: apps carry it.",
    "schema": {"type": "string"},
}

_IDENTIFIED: Final = {"mobileId": "mob123456", "type": "identify"}
_TRAITS: Final = {"traits": {"firstName": "Ada", "lastName": "Byron", "language": "en"}}
_IDENTIFY_EXAMPLES: Final = {
    "userId": _IDENTIFIED | {"userId": "ext123456"} | _TRAITS,
    "email": _IDENTIFIED | {"email": "ada@example.com", "businessUnit": "north"} | _TRAITS,
}
_TRACK_EXAMPLES: Final = {
    "event": {
        "mobileId": "mob123456",
        "type": "track",
        "event": "Viewed Product",
        "properties": {"sku": "A-1", "price": 12.5},
        "timestamp": "2026-11-20T10:00:00Z",
    }
}


def _operation(call: str, words: tuple[str, str], request: dict[str, Any], wrong: Any) -> dict[str, Any]:
    """Return the operation of a call. `words` are its summary and description, `wrong` is an example of its errors."""
    queued = {"queued": {"status": "queued", "messageId": "01998b0c-7c1e-7d4a-9f52-6b1d3c0e8a47"}}
    faults = (Fault.UNKNOWN_KEY, *OF_ANY_CALL)
    return {
        "operationId": f"crossengage_{call}",
        "tags": [TAG],
        "summary": words[0],
        "description": words[1],
        "security": [],
        "parameters": [_KEY_PARAMETER],
        "requestBody": request,
        "responses": {
            "202": answer("Stored durably. The profile is updated within seconds.", _QUEUED, queued),
            **error_responses(fault, _ERRORS, faults, {400: {"fields": wrong}}, {429: RETRY_AFTER, 503: RETRY_AFTER}),
        },
    }


CALLS: Final[dict[str, Any]] = {
    f"{PREFIX}{{{KEY}}}/identify": {
        "post": _operation(
            "identify",
            (
                "Identify the user of a mobile id",
                "Links the mobile id to the user with this userId, or with this email within its businessUnit.",
            ),
            body(_IDENTIFY, _IDENTIFY_EXAMPLES),
            _WRONG_IDENTIFY,
        )
    },
    f"{PREFIX}{{{KEY}}}/track": {
        "post": _operation(
            "track",
            (
                "Track an event of a mobile id",
                "Records an event of the profile with the mobile id. An unknown id creates an anonymous profile.",
            ),
            body(_TRACK, _TRACK_EXAMPLES),
            _WRONG_TRACK,
        )
    },
}
