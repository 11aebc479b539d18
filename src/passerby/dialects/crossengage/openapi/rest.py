"""CrossEngage's REST API in OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from passerby.dialects.common.openapi import DESCRIPTIONS, OF_ANY_CALL, RETRY_AFTER, answer, body, error_responses
from passerby.dialects.common.values import ID_LIMIT
from passerby.dialects.crossengage.events import EVENTS_LIMIT
from passerby.dialects.crossengage.reads import CHANNELS
from passerby.dialects.crossengage.rest import fault_of
from passerby.dialects.crossengage.users import BATCH_LIMIT

TAG: Final = "CrossEngage REST"
SCHEME: Final = "crossengage"
SECURITY_SCHEMES: Final = {
    SCHEME: {
        "type": "apiKey",
        "in": "header",
        "name": "X-XNG-AuthToken",
        "description": "The project's token for CrossEngage's REST API. It is secret: it reads and writes users.",
    }
}

_ANY: Final[dict[str, Any]] = {"type": "object"}
_ID: Final = {"anyOf": [{"type": "string", "maxLength": ID_LIMIT}, {"type": "integer"}]}
_USER: Final[dict[str, Any]] = {
    "type": "object",
    "description": "Other fields become traits; null removes a trait.",
    "properties": {
        "id": _ID | {"description": "The user's id in your own system."},
        "email": {"type": "string", "maxLength": ID_LIMIT},
        "businessUnit": {"anyOf": [{"type": "string", "maxLength": ID_LIMIT}, {"type": "null"}]},
        "traits": {"type": "object"},
    },
}
_ENTRIES: Final = {"type": "array", "maxItems": BATCH_LIMIT, "items": _USER}
_ERRORS: Final[dict[str, Any]] = {
    "type": "object",
    "anyOf": [{"required": [name]} for name in ("errors", "updated", "field", "message")],
}
_TRACKING: Final = {"type": "object", "required": ["trackingId"], "properties": {"trackingId": {"type": "string"}}}

_TRACKED: Final = {"trackingId": "01998b0c-7c1e-7d4a-9f52-6b1d3c0e8a47_1790000000000_1_0_1_5f8a3c6e9d21b704"}
_ADA: Final = {
    "id": "ext123456",
    "email": "ada@example.com",
    "businessUnit": "north",
    "firstName": "Ada",
    "traits": {"plan": "pro"},
}
_TAKEN: Final = {
    "id": "ext123456",
    "xngId": None,
    "email": "ada@example.com",
    "businessUnit": "north",
    "success": True,
}
_WRONG_V1: Final = {
    "errors": [
        {
            "field": "email",
            "type": "WRONG_FORMAT",
            "message": f"email must be an address of at most {ID_LIMIT} characters.",
        }
    ]
}
_NO_VERSION: Final = {
    "errors": [
        {
            "field": "X-XNG-ApiVersion",
            "type": "WRONG_VALUE",
            "message": "This call needs the header X-XNG-ApiVersion: 1.",
        }
    ]
}


def parameter(name: str, place: str, description: str, schema: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return a parameter in the path, the query or a header; those in the query are optional."""
    return {
        "name": name,
        "in": place,
        "required": place != "query",
        "description": description,
        "schema": schema,
    } | more


_IN_PATH: Final = {
    "id": parameter("id", "path", "The user's id in your own system.", {"type": "string", "minLength": 1}),
    "email": parameter("email", "path", "The user's email, in any case.", {"type": "string", "minLength": 1}),
    "bu": parameter("bu", "path", "The business unit, as it was written.", {"type": "string", "minLength": 1}),
    "attrId": parameter("attrId", "path", "The id of an attribute.", {"type": "string", "minLength": 1}),
    "trackingId": parameter(
        "trackingId", "path", "What a call in version 2 was answered with.", {"type": "string", "minLength": 1}
    ),
}
_CHANNEL: Final = parameter(
    "channelType", "query", "One channel; all without it.", {"type": "string", "enum": list(CHANNELS)}
)


