"""WebEngage's calls in OpenAPI 3.1."""

from __future__ import annotations

from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from passerby.catalogue.rules import NAME_LENGTH
from passerby.dialects.common.openapi import OF_ANY_CALL, RETRY_AFTER, answer, body, error_responses
from passerby.dialects.contract import Fault
from passerby.dialects.dialect import OpenApi
from passerby.dialects.webengage.calls import BULK_LIMIT, ID_LIMIT, NEITHER_ID, PREFIX, UNKNOWN_LICENSE, fault
from passerby.dialects.webengage.keys import KEY_KIND, LICENSE

TAG: Final = "WebEngage"
SCHEME: Final = "webengage"
SECURITY_SCHEMES: Final[dict[str, Any]] = {
    SCHEME: {"type": "http", "scheme": "bearer", "description": "The project's WebEngage API key."}
}

_ID: Final = {
    "anyOf": [
        {"type": "string", "maxLength": ID_LIMIT, "pattern": r"\S"},
        {"type": "integer"},
    ]
}
_IDS: Final = {
    "userId": _ID | {"description": "A known user."},
    "anonymousId": _ID | {"description": "An anonymous user; ignored where there is a userId."},
}
_WHOSE: Final = [{"required": ["userId"]}, {"required": ["anonymousId"]}]

_EVENT: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["eventName"],
    "anyOf": _WHOSE,
    "properties": _IDS
    | {
        "eventName": {"type": "string", "pattern": r"\S", "maxLength": NAME_LENGTH - 1},
        "eventTime": {
            "description": "yyyy-MM-ddTHH:mm:ss±hhmm, or seconds or milliseconds since 1970. "
            "Without it: the time of receipt.",
            "anyOf": [{"type": "string", "format": "date-time"}, {"type": "integer", "minimum": 0}],
        },
        "eventData": {"type": "object", "description": "The event's attributes."},
    },
}
_STRINGS: Final = (
    "firstName",
    "lastName",
    "company",
    "birthDate",
    "gender",
    "email",
    "phone",
    "hashedEmail",
    "hashedPhone",
    "city",
    "region",
    "country",
    "locality",
    "postalCode",
)
_BOOLEANS: Final = ("emailOptIn", "smsOptIn", "whatsappOptIn", "rcsOptIn")
_USER: Final[dict[str, Any]] = {
    "type": "object",
    "anyOf": _WHOSE,
    "properties": _IDS
    | {name: {"type": "string"} for name in _STRINGS}
    | {name: {"type": "boolean"} for name in _BOOLEANS}
    | {"attributes": {"type": "object", "description": "Custom traits."}},
}

_QUEUED: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["response"],
    "properties": {
        "response": {
            "type": "object",
            "required": ["status"],
            "properties": {
                "status": {"const": "queued"},
                "warnings": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "Attributes that are accepted now and rejected when the event is applied.",
                },
            },
        }
    },
}
_REFUSED: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["response"],
    "properties": {
        "response": {
            "type": "object",
            "required": ["message", "status"],
            "properties": {"message": {"type": "string"}, "status": {"const": "error"}},
        }
    },
}

_EVENT_EXAMPLE: Final = {
    "userId": "johndoe",
    "eventName": "Added to Cart",
    "eventTime": "2026-09-15T18:29:00-0800",
    "eventData": {
        "Product ID": 1337,
        "Price": 39.80,
        "Quantity": 1,
        "Product": "Givenchy Pour Homme Cologne",
        "Category": "Fragrance",
        "Currency": "USD",
    },
}
_USER_EXAMPLE: Final = {
    "userId": "johndoe",
    "firstName": "John",
    "birthDate": "1990-01-02T11:11:00-0800",
    "email": "john@example.com",
    "phone": "+12025550101",
    "emailOptIn": True,
    "attributes": {"plan": "pro", "score": 5},
}


