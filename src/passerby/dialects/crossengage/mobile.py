"""CrossEngage's mobile tracking: `identify` links a mobile id to a user, `track` records an event of a mobile id.

Source: CrossEngage, Mobile Web Tracking; decisions of Passerby where it says nothing are documented at the code. The
caller is the user's device, so its address and user agent are stored as context. Messages are not deduplicated, because
the vendor's calls have no message id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from passerby.dialects.common.answers import ANSWERS, ANY_METHOD, no_such_call, text
from passerby.dialects.common.body import BODY_LIMIT, read_body
from passerby.dialects.common.context import sender_of
from passerby.dialects.common.times import read_iso_or_epoch
from passerby.dialects.common.values import ID_LIMIT, id_problem, object_of, read_id
from passerby.dialects.contract import Call, Credentials, Fault, Outcome, Reply, Request, RequestFault
from passerby.dialects.crossengage.keys import KEY, KEY_KIND, NAME
from passerby.messages import Identifier, Message

PREFIX: Final = "/api/v1/mobile/"
POST: Final = frozenset({"POST"})

MISSING: Final = "MISSING_VALUE"
WRONG: Final = "WRONG_VALUE"

Errors = list[dict[str, str]]
"""Errors of a body in the vendor's form, each with `field`, `type` and `message`."""


def match(path: str) -> Call | None:
    """Return the call of a path below the vendor's prefix. An unknown one is a call that responds with 404."""
    if not path.startswith(PREFIX):
        return None
    key, _, call = path[len(PREFIX) :].partition("/")
    handle = _HANDLERS.get(call)
    return Call(
        dialect=NAME,
        name=call if handle else "unknown",
        methods=POST if handle else ANY_METHOD,  # an unknown call is 404, never 405
        body_limit=BODY_LIMIT,
        parameters={KEY: key},
        handle=handle or no_such_call,
        fault=fault,
        authorise=authorise if handle else None,
    )


def fault(what: Fault, detail: str = "") -> Reply:
    """Format a fault as one entry of `errors`. The edge adds `Retry-After`."""
    field, kind = _FAULTS.get(what, ("", WRONG))
    headers = (("Allow", "POST"),) if what is Fault.METHOD_NOT_ALLOWED else ()
    return _errors([_error(field, kind, text(what, detail))], ANSWERS[what].status, headers)


def identify(request: Request, parameters: Mapping[str, str], credentials: Credentials) -> Outcome:
    """Identify the user of a mobile id by `userId`, by `email` within its `businessUnit`, or by both.

    With a `userId`, an `email` without a unit (or a unit without an email) is no identifier; it becomes the trait of
    that name, unless `traits` contains one.
    """
    project = _project(parameters, credentials)
    body = read_body(request)
    if type(body) is not dict:
        return Outcome(_NO_OBJECT)
    errors: Errors = []
    mobile_id = _mobile_id(body, errors)
    identifiers, loose = _person(body, errors)
    traits = _object(body, "traits", errors)
    time = _common(body, "identify", request, errors)
    if errors:
        return Outcome(_errors(errors))
    return _accepted(
        Message(
            project=project,
            id=request.new_id(),
            dialect=NAME,
            kind="identify",
            identifiers=(Identifier("mobile_id", mobile_id), *identifiers),
            time=time,
            received_at=request.received_at,
            traits=loose | traits if loose else traits,
            context=sender_of(request),
        )
    )


def track(request: Request, parameters: Mapping[str, str], credentials: Credentials) -> Outcome:
    """Record an event of the profile with the mobile id. Other ids in the body are ignored, as the vendor does."""
    project = _project(parameters, credentials)
    body = read_body(request)
    if type(body) is not dict:
        return Outcome(_NO_OBJECT)
    errors: Errors = []
    mobile_id = _mobile_id(body, errors)
    event: Any = body.get("event")
    if event is None or event == "" or (type(event) is str and event.isspace()):
        errors.append(_error("event", MISSING, "event is required."))
    elif type(event) is not str:
        errors.append(_error("event", WRONG, "event must be a string."))
    elif len(event) > ID_LIMIT:
        errors.append(_error("event", WRONG, f"event must have at most {ID_LIMIT} characters."))
    properties = _object(body, "properties", errors)
    time = _common(body, "track", request, errors)
    if errors:
        return Outcome(_errors(errors))
    return _accepted(
        Message(
            project=project,
            id=request.new_id(),
            dialect=NAME,
            kind="track",
            identifiers=(Identifier("mobile_id", mobile_id),),
            time=time,
            received_at=request.received_at,
            name=event,
            properties=properties,
            context=sender_of(request),
        )
    )


_HANDLERS: Final[Mapping[str, Callable[[Request, Mapping[str, str], Credentials], Outcome]]] = {
    "identify": identify,
    "track": track,
}