def operation(  # noqa: PLR0913 - all that a call's description is made of
    name: str,
    words: tuple[str, str],
    versions: str,
    answers: Mapping[int, dict[str, Any]],
    *,
    needs: tuple[str, ...] = (),
    wrong: Any = _NO_VERSION,
    request: dict[str, Any] | None = None,
    query: tuple[dict[str, Any], ...] = (),
) -> dict[str, Any]:
    """Return the operation of a call in these API versions. `words` are its summary and description."""
    version = parameter(
        "X-XNG-ApiVersion",
        "header",
        "The version of the vendor's API.",
        {"type": "string", "enum": list(versions)},
        example=versions[0],
    )
    fault = partial(fault_of, "2" if versions == "2" else "1", "")
    headers = {429: RETRY_AFTER, 503: RETRY_AFTER}
    described = {
        "operationId": f"crossengage_rest_{name}",
        "tags": [TAG],
        "summary": words[0],
        "description": words[1],
        "security": [{SCHEME: []}],
        "parameters": [version, *(_IN_PATH[each] for each in needs), *query],
        "responses": {
            **error_responses(fault, _ERRORS, OF_ANY_CALL, {400: {"fields": wrong}}, headers),
            "401": {"description": DESCRIPTIONS[401]},
            **{str(status): each for status, each in answers.items()},
        },
    }
    return described | {"requestBody": request} if request else described


