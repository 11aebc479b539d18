"""Segment's calls that are made by GET, in OpenAPI 3.1: settings of SDKs, and pixels."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import msgspec

from passerby.dialects.common.openapi import DESCRIPTIONS, OF_ANY_CALL, RETRY_AFTER, answer, refusals
from passerby.dialects.contract import Fault
from passerby.dialects.segment.browser import (
    BAD_HOST,
    CUSTOMERIO_INTEGRATION,
    CUSTOMERIO_PREFIX,
    PREFIX,
    SEGMENT_INTEGRATION,
    SETTINGS,
    SOURCE_CONFIG,
    UNKNOWN_PROJECT,
)
from passerby.dialects.segment.calls import TYPES, fault
from passerby.dialects.segment.keys import KEY
from passerby.dialects.segment.openapi.calls import KEY_IN_QUERY, NO_BODY, OBJECT, REFUSED, SECURITY, TAG
from passerby.dialects.segment.pixels import RUDDERSTACK_PREFIX, RUDDERSTACK_TYPES, SEGMENT_PREFIX
from passerby.dialects.segment.pixels import fault as pixel_fault

_SETTINGS_ANSWER: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["integrations", "metrics", "plan", "edgeFunction"],
    "properties": {"integrations": OBJECT, "metrics": OBJECT, "plan": OBJECT, "edgeFunction": OBJECT},
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
                "config": OBJECT,
                "destinations": {"type": "array", "maxItems": 0},
                "dataplanes": OBJECT | {"description": "Only where the public address of this port is certain."},
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

_refusals = partial(refusals, partial(fault, "GET"), REFUSED, headers={429: RETRY_AFTER, 503: RETRY_AFTER})


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
                "No project has this write key.", REFUSED, {"unknown_key": msgspec.json.decode(UNKNOWN_PROJECT.body)}
            ),
            **_refusals(NO_BODY, bad_host),
        },
    }


def _source_config(method: str) -> dict[str, Any]:
    return {
        "operationId": f"segment_source_config_{method}",
        "tags": [TAG],
        "summary": "Get the source configuration of RudderStack's SDKs",
        "description": "An enabled source without destinations.",
        "security": SECURITY,
        "parameters": [KEY_IN_QUERY],
        "responses": {
            "200": answer("The source.", _SOURCE_ANSWER, {"source": _SOURCE_EXAMPLE}),
            **_refusals((Fault.UNKNOWN_KEY, *NO_BODY), {}),
        },
    }


_PICTURE: Final = {"image/gif": {"schema": {"type": "string", "format": "binary"}}}


def _pixel(operation_id: str, type_: str) -> dict[str, Any]:
    """A pixel. Its answers have no words, so that there are no examples of them."""
    statuses = sorted({pixel_fault(what).status for what in (Fault.UNKNOWN_KEY, *OF_ANY_CALL)})
    limited = {status: {"headers": dict(RETRY_AFTER)} for status in (429, 503)}
    return {
        "operationId": operation_id,
        "tags": [TAG],
        "summary": f"Send a {type_} call from an image",
        "description": "The answer is a transparent GIF under every status.",
        "security": SECURITY,
        "parameters": [
            KEY_IN_QUERY,
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


def _pixels() -> dict[str, Any]:
    found = {f"{SEGMENT_PREFIX}{type_}": _pixel(f"segment_pixel_{type_}", type_) for type_ in TYPES}
    for type_ in RUDDERSTACK_TYPES:
        found[f"{RUDDERSTACK_PREFIX}{type_}"] = _pixel(f"segment_rudderstack_pixel_{type_}", type_)
    return {path: {"get": operation} for path, operation in found.items()}


CALLS: Final[dict[str, Any]] = _pixels() | {
    f"{PREFIX}{{{KEY}}}/{SETTINGS}": {"get": _settings("segment_settings", "analytics.js", SEGMENT_INTEGRATION)},
    f"{CUSTOMERIO_PREFIX}{{{KEY}}}/{SETTINGS}": {
        "get": _settings("segment_settings_customerio", "Customer.io's browser SDK", CUSTOMERIO_INTEGRATION)
    },
    SOURCE_CONFIG: {method: _source_config(method) for method in ("get", "head")},
}