def authorise(_request: Request, parameters: Mapping[str, str], credentials: Credentials) -> Reply | None:
    """Return the error response for an unknown key in the path, else None."""
    known = credentials.project(KEY_KIND, parameters[KEY]) is not None
    return None if known else fault(Fault.UNKNOWN_KEY)


def _project(parameters: Mapping[str, str], credentials: Credentials) -> int:
    project = credentials.project(KEY_KIND, parameters[KEY])
    if project is None:
        raise RequestFault(Fault.UNKNOWN_KEY)
    return project


def _id(body: dict[str, Any], field: str, errors: Errors) -> str | None:
    """Return the id in a field: "" if absent, None (with an entry in `errors`) if invalid."""
    value = read_id(body.get(field), ID_LIMIT)
    if value is None:
        errors.append(_error(field, WRONG, f"{field} {id_problem(body[field], ID_LIMIT)}."))
    return value


def _mobile_id(body: dict[str, Any], errors: Errors) -> str:
    value = _id(body, "mobileId", errors)
    if value == "":
        errors.append(_error("mobileId", MISSING, "mobileId is required."))
    return value or ""


def _person(body: dict[str, Any], errors: Errors) -> tuple[list[Identifier], dict[str, Any]]:
    """Return the identifiers of an identify call, and the incomplete ones as traits."""
    faults: Errors = []
    user_id, email, unit = _id(body, "userId", faults), _id(body, "email", faults), None
    if body.get("businessUnit") is not None:  # the empty string is a valid unit
        unit = _id(body, "businessUnit", faults)
    if not faults and not user_id and (not email or unit is None):
        # Name what is missing of the identifier that was begun; without a begun one, all fields.
        if email:
            missing = {"businessUnit": "An email needs its businessUnit, which may be an empty string."}
        elif unit:
            missing = {"email": "A businessUnit needs its email."}
        else:
            neither = "Either userId, or email and businessUnit, must be given."
            missing = dict.fromkeys(("userId", "email", "businessUnit"), neither)
        faults = [_error(field, MISSING, message) for field, message in missing.items()]
    errors.extend(faults)
    identifiers = [Identifier("user_id", user_id)] if user_id else []
    if email and unit is not None:
        identifiers.append(Identifier("email", email, unit))
        return identifiers, {}
    return identifiers, {key: value for key, value in (("email", email), ("businessUnit", unit)) if value}


def _object(body: dict[str, Any], field: str, errors: Errors) -> dict[str, Any]:
    value = object_of(body.get(field))
    if value is None:
        errors.append(_error(field, WRONG, f"{field} must be an object."))
        return {}
    return value


def _common(body: dict[str, Any], call: str, request: Request, errors: Errors) -> int:
    """Check the fields that both calls share and return the time of the message."""
    kind = body.get("type")
    if kind != call and kind is not None and kind != "":
        errors.append(_error("type", WRONG, f'type must be "{call}" in this call.'))
    stamp = body.get("timestamp")
    if stamp is None or stamp == "":
        return request.received_at
    time = read_iso_or_epoch(stamp)
    if time is None:
        errors.append(
            _error(
                "timestamp",
                WRONG,
                "timestamp must be ISO 8601, such as 2026-11-20T10:00:00Z, or epoch seconds or milliseconds.",
            )
        )
        return request.received_at
    return time


def _accepted(message: Message) -> Outcome:
    return Outcome(Reply(202, b'{"status":"queued","messageId":"%b"}' % message.id.encode()), [message])


def _error(field: str, kind: str, message: str) -> dict[str, str]:
    return {"field": field, "type": kind, "message": message}


def _errors(errors: Errors, status: int = 400, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    return Reply(status, msgspec.json.encode({"errors": errors}), headers=headers)


_NO_OBJECT: Final = _errors([_error("", WRONG, "The body must be a JSON object.")])

_FAULTS: Final[Mapping[Fault, tuple[str, str]]] = {
    Fault.UNKNOWN_PATH: ("path", "UNKNOWN_VALUE"),
    Fault.METHOD_NOT_ALLOWED: ("method", WRONG),
    Fault.UNKNOWN_KEY: (KEY, "UNKNOWN_VALUE"),
    Fault.TOO_LARGE: ("", "TOO_LARGE"),
    Fault.BAD_ENCODING: ("", "INVALID_ENCODING"),
    Fault.NOT_UTF8: ("", "INVALID_JSON"),
    Fault.NOT_JSON: ("", "INVALID_JSON"),
    Fault.TOO_SLOW: ("", "TIMEOUT"),
    Fault.RATE_LIMITED: ("", "TOO_MANY_REQUESTS"),
    Fault.OVERLOADED: ("", "TOO_MANY_REQUESTS"),
    Fault.UNAVAILABLE: ("", "UNAVAILABLE"),
}
"""`field` and `type` of each fault. Others (too deep, too many attributes) are a wrong value of the body."""
