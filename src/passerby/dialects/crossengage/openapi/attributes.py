"""The attributes of CrossEngage's REST API in OpenAPI 3.1."""

from __future__ import annotations

from typing import Any, Final

from passerby.dialects.common.openapi import answer, body
from passerby.dialects.crossengage.attributes import MOST, NAMED, PAGE
from passerby.dialects.crossengage.openapi.rest import operation, parameter

_OBJECT: Final[dict[str, Any]] = {"type": "object"}
_REGISTERED: Final = {
    "requestId": "01998b0c-7c1e-7d4a-9f52-6b1d3c0e8a47",
    "message": f"attributeType must be one of {', '.join(NAMED)}.",
}
_ATTRIBUTE: Final = {"name": "traits.plan", "attributeType": "STRING"}
_HELD: Final = answer("The attribute.", _OBJECT, {"attribute": {"id": 1_366_411_143} | _ATTRIBUTE})
_NO_ATTRIBUTE: Final = {"description": "No attribute has this id."}

CALLS: Final[dict[str, Any]] = {
    "/users/attributes": {
        "get": operation(
            "list_attributes",
            (
                "List attributes",
                f"The traits of the data catalog by name. `offset` and `limit` ({PAGE}, at most {MOST}) choose a page.",
            ),
            "1",
            {
                200: answer(
                    "A page of attributes; `total` is a string.",
                    _OBJECT,
                    {"page": {"attributes": [{"id": 1_366_411_143} | _ATTRIBUTE], "total": "1"}},
                )
            },
            wrong=_REGISTERED,
            query=(
                parameter("offset", "query", "Attributes to skip.", {"type": "integer", "minimum": 0, "default": 0}),
                parameter(
                    "limit",
                    "query",
                    "Attributes on a page.",
                    {"type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE},
                ),
            ),
        ),
        "post": operation(
            "create_attribute",
            (
                "Create an attribute",
                "Not needed: a trait is listed from its first value on. Refused if values of another type arrived.",
            ),
            "1",
            {200: _HELD},
            wrong=_REGISTERED,
            request=body(_OBJECT, {"attribute": _ATTRIBUTE}),
        ),
    },
    "/users/attributes/{attrId}": {
        "get": operation(
            "get_attribute",
            ("Read an attribute", "One trait of the data catalog."),
            "1",
            {200: _HELD, 404: _NO_ATTRIBUTE},
            needs=("attrId",),
        ),
        "delete": operation(
            "delete_attribute",
            ("Delete an attribute", "Refused with 409: an administrator deletes attributes in the data catalog."),
            "1",
            {404: _NO_ATTRIBUTE, 409: answer("In use.", _OBJECT, {"in_use": _REGISTERED | {"message": "In use."}})},
            needs=("attrId",),
        ),
    },
}
