"""Error responses of the management API: `{"error": {"code", "message", "details"}}`.

The codes are a public contract: clients may act on them. Errors are ServiceErrors, errors of Litestar (unknown path,
wrong method, invalid parameter), and unexpected exceptions; the handlers below give all of them the same shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from passerby import logs
from passerby.errors import StoreError
from passerby.services.errors import ErrorCode, InvalidParameters, ServiceError, invalid, store_unavailable

_log = logs.get("api")

AnyRequest = Request[Any, Any, Any]


STATUS: Mapping[ErrorCode, HTTPStatus] = {
    ErrorCode.INVALID_PARAMETER: HTTPStatus.BAD_REQUEST,
    ErrorCode.UNAUTHORIZED: HTTPStatus.UNAUTHORIZED,
    ErrorCode.FORBIDDEN: HTTPStatus.FORBIDDEN,
    ErrorCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorCode.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    ErrorCode.ALREADY_UNDONE: HTTPStatus.CONFLICT,
    ErrorCode.DEPENDENT_MERGE_EXISTS: HTTPStatus.CONFLICT,
    ErrorCode.SAME_PROFILE: HTTPStatus.CONFLICT,
    ErrorCode.FORBIDDEN_MERGE: HTTPStatus.CONFLICT,
    ErrorCode.LIMIT_EXCEEDED: HTTPStatus.CONFLICT,
    ErrorCode.CUSTOMER_ID_NOT_DETACHABLE: HTTPStatus.CONFLICT,
    ErrorCode.IDENTIFIER_REASSIGNED: HTTPStatus.CONFLICT,
    ErrorCode.INTERNAL_ERROR: HTTPStatus.INTERNAL_SERVER_ERROR,
    ErrorCode.NOT_READY: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorCode.NOT_YET_VISIBLE: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorCode.OVERLOADED: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorCode.EVENTS_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorCode.STORE_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}

MEANING: Mapping[ErrorCode, str] = {
    ErrorCode.INVALID_PARAMETER: "A parameter is missing, out of range or invalid; `details.parameters` lists them.",
    ErrorCode.UNAUTHORIZED: "The bearer token is missing, unknown or revoked.",
    ErrorCode.FORBIDDEN: "The caller lacks a permission: the token has no scope `details.scope`.",
    ErrorCode.NOT_FOUND: "The object does not exist in the project of this token.",
    ErrorCode.METHOD_NOT_ALLOWED: "The path does not support this method; the header `Allow` lists those it does.",
    ErrorCode.ALREADY_UNDONE: "The merge was undone before.",
    ErrorCode.DEPENDENT_MERGE_EXISTS: "A later merge depends on this one: undo `details.merge_id` first.",
    ErrorCode.SAME_PROFILE: "Both IDs belong to the same profile.",
    ErrorCode.FORBIDDEN_MERGE: "Rule R3 blocks the merge; `details.rule` names its part, `force` overrides it.",
    ErrorCode.LIMIT_EXCEEDED: "The merged profile would exceed the identifier limit of `details.namespace`.",
    ErrorCode.CUSTOMER_ID_NOT_DETACHABLE: "A user ID cannot be detached from its profile.",
    ErrorCode.IDENTIFIER_REASSIGNED: "The identifier has been reassigned to another profile.",
    ErrorCode.INTERNAL_ERROR: "An unexpected error of the server. The server log has its traceback.",
    ErrorCode.NOT_READY: "A component of the server fails its check; `details.checks` names it.",
    ErrorCode.NOT_YET_VISIBLE: "Messages acknowledged before the request did not become visible within `wait`.",
    ErrorCode.OVERLOADED: "Too many requests are waiting; try again after `Retry-After` seconds.",
    ErrorCode.EVENTS_UNAVAILABLE: "The event store cannot be read now; everything else can.",
    ErrorCode.STORE_UNAVAILABLE: "The store `details.store` fails; try again after `Retry-After` seconds.",
}
"""The meaning of each code, for the reference page."""


PRIVATE: Mapping[str, str] = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""Headers of every response: it has personal data, which no cache may store."""


class ErrorBody(msgspec.Struct, kw_only=True):
    """An error: a code to act on, a sentence to read, and details of the code."""

    code: ErrorCode
    message: str
    details: dict[str, Any]


class ErrorAnswer(msgspec.Struct, kw_only=True):
    """The response of every request with a status of 400 or more."""

    error: ErrorBody


def answer_api_error(_: AnyRequest, error: ServiceError) -> Response[ErrorAnswer]:
    """Handle an error that a service or route raised."""
    body = ErrorBody(code=error.code, message=error.message, details=dict(error.details))
    return Response(ErrorAnswer(error=body), status_code=STATUS[error.code], headers={**PRIVATE, **error.headers})


def answer_framework_error(request: AnyRequest, error: HTTPException) -> Response[ErrorAnswer]:
    """Handle an error of the framework: path, method or parameter."""
    return answer_api_error(request, understood(error)) if error.status_code < _FAULT else answer_fault(request, error)


def answer_fault(request: AnyRequest, error: Exception) -> Response[ErrorAnswer]:
    """Handle an unexpected exception: log it in full, and answer without its text, which may have personal data."""
    _log.error("a request failed", exc_info=error)
    return answer_api_error(
        request,
        ServiceError(ErrorCode.INTERNAL_ERROR, "the server failed; its log has the reason"),
    )


def answer_store_failure(request: AnyRequest, error: StoreError) -> Response[ErrorAnswer]:
    """Handle a store that fails: log the engine's error, and answer what to do."""
    _log.error("a store failed", store=error.store, exc_info=error)
    return answer_api_error(request, store_unavailable(error))


def answer_depth(request: AnyRequest, _: RecursionError) -> Response[ErrorAnswer]:
    """Handle a body that is nested too deeply for the decoder."""
    return answer_api_error(request, invalid("body", "Expected fewer levels of nesting"))


_FAULT = 500


def understood(error: HTTPException) -> ServiceError:
    """Return the ServiceError for an error of the framework: path, method or parameters."""
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return ServiceError(ErrorCode.NOT_FOUND, "unknown path")
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return ServiceError(ErrorCode.METHOD_NOT_ALLOWED, "method not allowed", headers=error.headers)
    if not isinstance(error, ValidationException) or not isinstance(error.extra, list):
        return InvalidParameters([{"name": "", "message": error.detail}])
    # `key` is missing where the error is about the body as a whole.
    return InvalidParameters([{"name": each.get("key", ""), "message": each["message"]} for each in error.extra])
