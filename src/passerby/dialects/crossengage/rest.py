"""Common parts of CrossEngage's REST API: authorisation, API versions and error formats.

Source: CrossEngage, User Management API v1 and v2. Version 1 answers with the result and names errors by `field` and
`type`. Version 2 answers 202 with a tracking id and names errors by a numeric `code` and a JSON pointer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from passerby.dialects.common.answers import ANSWERS, text
from passerby.dialects.contract import Credentials, Fault, Lookup, Outcome, Reply, Request, RequestFault
from passerby.dialects.crossengage.keys import NAME, TOKEN_HEADER, TOKEN_KIND
from passerby.messages import Identifier, Message

VERSION_HEADER: Final = "x-xng-apiversion"

WRONG: Final = "WRONG_VALUE"
MISSING: Final = "NOT_NULL"
FORMAT: Final = "WRONG_FORMAT"
UNKNOWN: Final = "UNKNOWN_VALUE"

DELETED: Final = "crossengage_deleted"
"""Member of a profile's context: true after DELETE. Every later write over REST removes it."""

_TITLES: Final[Mapping[str, str]] = {
    "1": "Invalid JSON",
    "2": "Invalid Field",
    "3": "Invalid Attribute Type",
    "4": "Invalid Email Format",
    "7": "Identifier Mismatch",
    "8": "Invalid Business Unit Format",
    "9": "Max batch request size violation",
    "10": "Request processing failed",
}
_INFO: Final = "https://docs.crossengage.io/errors#"


class Problem(NamedTuple):
    """An error of a field. `kind` is the `type` of version 1, `code` that of version 2. `field` is "" for the entry."""

    field: str
    kind: str
    code: str
    message: str


class Sent(msgspec.Struct, frozen=True):
    """An authorised request: the project of its token, its API version, and the parameters in its path."""

    request: Request
    project: int
    version: str
    parameters: Mapping[str, str]

    @property
    def asynchronous(self) -> bool:
        """Whether the response is a tracking id."""
        return self.version == "2"

    def lookup(self, identifier: Identifier, proceed: Callable[..., Outcome | Lookup]) -> Lookup:
        """Return a lookup of the profile with this identifier."""
        return Lookup(self.project, (identifier,), None, proceed)

    def identify(self, identifiers: Sequence[Identifier], traits: dict[str, Any], *, deleted: bool = False) -> Message:
        """Return a message with the traits of a user, which also sets or clears the deletion mark."""
        return self._message("identify", identifiers, traits=traits, context={DELETED: deleted or None})

    def track(self, identifiers: Sequence[Identifier], event: str, properties: dict[str, Any]) -> Message:
        """Return a message with an event of a user."""
        return self._message("track", identifiers, name=event, properties=properties)

    def _message(self, kind: Any, identifiers: Sequence[Identifier], **more: Any) -> Message:
        return Message(
            project=self.project,
            id=self.request.new_id(),
            dialect=NAME,
            kind=kind,
            identifiers=tuple(identifiers),
            time=self.request.received_at,
            received_at=self.request.received_at,
            **more,
        )


def project_of(request: Request, credentials: Credentials) -> int | None:
    """Return the project of the token in the request's header, or None."""
    token = request.headers.get(TOKEN_HEADER, "")
    return credentials.secret_project(TOKEN_KIND, token) if token else None


def authorise(request: Request, _parameters: Mapping[str, str], credentials: Credentials) -> Reply | None:
    """Return the error response for an unknown token, else None."""
    return UNAUTHORISED if project_of(request, credentials) is None else None


def reply(status: int, body: Any) -> Reply:
    """Return a JSON response."""
    return Reply(status, msgspec.json.encode(body))


def in_v1(problem: Problem) -> dict[str, str]:
    """Format a problem as version 1 does. `message` is an extension of Passerby."""
    return {"field": problem.field, "type": problem.kind, "message": problem.message}


def in_v2(problem: Problem, place: str = "") -> dict[str, Any]:
    """Format a problem as version 2 does. `place` is the JSON pointer of its entry."""
    pointer = f"{place}/{problem.field.replace('.', '/')}" if problem.field else place
    return {
        "code": problem.code,
        "title": _TITLES[problem.code],
        "details": problem.message,
        "info": f"{_INFO}{problem.code}",
        "source": {"pointer": pointer},
    }


def error_response(version: str, *problems: Problem, status: int = 400) -> Reply:
    """Return the error response for a whole call."""
    shape = in_v2 if version == "2" else in_v1
    return reply(status, {"errors": [shape(problem) for problem in problems]})


def fault_of(version: str, methods: str, what: Fault, detail: str = "") -> Reply:
    """Format a fault in the given API version."""
    if what is Fault.UNKNOWN_KEY:
        return UNAUTHORISED
    kind, code = _FAULTS.get(what, (WRONG, "2"))
    answer = error_response(version, Problem("", kind, code, text(what, detail)), status=ANSWERS[what].status)
    if what is Fault.METHOD_NOT_ALLOWED:
        return msgspec.structs.replace(answer, headers=(("Allow", methods),))
    return answer


def not_found_unless_behind(*, behind: bool) -> Outcome:
    """Return 404 for an unknown user. Raises RequestFault if a message about the user may still be waiting."""
    if behind:
        raise RequestFault(Fault.UNAVAILABLE, "not_yet_applied")
    return NOT_FOUND


UNAUTHORISED: Final = Reply(401)  # without a body, as the vendor's (User Management API)
NOT_FOUND: Final = Outcome(Reply(404))

_FAULTS: Final[Mapping[Fault, tuple[str, str]]] = {
    Fault.UNKNOWN_PATH: (UNKNOWN, "2"),
    Fault.TOO_LARGE: ("TOO_LARGE", "2"),
    Fault.BAD_ENCODING: ("INVALID_ENCODING", "1"),
    Fault.NOT_UTF8: ("INVALID_JSON", "1"),
    Fault.NOT_JSON: ("INVALID_JSON", "1"),
    Fault.TOO_SLOW: ("TIMEOUT", "10"),
    Fault.RATE_LIMITED: ("TOO_MANY_REQUESTS", "10"),
    Fault.OVERLOADED: ("TOO_MANY_REQUESTS", "10"),
    Fault.UNAVAILABLE: ("UNAVAILABLE", "10"),
}
"""`type` of version 1 and `code` of version 2; too deep or too rich is a wrong value of the body as a whole."""