_PARAMETERS: Final = [
    {
        "name": LICENSE,
        "in": "path",
        "required": True,
        "description": "The project's license code.",
        "schema": {"type": "string"},
    },
    {
        "name": "x-request-id",
        "in": "header",
        "description": "Deduplication key: a request with a key of the last 4 hours is dropped.",
        "schema": {"type": "string"},
    },
]

_NUMBER: Final = {"type": "integer", "minimum": 0}
_RATE_HEADERS: Final = RETRY_AFTER | {
    "X-RateLimit-Limit": {"description": "Requests allowed per minute for this call.", "schema": _NUMBER},
    "X-RateLimit-Remaining": {"description": "Requests left in the current minute.", "schema": _NUMBER},
}


class _Texts(NamedTuple):
    """Name, summary and description of a call."""

    call: str
    summary: str
    description: str


def _operation(texts: _Texts, request: dict[str, Any], place: str = "", method: str = "post") -> dict[str, Any]:
    """Return the operation of a call with this body; `place` is how its errors name a record of it."""
    neither = {"response": {"message": f"Error: {place}{NEITHER_ID}", "status": "error"}}
    queued = {"queued": {"response": {"status": "queued"}}}
    return {
        "operationId": f"webengage_{method}_{texts.call.replace('-', '_')}",
        "tags": [TAG],
        "summary": texts.summary,
        "description": texts.description,
        "security": [{SCHEME: []}],
        "parameters": _PARAMETERS,
        "requestBody": request,
        "responses": {
            "200" if method == "put" else "201": answer("Stored durably.", _QUEUED, queued),
            **error_responses(
                partial(fault, frozenset()),
                _REFUSED,
                (Fault.UNKNOWN_KEY, *OF_ANY_CALL),  # none of them has an Allow header, so no methods are needed above
                {400: {"neither_id": neither}, 404: {"unknown_license": msgspec.json.decode(UNKNOWN_LICENSE.body)}},
                {429: _RATE_HEADERS, 503: RETRY_AFTER},
            ),
        },
    }


def _bulk(records: str, schema: dict[str, Any], example: Any) -> dict[str, Any]:
    """Return the request body of a call with several records."""
    many = {"type": "array", "minItems": 1, "maxItems": BULK_LIMIT, "items": schema}
    whole = {"type": "object", "required": [records], "properties": {records: many}}
    return body(whole, {records: {records: [example, example]}})


_ALL_OR_NONE: Final = "All records are stored or, if one is invalid, none; the response names it."

_EVENTS: Final = _Texts("events", "Record an event", "Records an event of a known or anonymous user.")
_USERS: Final = _Texts("users", "Create or update a user", "Sets the given traits; other traits keep their values.")
_BULK_EVENTS: Final = _Texts("bulk-events", "Record up to 25 events", _ALL_OR_NONE)
_BULK_USERS: Final = _Texts("bulk-users", "Create or update up to 25 users", _ALL_OR_NONE)

_ONE_EVENT: Final = body(_EVENT, {"event": _EVENT_EXAMPLE})
_ONE_USER: Final = body(_USER, {"user": _USER_EXAMPLE})
_MANY_EVENTS: Final = _bulk("events", _EVENT, _EVENT_EXAMPLE)
_MANY_USERS: Final = _bulk("users", _USER, _USER_EXAMPLE)

_ROOT: Final = f"{PREFIX}{{{LICENSE}}}"

_CALLS: Final[dict[str, Any]] = {
    f"{_ROOT}/events": {"post": _operation(_EVENTS, _ONE_EVENT)},
    f"{_ROOT}/users": {"post": _operation(_USERS, _ONE_USER), "put": _operation(_USERS, _ONE_USER, method="put")},
    f"{_ROOT}/bulk-events": {"post": _operation(_BULK_EVENTS, _MANY_EVENTS, "events[1]: ")},
    f"{_ROOT}/bulk-users": {"post": _operation(_BULK_USERS, _MANY_USERS, "users[1]: ")},
}

OPENAPI: Final = OpenApi(_CALLS, SECURITY_SCHEMES, {SCHEME: KEY_KIND})
