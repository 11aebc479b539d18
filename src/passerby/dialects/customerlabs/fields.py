"""Reads fields and validates them as the vendor documents.

Reading stops at the first invalid field: the vendor's response contains one error.
"""

from __future__ import annotations

from typing import Any, Final

from passerby.dialects.common.times import read_utc
from passerby.dialects.common.values import ID_LIMIT
from passerby.dialects.contract import Credentials
from passerby.dialects.customerlabs.keys import APP_ID_KIND

REQUIRED: Final = "is required"


class Invalid(Exception):
    """A field is invalid. `field` is its path in the body ("" for the body), `problem` the reason."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field or 'body'}: {problem}")
        self.field = field
        self.problem = problem


def object_body(body: Any) -> dict[str, Any]:
    """Return the body of a call with one object."""
    if type(body) is not dict:
        raise Invalid("", "must be a JSON object")
    return body


def required_text(body: dict[str, Any], field: str) -> str:
    """Return a required non-blank string."""
    value = body.get(field)
    if value is None or value == "":
        raise Invalid(field, REQUIRED)
    if type(value) is not str:
        raise Invalid(field, "must be a string")
    if value.isspace():
        raise Invalid(field, REQUIRED)
    return value


def required_id(body: dict[str, Any], field: str) -> str:
    """Return a required id."""
    value = body.get(field)
    if type(value) is str and len(value) > ID_LIMIT:
        raise Invalid(field, f"must have at most {ID_LIMIT} characters")
    return required_text(body, field)


def required_object(body: dict[str, Any], field: str) -> dict[str, Any]:
    """Return a required object, which may be empty. PHP encodes an empty object as `[]`."""
    value = body.get(field)
    if type(value) is dict:
        return value
    if value is None:
        raise Invalid(field, REQUIRED)
    if value != []:
        raise Invalid(field, "must be an object")
    return {}


def optional_object(body: dict[str, Any], field: str) -> dict[str, Any]:
    """Return an object, {} if absent."""
    return {} if body.get(field) in (None, "") else required_object(body, field)


def required_time(body: dict[str, Any], field: str) -> int:
    """Return a required time in milliseconds (Mobile Tracking API: ISO 8601 with UTC timezone)."""
    time = read_utc(required_text(body, field))
    if time is None:
        raise Invalid(field, "must be ISO 8601 in UTC, such as 2026-03-12T05:45:15Z")
    return time


def application(body: dict[str, Any], credentials: Credentials, project: int | None = None) -> int:
    """Return the project of the app id in `id`, which must be the given one if there is one."""
    named = credentials.project(APP_ID_KIND, required_id(body, "id"))
    if named is None or project not in (None, named):
        raise Invalid("id", "there is no such application")
    return named
