"""WebEngage's REST API: `events`, `users` and their bulk forms, sent by the servers of an account.

Sources: WebEngage, Tracking Events, and the sibling pages on users, bulk calls and limits; decisions of Passerby where
they say nothing are documented at the code. The callers are servers, so their address and user agent are
not the user's and are not stored as context.

A call has one *record* or, in bulk, several. It is accepted as a whole or not at all, because clients resend a rejected
bulk call row by row. Values that the catalogue rejects later are accepted and named in the response's `warnings`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from passerby.catalogue.rules import NAME_LENGTH, RESERVED_PREFIX, STRING_LENGTH, attribute_finding, sample
from passerby.dialects.common.answers import ANSWERS, ANY_METHOD, no_such_call, text
from passerby.dialects.common.body import BODY_LIMIT, BULK_BODY_LIMIT, read_body
from passerby.dialects.common.lenient import RefusedRecord
from passerby.dialects.common.times import read_strict_iso_or_epoch
from passerby.dialects.common.values import id_problem, object_of, read_id, read_key
from passerby.dialects.contract import Call, Credentials, Fault, Outcome, Reply, Request
from passerby.dialects.webengage.keys import KEY_KIND, LICENSE, LICENSE_KIND, NAME
from passerby.identity.cleaning import clean
from passerby.messages import Identifier, Message, Violation

PREFIX: Final = "/v1/accounts/"

RATE: Final = 5_000
"""Requests a minute to `events`, and as many to `users` (REST API, limits)."""
BULK_RATE: Final = 500
"""Requests a minute to each of the bulk calls."""
BULK_LIMIT: Final = 25
"""Records in a bulk call."""

ID_LIMIT: Final = 100
"""The most characters that a userId or an anonymousId may have (Tracking Events, parameters)."""
WARNING_LIMIT: Final = 50
"""Warnings in one response. Limited, so that the size of a response does not grow with the request."""

IDS: Final = (("userId", "user_id"), ("anonymousId", "anonymous_id"))
"""The fields with the user's id in order of precedence, and their namespaces."""
NEITHER_ID: Final = "userId and anonymousId cannot be empty."
"""The vendor's exact text, because clients may compare it (Tracking Events, errors)."""
PREFIX_LENGTH: Final = len(RESERVED_PREFIX)
NO_RECORD: Final = "a record must be an object."
NO_TRAITS: Final = frozenset({"userId", "anonymousId", "attributes"})
"""The fields of a user record that are not traits themselves."""


class Batch(NamedTuple):
    """State shared by the records of one call: its deduplication key, and the warnings of its response."""

    request: Request
    project: int
    key: str
    warnings: list[str]


ReadRecord = Callable[[dict[str, Any], str, Batch], Message | str]
"""Maps (record, its deduplication key, its batch) to the message, or to an error text."""


def match(path: str) -> Call | None:
    """Return the call of a path below the vendor's prefix. An unknown one is a call that responds with 404."""
    if not path.startswith(PREFIX):
        return None
    license_code, _, call = path[len(PREFIX) :].partition("/")
    route = _ROUTES.get(call, _NOWHERE)
    return Call(
        dialect=NAME,
        name=route.name,
        methods=route.methods,
        body_limit=route.body_limit,
        parameters={LICENSE: license_code},
        handle=route.handle,
        fault=route.fault,
        rate=route.rate,
        rate_group=f"{NAME}.{route.name}",
        authorise=None if route is _NOWHERE else authorise,
    )


def fault(methods: frozenset[str], what: Fault, detail: str = "") -> Reply:
    """Format a fault in the vendor's envelope. The edge adds the rate-limit headers, which depend on its counters."""
    if what is Fault.UNKNOWN_KEY:
        return _UNAUTHORIZED
    headers = (("Allow", ", ".join(sorted(methods))),) if what is Fault.METHOD_NOT_ALLOWED else ()
    return _error(f"Error: {text(what, detail)}", ANSWERS[what].status, headers)


def _single(read: ReadRecord, request: Request, parameters: Mapping[str, str], credentials: Credentials) -> Outcome:
    """Handle a call with one record."""
    project = _authorised(request, parameters, credentials)
    if isinstance(project, Reply):
        return Outcome(project)
    record = read_body(request)
    if type(record) is not dict:
        return Outcome(_NO_OBJECT)
    batch = Batch(request, project, _deduplication_key(request, read), [])
    message = read(record, batch.key, batch)
    if isinstance(message, str):
        return Outcome(_error(f"Error: {message}"))
    return Outcome(_queued(batch), [message])


