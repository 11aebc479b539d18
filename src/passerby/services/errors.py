"""Errors that services raise: each has a code to act on, a message to read, and details for programs.

The codes are the public contract of the management API. Each caller maps errors to its own form in one place:
`web.errors` to a status and a JSON body, `console.failures` to a page, `cli.errors` to a line and an exit code.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class ErrorCode(StrEnum):
    """What can go wrong. The text of each member is what it means."""

    INVALID_PARAMETER = "invalid_parameter"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    ALREADY_UNDONE = "already_undone"
    BUILT_ON = "built_on"
    SAME_PROFILE = "same_profile"
    FORBIDDEN_MERGE = "forbidden_merge"
    LIMIT_EXCEEDED = "limit_exceeded"
    CUSTOMER_STAYS = "customer_stays"
    MOVED_ON = "moved_on"
    INTERNAL_ERROR = "internal_error"
    NOT_READY = "not_ready"
    NOT_YET_VISIBLE = "not_yet_visible"
    OVERLOADED = "overloaded"
    EVENTS_UNAVAILABLE = "events_unavailable"


class ApiError(Exception):
    """A request that is not granted: one of the codes, a sentence for people, and details for programs."""

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details or {}
        self.headers = headers or {}


def not_found(what: str) -> ApiError:
    """The error for a thing that this project does not have."""
    return ApiError(ErrorCode.NOT_FOUND, f"no such {what}")


def invalid(parameter: str, message: str) -> ApiError:
    """The error for one parameter that cannot be used."""
    return invalid_parameters([{"name": parameter, "message": message}])


def invalid_parameters(parameters: list[dict[str, str]]) -> ApiError:
    """Return the error for several parameters, each with its `name` and a `message`."""
    message = "; ".join(f"{fault['name']}: {fault['message']}" for fault in parameters)
    return ApiError(ErrorCode.INVALID_PARAMETER, message, {"parameters": parameters})
