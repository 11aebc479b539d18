"""Exception handlers: an error page for browsers, the API's error for JSON representations."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from litestar import Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap

from passerby.console.auth.permissions import CrossOriginRequest, LoginRequired, PermissionDenied
from passerby.console.forms import faults_of, reject, sentence
from passerby.console.middleware import AS_JSON
from passerby.console.rendering import render
from passerby.console.routing import SEE_OTHER
from passerby.errors import StoreError
from passerby.services.errors import ErrorCode, ServiceError, store_unavailable
from passerby.web.errors import (
    PRIVATE,
    STATUS,
    AnyRequest,
    answer_api_error,
    answer_fault,
    answer_framework_error,
    answer_store_failure,
    understood,
)

AnyResponse = Response[Any]

_TITLES: Final = {
    ErrorCode.NOT_FOUND: "Page not found",
    ErrorCode.EVENTS_UNAVAILABLE: "Events are temporarily unavailable",
    ErrorCode.OVERLOADED: "Too many requests",
    ErrorCode.INVALID_PARAMETER: "Invalid input",
}
"""Titles of service errors. Others are called a failed request."""
_FRAMEWORK: Final = {
    HTTPStatus.NOT_FOUND: ("Page not found", "Check the address: the page may have been moved or deleted."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("Method not allowed", ""),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("Request too large", ""),
}
"""Title and text of the framework's errors that are not about a parameter."""


def answer_sign_in_needed(request: AnyRequest, _: LoginRequired) -> AnyResponse:
    """Redirect to the sign-in page, which leads back; htmx requests get a header, as htmx follows redirects itself."""
    if request.scope.get(AS_JSON):
        return answer_api_error(request, ServiceError(ErrorCode.UNAUTHORIZED, "this requires a signed-in user"))
    if "hx-request" in request.headers:
        return Response(b"", status_code=HTTPStatus.UNAUTHORIZED, headers={**PRIVATE, "HX-Redirect": "/sign-in"})
    if request.method != "GET":  # a form cannot be sent again by a redirect
        return Redirect("/sign-in", status_code=SEE_OTHER)
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Redirect(f"/sign-in?to={quote(asked)}", status_code=SEE_OTHER)


def answer_not_allowed(request: AnyRequest, _: PermissionDenied) -> AnyResponse:
    """Answer 403 for a user without the required role."""
    if request.scope.get(AS_JSON):
        return answer_api_error(request, ServiceError(ErrorCode.FORBIDDEN, "this requires the role admin"))
    text = "This page requires the role admin. You are signed in as a viewer (read-only)."
    return _page(request, HTTPStatus.FORBIDDEN, "Permission denied", text)


def answer_foreign(request: AnyRequest, _: CrossOriginRequest) -> AnyResponse:
    """Answer 403 for a cross-origin form."""
    text = "The form was not sent from a page of the console. Open the page again and repeat the request."
    return _page(request, HTTPStatus.FORBIDDEN, "Request rejected", text)


def answer_api(request: AnyRequest, error: ServiceError) -> AnyResponse:
    """Show a service's error as a page, or on the form that caused it."""
    if request.scope.get(AS_JSON):
        return answer_api_error(request, error)
    reject(request, error)
    return _page(request, STATUS[error.code], _TITLES.get(error.code, "Request failed"), sentence(error.message))


def answer_framework(request: AnyRequest, error: HTTPException) -> AnyResponse:
    """Answer an invalid path, method, parameter or form."""
    if request.scope.get(AS_JSON):
        return answer_framework_error(request, error)
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return answer_broken(request, error)
    status = HTTPStatus(error.status_code)
    if status in _FRAMEWORK:
        return _page(request, status, *_FRAMEWORK[status])
    fault = understood(error)
    reject(request, fault)
    texts = (f"{name}: {text}" if name else text for name, text in faults_of(fault).items())
    return _page(request, status, "Invalid input", " ".join(texts))


def answer_broken(request: AnyRequest, error: Exception) -> AnyResponse:
    """Log an internal error with its traceback, and answer 500 without it."""
    answer = answer_fault(request, error)
    if request.scope.get(AS_JSON):
        return answer
    text = "The error is in the server log. Received events are not affected."
    return _page(request, HTTPStatus.INTERNAL_SERVER_ERROR, "Internal server error", text)


def answer_store(request: AnyRequest, error: StoreError) -> AnyResponse:
    """Log a failure of a store, and answer 503 with what to do."""
    answer = answer_store_failure(request, error)
    if request.scope.get(AS_JSON):
        return answer
    failure = store_unavailable(error)
    shown = _page(request, STATUS[failure.code], "Temporarily unavailable", sentence(failure.message))
    shown.headers.update(failure.headers)
    return shown


def answer_unrouted(request: AnyRequest, error: HTTPException) -> AnyResponse:
    """Answer a path without a route: browsers get a page, API clients the API's error."""
    if "text/html" in request.headers.get("accept", ""):
        return answer_framework(request, error)
    return answer_framework_error(request, error)


def _page(request: AnyRequest, status: HTTPStatus, title: str, text: str) -> Response[str]:
    # No page where the error was raised before `page_context_of` was done, such as for an unknown project.
    page = getattr(request.state, "page", None)
    content = render("failure.html", page=page, title=title, text=text)
    return Response(content, media_type="text/html", status_code=status, headers=PRIVATE)


HANDLERS: ExceptionHandlersMap = {
    LoginRequired: answer_sign_in_needed,
    PermissionDenied: answer_not_allowed,
    CrossOriginRequest: answer_foreign,
    ServiceError: answer_api,
    StoreError: answer_store,
    HTTPException: answer_framework,
    Exception: answer_broken,
}