def _bulk(
    read: ReadRecord, field: str, request: Request, parameters: Mapping[str, str], credentials: Credentials
) -> Outcome:
    """Handle a call with up to 25 records in `field`. The error response names every invalid record."""
    project = _authorised(request, parameters, credentials)
    if isinstance(project, Reply):
        return Outcome(project)
    body = read_body(request, field)
    if type(body) is not dict:
        return Outcome(_NO_OBJECT)
    records = body.get(field)
    if type(records) is not list or not records:
        return Outcome(_error(f"Error: {field} must be an array of records and cannot be empty."))
    if len(records) > BULK_LIMIT:
        return Outcome(_error(f"Error: {field}[{BULK_LIMIT}]: a call takes at most {BULK_LIMIT} records."))
    batch = Batch(request, project, _deduplication_key(request, read), [])
    messages: list[Message] = []
    faults: list[str] = []
    warnings, warned, key = batch.warnings, 0, batch.key
    for index, record in enumerate(records):
        message: Message | str
        if type(record) is dict:
            # With the index: the records of one call differ, and all of a repeated call are dropped.
            message = read(record, f"{key}#{index}" if key else "", batch)
        else:
            message = ANSWERS[record.fault].text if type(record) is RefusedRecord else NO_RECORD
        if isinstance(message, Message):
            messages.append(message)
        else:
            faults.append(f"{field}[{index}]: {message}")
        if len(warnings) > warned:  # this record's, which say which one they are about
            warnings[warned:] = [f"{field}[{index}]: {warning}" for warning in warnings[warned:]]
            warned = len(warnings)
    if faults:
        return Outcome(_error(f"Error: {' '.join(faults)}"))
    return Outcome(_queued(batch), messages)


def _event(record: dict[str, Any], key: str, batch: Batch) -> Message | str:
    """Return the message of an event, or an error text. `userId` takes precedence over `anonymousId`."""
    identifiers = _identifiers(record)
    if isinstance(identifiers, str):
        return identifiers
    event = record.get("eventName")
    if type(event) is not str or not event or event.isspace() or len(event) >= NAME_LENGTH:
        if event is not None and type(event) is not str:
            return "eventName must be a string."
        if not event or event.isspace():
            return "eventName cannot be empty."
        return f"eventName must have fewer than {NAME_LENGTH} characters."
    said, received_at = record.get("eventTime"), batch.request.received_at
    time = received_at if said is None or said == "" else read_strict_iso_or_epoch(said)
    if time is None:
        return "eventTime must have the form yyyy-MM-ddTHH:mm:ss±hhmm, or be seconds or milliseconds since 1970."
    data = object_of(record.get("eventData"))
    if data is None:
        return "eventData must be an object."
    if event.startswith(RESERVED_PREFIX):  # an ignored event needs no warnings of its attributes
        batch.warnings.append(f"The event {event} was ignored: names starting with {RESERVED_PREFIX} are reserved.")
    else:
        _warn_of_attributes("eventData.", data, batch.warnings)
    return Message(
        project=batch.project,
        id=batch.request.new_id(),
        dialect=NAME,
        kind="track",
        identifiers=identifiers,
        time=time,
        received_at=received_at,
        name=event,
        properties=data,
        deduplication_key=key,
    )


def _user(record: dict[str, Any], key: str, batch: Batch) -> Message | str:
    """Return the message with the traits of a user, or an error text.

    All fields but the ids are traits, whether the vendor lists them or not, and so are the members of `attributes`; a
    field takes precedence over a member of the same name. An empty string or null in a field means that there is no
    value; in `attributes` it is a value.
    """
    identifiers = _identifiers(record)
    if isinstance(identifiers, str):
        return identifiers
    attributes = object_of(record.get("attributes"))
    if attributes is None:
        return "attributes must be an object."
    fields = {field: value for field, value in record.items() if field not in NO_TRAITS and value not in (None, "")}
    traits = attributes | fields
    # The vendor truncates long strings of users, but not of events.
    long = {trait: value for trait, value in traits.items() if type(value) is str and len(value) >= STRING_LENGTH}
    for trait, value in long.items():
        traits[trait] = value[: STRING_LENGTH - 1]  # `STRING_LENGTH` is the first length that is too long
        batch.warnings.append(f"{sample(trait)} was cut to {STRING_LENGTH - 1} characters.")
    violations = tuple(Violation("string_truncated", "", trait, sample(value)) for trait, value in long.items())
    _warn_of_attributes("", traits, batch.warnings)
    return Message(
        project=batch.project,
        id=batch.request.new_id(),
        dialect=NAME,
        kind="identify",
        identifiers=identifiers,
        time=batch.request.received_at,
        received_at=batch.request.received_at,
        traits=traits,
        deduplication_key=key,
        violations=violations,
    )


class _Route(NamedTuple):
    name: str
    methods: frozenset[str]
    handle: Callable[[Request, Mapping[str, str], Credentials], Outcome]
    fault: Callable[[Fault, str], Reply]
    body_limit: int = BODY_LIMIT
    rate: int | None = None


_POST: Final = frozenset({"POST"})
_POST_PUT: Final = frozenset({"POST", "PUT"})

