"""Errors that services raise: each has a code to act on, a message to read, and details for programs.

The codes are the public contract of the management API. Each caller maps errors to its own form in one place:
`web.errors` to a status and a JSON body, `console.error_pages` to a page, `cli.errors` to a line and an exit code.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from passerby.errors import StoreError, StoreUnavailable

RETRY_SECONDS = 5
"""When to try again after a temporary failure of a store."""
REPAIR_SECONDS = 60
"""When to try again where a store has to be repaired first."""


class ErrorCode(StrEnum):
    """The codes of errors, part of the API's contract. `web.errors.MEANING` explains each one."""

    INVALID_PARAMETER = "invalid_parameter"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    ALREADY_UNDONE = "already_undone"
    DEPENDENT_MERGE_EXISTS = "dependent_merge_exists"
    SAME_PROFILE = "same_profile"
    FORBIDDEN_MERGE = "forbidden_merge"
    LIMIT_EXCEEDED = "limit_exceeded"
    CUSTOMER_ID_NOT_DETACHABLE = "customer_id_not_detachable"
    IDENTIFIER_REASSIGNED = "identifier_reassigned"
    INTERNAL_ERROR = "internal_error"
    NOT_READY = "not_ready"
    NOT_YET_VISIBLE = "not_yet_visible"
    OVERLOADED = "overloaded"
    EVENTS_UNAVAILABLE = "events_unavailable"
    STORE_UNAVAILABLE = "store_unavailable"


class ServiceError(Exception):
    """A request failed: its code, a sentence for users, details for programs, and headers of the HTTP response."""

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


class NotFound(ServiceError):
    """The project has no object with this id or name."""

    def __init__(self, what: str) -> None:
        super().__init__(ErrorCode.NOT_FOUND, f"no such {what}")
        self.what = what


class Forbidden(ServiceError):
    """The caller lacks a permission."""

    def __init__(self, permission: str, message: str = "") -> None:
        message = message or f"this requires the permission {permission}"
        super().__init__(ErrorCode.FORBIDDEN, message, {"scope": str(permission)})


class InvalidParameters(ServiceError):
    """Invalid parameters, each with its `name` and a `message`."""

    def __init__(self, parameters: list[dict[str, str]]) -> None:
        message = "; ".join(f"{fault['name']}: {fault['message']}" for fault in parameters)
        super().__init__(ErrorCode.INVALID_PARAMETER, message, {"parameters": parameters})
        self.parameters = parameters


class AlreadyUndone(ServiceError):
    """The merge or detachment was undone before."""

    def __init__(self, what: str, **details: str) -> None:
        super().__init__(ErrorCode.ALREADY_UNDONE, f"this {what} was undone before", details)


class DependentMerge(ServiceError):
    """A later merge builds on this one and has to be undone first."""

    def __init__(self, merge_id: str) -> None:
        message = f"a later merge builds on this one: undo merge {merge_id} first"
        super().__init__(ErrorCode.DEPENDENT_MERGE_EXISTS, message, {"merge_id": merge_id})


class SameProfile(ServiceError):
    """Two ids belong to the same profile."""

    def __init__(self) -> None:
        super().__init__(ErrorCode.SAME_PROFILE, "these are one profile already")


class ForbiddenMerge(ServiceError):
    """Rule R3 blocks a merge; `rule` is the part of it, `remedy` the way to merge the profiles nevertheless."""

    def __init__(self, rule: str, sentence: str, remedy: str = "set `force` to merge them") -> None:
        super().__init__(ErrorCode.FORBIDDEN_MERGE, f"{sentence}; {remedy}", {"rule": rule})


class LimitExceeded(ServiceError):
    """The merged profile would hold too many identifiers of a namespace."""

    def __init__(self, namespace: str) -> None:
        message = f"together they would exceed the limit of {namespace}"
        super().__init__(ErrorCode.LIMIT_EXCEEDED, message, {"namespace": namespace})


class CustomerIdNotDetachable(ServiceError):
    """A customer id cannot be detached from its profile."""

    def __init__(self) -> None:
        message = "a customer id cannot be detached: undo the merge that brought it"
        super().__init__(ErrorCode.CUSTOMER_ID_NOT_DETACHABLE, message)


class IdentifierReassigned(ServiceError):
    """The identifier has been reassigned to another profile."""

    def __init__(self) -> None:
        super().__init__(ErrorCode.IDENTIFIER_REASSIGNED, "the identifier has been reassigned to another profile")


class EventsUnavailable(ServiceError):
    """The event store cannot be read at the moment."""

    def __init__(self) -> None:
        super().__init__(ErrorCode.EVENTS_UNAVAILABLE, "the event store cannot be read now")


def store_unavailable(error: StoreError) -> ServiceError:
    """Return the error for a store that fails: what to do, and after how long a caller may try again.

    The engine's own text is left out, as it may have paths: the server log has it.
    """
    if isinstance(error, StoreUnavailable):
        seconds = RETRY_SECONDS
        advice = "try again in a few seconds; if that does not help, check disk space and the server log"
    else:
        seconds = REPAIR_SECONDS
        advice = "run `passerby doctor` on the server, which says what to repair"
    message = f"{error.store} cannot be read or written now: {advice}"
    headers = {"Retry-After": str(seconds)}
    return ServiceError(ErrorCode.STORE_UNAVAILABLE, message, {"store": error.store.removeprefix("the ")}, headers)


def not_found(what: str) -> NotFound:
    """Return the error for an object that the project does not have."""
    return NotFound(what)


def invalid(parameter: str, message: str) -> InvalidParameters:
    """Return the error for one invalid parameter."""
    return InvalidParameters([{"name": parameter, "message": message}])