def _status(field: str, name: str, words: str, query: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """Return the two operations that read and set a status of a user."""
    schema = {"type": "object", "required": [field], "properties": {field: {"type": "boolean"}}}
    answers = {200: answer("The status.", schema, {"status": {field: True}}), 404: _UNKNOWN_USER}
    return {
        "get": operation(
            f"get_{name}", (f"Read {words}", f"Answers with {words}."), "1", answers, needs=("id",), query=query
        ),
        "put": operation(
            f"put_{name}",
            (f"Set {words}", f"Sets {words}, which is kept as a trait."),
            "1",
            answers,
            needs=("id",),
            query=query,
            request=body(schema, {"status": {field: True}}),
        ),
    }


_UNKNOWN_USER: Final = {"description": "There is no such user."}
_SHOWN: Final = answer("The user.", _USER, {"user": _ADA | {"xngId": "01998b0c-7c1e-7d4a-9f52-6b1d3c0e8a47"}})
_LATER: Final = answer("Accepted. The tracking id returns the state.", _TRACKING, {"accepted": _TRACKED})
_RESULTS: Final = {"updated": [{"id": "ext123456", "xngId": None, "success": True}], "deleted": []}

CALLS: Final[dict[str, Any]] = {
    "/users": {
        "put": operation(
            "put_user_later",
            (
                "Create or update a user, asynchronously",
                "The user's id is required. Attributes need not be registered.",
            ),
            "2",
            {202: _LATER},
            request=body(_USER | {"required": ["id"]}, {"user": _ADA}),
        )
    },
    "/users/{id}": {
        "put": operation(
            "put_user",
            (
                "Create or update a user",
                "Fields that are not sent keep their values. An id in the body must equal the id in the path.",
            ),
            "1",
            {
                200: answer("Stored durably. The profile is updated within seconds.", _ANY, {"taken": _TAKEN}),
                409: answer(
                    "The id in the body differs from the id in the path.",
                    _ERRORS,
                    {
                        "ids": _TAKEN
                        | {
                            "success": False,
                            "errors": [
                                {
                                    "field": "id",
                                    "type": "user_IDS_MISMATCH",
                                    "message": "The id in the body differs from the id in the path.",
                                }
                            ],
                        }
                    },
                ),
            },
            needs=("id",),
            wrong=_TAKEN | {"email": None, "success": False} | _WRONG_V1,
            request=body(_USER, {"user": _ADA}),
        ),
        "get": operation(
            "get_user",
            ("Read a user", "Includes everything accepted before for this user."),
            "12",
            {200: _SHOWN, 404: _UNKNOWN_USER},
            needs=("id",),
        ),
        "delete": operation(
            "delete_user",
            (
                "Delete a user",
                (
                    "Removes all traits and records the event `User Deleted`; reads answer 404 until a later "
                    "write. Identifiers and past events stay."
                ),
            ),
            "12",
            {204: {"description": "Deleted (version 1)."}, 202: _LATER, 404: _UNKNOWN_USER},
            needs=("id",),
        ),
    },
    "/users/batch": {
        "post": operation(
            "batch",
            (
                "Write and delete several users",
                f"At most {BATCH_LIMIT:,}. Valid entries are stored; version 1 answers 400 if any is invalid.",
            ),
            "12",
            {
                200: answer("All entries were accepted (version 1).", _ANY, {"taken": _RESULTS}),
                202: answer("The valid entries were accepted (version 2).", _TRACKING, {"accepted": _TRACKED}),
            },
            wrong={
                "updated": [{"id": "ext123456", "xngId": None, "success": False} | _WRONG_V1],
                "deleted": [],
            },
            request=body(
                {"type": "object", "properties": {"updated": _ENTRIES, "deleted": _ENTRIES}},
                {"one": {"updated": [_ADA]}},
            ),
        )
    },
    "/users/track/{trackingId}": {
        "get": operation(
            "track",
            (
                "Read the state of an asynchronous call",
                "PENDING until all entries are applied. Available for one day.",
            ),
            "2",
            {
                200: answer(
                    "The state.", _ANY, {"processed": {"stage": "PROCESSED", "total": 2, "success": 1, "error": 1}}
                ),
                404: {"description": "The tracking id is unknown or older than a day."},
            },
            needs=("trackingId",),
        )
    },
    "/users/email/{email}/bu/{bu}": {
        "get": operation(
            "get_user_by_email",
            ("Read a user by email and business unit", "The business unit may be empty."),
            "2",
            {200: _SHOWN, 404: _UNKNOWN_USER},
            needs=("email", "bu"),
        )
    },
    "/users/{id}/optout-status": _status("optOut", "optout", "a user's opt-out", (_CHANNEL,)),
    "/users/{id}/blacklist-status": _status("blacklisted", "blacklist", "whether a user is blacklisted"),
    "/users/{id}/recipient-status": {
        "get": operation(
            "get_recipient",
            ("Read a user's recipient status", "The blacklist and all opt-outs together."),
            "1",
            {
                200: answer(
                    "The status.",
                    _ANY,
                    {"status": {"blacklisted": False, "optOutAll": False, "optOutChannels": ["SMS"]}},
                ),
                404: _UNKNOWN_USER,
            },
            needs=("id",),
        )
    },
    "/leads": {
        "post": operation(
            "leads",
            ("Create or update leads", "Profiles by email and business unit, without an id."),
            "1",
            {
                200: answer(
                    "All leads were accepted.",
                    _ANY,
                    {"taken": {"updated": [{"xngId": None, "success": True}], "deleted": []}},
                )
            },
            wrong={"updated": [{"xngId": None, "success": False} | _WRONG_V1], "deleted": []},
            request=body(
                {"type": "object", "required": ["updated"], "properties": {"updated": _ENTRIES}},
                {"lead": {"updated": [{"email": "ada@example.com", "businessUnit": "north", "firstName": "Ada"}]}},
            ),
        )
    },
    "/events": {
        "post": operation(
            "events",
            (
                "Send events of a user",
                f"Up to {EVENTS_LIMIT}, by id or by email and business unit; all are stored, or none.",
            ),
            "1",
            {202: {"description": "Stored durably."}},
            wrong={"field": "event", "type": "NOT_NULL", "message": "events[0]: event is required."},
            request=body(
                {
                    "type": "object",
                    "required": ["events"],
                    "properties": {
                        "id": _ID,
                        "email": {"type": "string"},
                        "businessUnit": {"type": "string"},
                        "events": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": EVENTS_LIMIT,
                            "items": {
                                "type": "object",
                                "required": ["event"],
                                "properties": {
                                    "event": {"type": "string", "pattern": r"\S", "maxLength": ID_LIMIT},
                                    "properties": {"type": "object"},
                                },
                            },
                        },
                    },
                },
                {"event": {"id": "ext123456", "events": [{"event": "Viewed Product", "properties": {"sku": "A-1"}}]}},
            ),
        )
    },
}
