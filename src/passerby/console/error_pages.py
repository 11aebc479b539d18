"""Exception handlers: an error page for browsers, the API's error for JSON representations."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap

from passerby.console.auth.permissions import CrossOriginRequest, LoginRequired, PermissionDenied
from passerby.console.forms import faults_of, reject
from passerby.console.middleware import AS_JSON
from passerby.console.rendering import render
from passerby.console.routing import SEE_OTHER
from passerby.services.errors import ErrorCode, ServiceError
from passerby.web.errors import (
    PRIVATE,
    STATUS,
    AnyRequest,
    answer_api_error,
    answer_fault,
    answer_framework_error,
    understood,
)

AnyResponse = Response[Any]


def answer_sign_in_needed(request: AnyRequest, _: LoginRequired) -> AnyResponse:
    """Redirect to the sign-in page, which leads back; htmx requests get a header, as htmx follows redirects itself."""
    if request.scope.get(AS_JSON):
        return answer_api_error(request, ServiceError(ErrorCode.UNAUTHORIZED, "this requires a signed-in user"))
    if "hx-request" in request.headers:
        return Response(b"", status_code=HTTPStatus.UNAUTHORIZED, headers={**PRIVATE, "HX-Redirect": "/sign-in"})
    back = f"?to={quote(_asked(request))}" if request.method == "GET" else ""
    return Redirect(f"/sign-in{back}", status_code=SEE_OTHER)


def answer_not_allowed(request: AnyRequest, _: PermissionDenied) -> AnyResponse:
    """Answer 403 for a user without the required role."""
    if request.scope.get(AS_JSON):
        return answer_api_error(request, ServiceError(ErrorCode.FORBIDDEN, "this requires the role admin"))
    return _page(request, HTTPStatus.FORBIDDEN, "Permission denied", _VIEWER)


def answer_foreign(request: AnyRequest, _: CrossOriginRequest) -> AnyResponse:
    """Answer 403 for a cross-origin form."""
    return _page(request, HTTPStatus.FORBIDDEN, "Request rejected", _FOREIGN)


def answer_api(request: AnyRequest, error: ServiceError) -> AnyResponse:
    """Show a service's error as a page, or on the form that caused it."""
    if request.scope.get(AS_JSON):
        return answer_api_error(request, error)
    reject(request, error)
    return _page(request, STATUS[error.code], _TITLES.get(error.code, "Request failed"), _sentence(error.message))


def answer_framework(request: AnyRequest, error: HTTPException) -> AnyResponse:
    """Answer an invalid path, method, parameter or form."""
    if request.scope.get(AS_JSON):
        return answer_framework_error(request, error)
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return answer_broken(request, error)
    found = HTTPStatus(error.status_code)
    if found in _NAMES:
        return _page(request, found, _NAMES[found], _EXPLAINED.get(found, ""))
    fault = understood(error)
    reject(request, fault)
    texts = (f"{name}: {text}" if name else text for name, text in faults_of(fault).items())
    return _page(request, found, "Invalid input", " ".join(texts))


def answer_broken(request: AnyRequest, error: Exception) -> AnyResponse:
    """Log an internal error with its traceback, and answer 500 without it."""
    answer = answer_fault(request, error)
    if request.scope.get(AS_JSON):
        return answer
    return _page(request, HTTPStatus.INTERNAL_SERVER_ERROR, "Internal server error", _FAULT)


def answer_unrouted(request: AnyRequest, error: HTTPException) -> AnyResponse:
    """Answer a path without a route: browsers get a page, API clients the API's error."""
    if "text/html" in request.headers.get("accept", ""):
        return answer_framework(request, error)
    return answer_framework_error(request, error)


HANDLERS: ExceptionHandlersMap = {
    LoginRequired: answer_sign_in_needed,
    PermissionDenied: answer_not_allowed,
    CrossOriginRequest: answer_foreign,
    ServiceError: answer_api,
    HTTPException: answer_framework,
    Exception: answer_broken,
}

_VIEWER = "This page requires the role admin. You are signed in as a viewer (read-only)."
_FOREIGN = "The form was not sent from a page of the console. Open the page again and repeat the request."
_FAULT = "The error is in the server log. Received events are not affected."
_TITLES = {
    ErrorCode.NOT_FOUND: "Page not found",
    ErrorCode.EVENTS_UNAVAILABLE: "Events are temporarily unavailable",
    ErrorCode.OVERLOADED: "Too many requests",
    ErrorCode.INVALID_PARAMETER: "Invalid input",
}
_NAMES = {
    HTTPStatus.NOT_FOUND: "Page not found",
    HTTPStatus.METHOD_NOT_ALLOWED: "Method not allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Request too large",
}
_EXPLAINED = {HTTPStatus.NOT_FOUND: "Check the address: the page may have been moved or deleted."}


def _asked(request: AnyRequest) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}."


def _page(request: AnyRequest, status: HTTPStatus, title: str, text: str) -> Response[str]:
    page = getattr(request.state, "page", None)
    content = render("failure.html", page=page, title=title, text=text)
    return Response(content, media_type="text/html", status_code=status, headers=PRIVATE)
