"""CustomerLabs' calls: their paths, authentication and responses.

Source: CustomerLabs, Mobile Tracking API. The app's calls contain no secret, only the public id of the app; the secret
of a webhook is in its path. Errors have the vendor's documented form and name the invalid field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import msgspec

from passerby.dialects.common.answers import ANSWERS, ANY_METHOD, no_such_call, text
from passerby.dialects.common.body import BODY_LIMIT, BULK_BODY_LIMIT, read_body
from passerby.dialects.common.invalid import refused_message
from passerby.dialects.common.lenient import ELEMENTS, RefusedRecord, raise_if_all_refused
from passerby.dialects.contract import (
    Call,
    Credentials,
    Fault,
    Handle,
    LookUp,
    Lookup,
    Outcome,
    Reply,
    Request,
    RequestFault,
    without_lookup,
)
from passerby.dialects.customerlabs.app import external_ids, identify
from passerby.dialects.customerlabs.events import Envelope, read
from passerby.dialects.customerlabs.fields import Invalid
from passerby.dialects.customerlabs.keys import NAME, SLUG, SOURCE, WEBHOOK_KIND
from passerby.dialects.customerlabs.wrapping import may_wrap

APP: Final = "/app/"
POST: Final = frozenset({"POST"})

EVENT_LIMIT: Final = 5_000
"""Events in one array. The vendor names no limit."""

_Inquire = Callable[[Request, Credentials], Lookup]


def match(path: str) -> Call | None:
    """Return the call of a path below the vendor's prefixes. An unknown one is a call that responds with 404."""
    if path.startswith(APP):
        return _APP_CALLS.get(path[len(APP) :], _NOWHERE)
    if not path.startswith(SOURCE):
        return None
    slug, _, rest = path[len(SOURCE) :].partition("/")
    return _call("event", _webhook, BULK_BODY_LIMIT, {SLUG: slug}) if slug and not rest else _NOWHERE


def fault(what: Fault, detail: str = "") -> Reply:
    """Format a fault in the vendor's envelope. The edge adds `Retry-After`."""
    if what is Fault.UNKNOWN_KEY:
        return UNKNOWN_SOURCE
    headers = (("Allow", "POST"),) if what is Fault.METHOD_NOT_ALLOWED else ()
    return _error(f"{_FIELDS.get(what, 'body')}: {text(what, detail)}", ANSWERS[what].status, headers)


def _ask(
    call: _Inquire, request: Request, _parameters: Mapping[str, str], credentials: Credentials
) -> Outcome | Lookup:
    """Read a call of the app up to its lookup."""
    try:
        return call(request, credentials)
    except Invalid as invalid:
        return Outcome(_error(str(invalid)))


def authorise(_request: Request, parameters: Mapping[str, str], credentials: Credentials) -> Reply | None:
    """Return the error response for an unknown webhook, else None."""
    known = credentials.project(WEBHOOK_KIND, f"{SOURCE}{parameters[SLUG]}/") is not None
    return None if known else UNKNOWN_SOURCE


def _webhook(request: Request, parameters: Mapping[str, str], credentials: Credentials) -> Outcome:
    """Handle an event, or an array of events: all are stored, or none.

    The exception is an event that exceeds a limit of every dialect: it alone is rejected and stored for inspection.
    """
    project = credentials.project(WEBHOOK_KIND, f"{SOURCE}{parameters[SLUG]}/")
    if project is None:
        raise RequestFault(Fault.UNKNOWN_KEY)
    body = read_body(request, ELEMENTS)
    envelope = Envelope(request, project, credentials, may_wrap(request.body))
    if type(body) is not list:
        try:
            return Outcome(_TAKEN, [read(body, envelope)])
        except Invalid as invalid:
            return Outcome(_error(str(invalid)))
    # Before any event is read, so that a client cannot have millions of empty ones read.
    if not 0 < len(body) <= EVENT_LIMIT:
        return Outcome(_error(str(Invalid("", f"an array must hold 1 to {EVENT_LIMIT:,} events"))))
    raise_if_all_refused(body)
    messages = []
    for index, record in enumerate(body):
        if type(record) is RefusedRecord:
            messages.append(refused_message(request, project, NAME, record))
            continue
        try:
            messages.append(read(record, envelope))
        except Invalid as invalid:  # names the event, too
            field = f"[{index}].{invalid.field}".rstrip(".")
            return Outcome(_error(str(Invalid(field, invalid.problem))))
    return Outcome(_TAKEN, messages)


def _error(message: str, status: int = 400, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    return Reply(status, msgspec.json.encode({"validation_error": {"error_message": message}}), headers=headers)


_FIELDS: Final[Mapping[Fault, str]] = {
    Fault.UNKNOWN_PATH: "path",
    Fault.METHOD_NOT_ALLOWED: "method",
    Fault.BAD_ENCODING: "Content-Encoding",
    Fault.TOO_SLOW: "request",
    Fault.RATE_LIMITED: "request",
    Fault.OVERLOADED: "request",
    Fault.UNAVAILABLE: "request",
}
"""The field that errors name for a fault; `body` for others."""

_TAKEN: Final = Reply(200, content_type="text/plain; charset=utf-8")
UNKNOWN_SOURCE: Final = _error("path: there is no source with this webhook", 404)


def _call(
    name_: str,
    handle: Handle,
    body_limit: int,
    parameters: Mapping[str, str],
    look_up: LookUp | None = None,
) -> Call:
    return Call(
        dialect=NAME,
        name=name_,
        methods=ANY_METHOD if handle is no_such_call else POST,
        body_limit=body_limit,
        parameters=parameters,
        handle=handle,
        fault=fault,
        look_up=look_up,
        authorise=authorise if handle is _webhook else None,
    )


def _app_call(name_: str, call: _Inquire) -> Call:
    ask = partial(_ask, call)
    return _call(name_, without_lookup(ask), BODY_LIMIT, {}, ask)


_APP_CALLS: Final[Mapping[str, Call]] = {
    "externalIds": _app_call("externalIds", external_ids),
    "identify": _app_call("identify", identify),
}
_NOWHERE: Final = _call("unknown", no_such_call, BODY_LIMIT, {})
