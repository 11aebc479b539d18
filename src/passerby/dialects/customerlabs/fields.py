"""Reads fields as strictly as the vendor documents them.

The first that is wrong ends the reading: the vendor's answer has room for one.
"""

from __future__ import annotations

from typing import Any, Final

from passerby.dialects.common.times import read_utc
from passerby.dialects.contract import Credentials
from passerby.dialects.customerlabs.keys import APP_ID_KIND

ID_LIMIT: Final = 512
"""The most characters that an id or a session id may have. The vendor names no limit."""

REQUIRED: Final = "is required"


class Invalid(Exception):
    """A field cannot be taken; `field` is its path in the body ("" for the body), `problem` what is wrong with it."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field or 'body'}: {problem}")
        self.field = field
        self.problem = problem


def object_body(body: Any) -> dict[str, Any]:
    """The body of a call that takes one object."""
    if type(body) is not dict:
        raise Invalid("", "must be a JSON object")
    return body


def required_text(body: dict[str, Any], field: str) -> str:
    """A string that says something."""
    value = body.get(field)
    if value is None or value == "":
        raise Invalid(field, REQUIRED)
    if type(value) is not str:
        raise Invalid(field, "must be a string")
    if value.isspace():
        raise Invalid(field, REQUIRED)
    return value


def required_id(body: dict[str, Any], field: str) -> str:
    """A string that can name something."""
    value = body.get(field)
    if type(value) is str and len(value) > ID_LIMIT:
        raise Invalid(field, f"must have at most {ID_LIMIT} characters")
    return required_text(body, field)


def required_object(body: dict[str, Any], field: str) -> dict[str, Any]:
    """An object, which may be empty. PHP encodes an empty object as `[]`."""
    value = body.get(field)
    if type(value) is dict:
        return value
    if value is None:
        raise Invalid(field, REQUIRED)
    if value != []:
        raise Invalid(field, "must be an object")
    return {}


def optional_object(body: dict[str, Any], field: str) -> dict[str, Any]:
    """An object, empty where there is none."""
    return {} if body.get(field) in (None, "") else required_object(body, field)


def required_time(body: dict[str, Any], field: str) -> int:
    """A time in milliseconds (Mobile Tracking API: ISO 8601 with UTC timezone)."""
    time = read_utc(required_text(body, field))
    if time is None:
        raise Invalid(field, "must be ISO 8601 in UTC, such as 2026-03-12T05:45:15Z")
    return time


def application(body: dict[str, Any], credentials: Credentials, project: int | None = None) -> int:
    """The project that `id` names, which must be the given one where there is one."""
    named = credentials.project(APP_ID_KIND, required_id(body, "id"))
    if named is None or project not in (None, named):
        raise Invalid("id", "there is no such application")
    return named