_ROUTES: Final[Mapping[str, _Route]] = {
    route.name: route
    for route in (
        _Route("events", _POST, partial(_single, _event), partial(fault, _POST), rate=RATE),
        _Route("users", _POST_PUT, partial(_single, _user), partial(fault, _POST_PUT), rate=RATE),
        _Route(
            "bulk-events", _POST, partial(_bulk, _event, "events"), partial(fault, _POST), BULK_BODY_LIMIT, BULK_RATE
        ),
        _Route("bulk-users", _POST, partial(_bulk, _user, "users"), partial(fault, _POST), BULK_BODY_LIMIT, BULK_RATE),
    )
}
_NOWHERE: Final = _Route("unknown", ANY_METHOD, no_such_call, partial(fault, ANY_METHOD))


def _authorised(request: Request, parameters: Mapping[str, str], credentials: Credentials) -> int | Reply:
    """Return the project of this license code and API key, or the error response."""
    project = credentials.project(LICENSE_KIND, parameters[LICENSE])
    if project is None:
        return UNKNOWN_LICENSE  # 404: the license is part of the path
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not credentials.authenticates(KEY_KIND, project, secret.strip()):
        return _UNAUTHORIZED
    return project


def authorise(request: Request, parameters: Mapping[str, str], credentials: Credentials) -> Reply | None:
    """Return the error response for an unknown license code or API key, else None."""
    found = _authorised(request, parameters, credentials)
    return found if isinstance(found, Reply) else None


def _deduplication_key(request: Request, read: ReadRecord) -> str:
    """Return the normalised `x-request-id`: clients write UUIDs with or without dashes, in either case.

    Some clients use one id for the call of a user and for that of an event of the user, so the two kinds are separate.
    """
    key = request.headers.get("x-request-id", "").strip().lower().replace("-", "")
    return read_key(key, "users" if read is _user else "")


def _identifiers(record: dict[str, Any]) -> tuple[Identifier, ...] | str:
    """Return the identifiers of the record's user, or an error text. With a userId, the anonymousId is ignored.

    If the userId is a placeholder (`null`, `guest`), the anonymousId is used. The userId is passed on, so that the
    worker counts it as blocked.
    """
    user_id = record.get("userId")
    if type(user_id) is str and 0 < len(user_id) <= ID_LIMIT and not user_id.isspace():
        # Fast path for nearly all records. Only one with an anonymousId is checked for a placeholder here.
        named = Identifier("user_id", user_id)
        return _named(named, record) if record.get("anonymousId") else (named,)
    for field, namespace in IDS:
        value = read_id(record.get(field), ID_LIMIT)
        if value is None:
            return f"{field} {id_problem(record[field], ID_LIMIT)}."
        if value:
            return _named(Identifier(namespace, value), record)
    return NEITHER_ID


def _named(identifier: Identifier, record: dict[str, Any]) -> tuple[Identifier, ...]:
    """Return the identifier; if it is a placeholder, with the record's anonymousId."""
    if identifier.namespace == "user_id" and clean("user_id", identifier.value) is None:
        other = read_id(record.get("anonymousId"), ID_LIMIT)
        if other:
            return identifier, Identifier("anonymous_id", other)
    return (identifier,)


def _warn_of_attributes(prefix: str, values: dict[str, Any], warnings: list[str]) -> None:
    """Add the warnings of catalogue rules. Only values that could violate one are checked: this is a hot path."""
    suspects = [
        (attribute, value)
        for attribute, value in values.items()
        if len(attribute) >= NAME_LENGTH
        or attribute[:PREFIX_LENGTH] == RESERVED_PREFIX
        or (type(value) is str and len(value) >= STRING_LENGTH)
    ]
    for name, value in suspects:
        found = attribute_finding(name, value)
        if found is None:
            continue
        limit = STRING_LENGTH if found.kind == "string_too_long" else NAME_LENGTH
        rule = f"{found.detail.size} characters, must be fewer than {limit}"
        if found.kind == "reserved_name":
            rule = f"names starting with {RESERVED_PREFIX} are reserved"
        warnings.append(f"{prefix}{sample(name)} was ignored: {rule}.")


def _queued(batch: Batch) -> Reply:
    status = 200 if batch.request.method == "PUT" else 201  # one client accepts nothing but 200 for a PUT
    if not batch.warnings:
        return _QUEUED[status]
    answer = {"response": {"status": "queued", "warnings": batch.warnings[:WARNING_LIMIT]}}
    return Reply(status, msgspec.json.encode(answer))


def _error(message: str, status: int = 400, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    return Reply(status, msgspec.json.encode({"response": {"message": message, "status": "error"}}), headers=headers)


_QUEUED: Final = {status: Reply(status, b'{"response":{"status":"queued"}}') for status in (200, 201)}
_NO_OBJECT: Final = _error("Error: The body must be a JSON object.")
_UNAUTHORIZED: Final = _error("Unauthorized", 401)
UNKNOWN_LICENSE: Final = _error("Error: There is no account with this license code.", 404)
