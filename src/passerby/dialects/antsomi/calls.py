"""Antsomi's collector: its paths, the project of a call, and its response.

Source: Antsomi, Analytics API, event. The query has the project's keys, which are public, and the form of the response.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from passerby.dialects.antsomi.answers import JSON, REDIRECT, SCRIPT, accepted, form_of, redirect_to, rejected
from passerby.dialects.antsomi.events import REQUEST_ID, Envelope, read
from passerby.dialects.antsomi.fields import Invalid, read_query
from passerby.dialects.antsomi.keys import NAME, PORTAL, PORTAL_KIND, PROPERTY, PROPERTY_KIND
from passerby.dialects.common.answers import ANSWERS, text
from passerby.dialects.common.body import BODY_LIMIT, read_body
from passerby.dialects.common.invalid import refused_message
from passerby.dialects.common.lenient import ELEMENTS, RefusedRecord, raise_if_all_refused
from passerby.dialects.contract import Call, Credentials, Fault, Outcome, Reply, Request, RequestFault
from passerby.messages import Message

PATHS: Final = ("/event", "/stream_event")  # the second is that of newer versions of the vendor's SDK

BATCH_LIMIT: Final = 100
"""Events in one body. Arrays are an extension of Passerby: the vendor accepts one event per request. All events are
stored, or none; an event that exceeds a limit of every dialect is rejected alone and stored for inspection."""


def match(path: str) -> Call | None:
    """Return the call of a path, or None."""
    return _CALLS.get(path)


def fault(what: Fault, detail: str = "") -> Reply:
    """Format a fault as JSON: the edge does not know which form of response the query requests."""
    return _rejected(JSON, what, detail)


def _rejected(form: str, what: Fault, detail: str = "") -> Reply:
    """Format a fault in a form of response."""
    headers = (("Allow", "GET, POST"),) if what is Fault.METHOD_NOT_ALLOWED else ()
    return rejected(form, ANSWERS[what].status, text(what, detail), headers)


def collect(request: Request, _parameters: Mapping[str, str], credentials: Credentials) -> Outcome:
    """Handle the events of a body or query. Errors have the requested form of response, too."""
    query = read_query(request.query)
    form = form_of(query.get("resp_type", ""))
    try:
        project = _project(query, credentials)
        settings = credentials.settings(project)
        location = redirect_to(query.get("redirect_url", ""), settings.redirect_hosts) if form == REDIRECT else ""
        if location is None:  # before anything is stored: the sender would send it again
            raise Invalid("redirect_url must lead to a host that this project redirects to.")  # noqa: TRY301 - as below
        messages = _messages(request, Envelope(request, project, query, settings.zone))
        fields_of_script = _script_fields(messages[-1]) if form == SCRIPT else {}
        return Outcome(accepted(form, request.method, fields_of_script, location), messages)
    except Invalid as invalid:
        return Outcome(rejected(form, 400, str(invalid)))
    except RequestFault as found:
        return Outcome(_rejected(form, found.fault, found.detail))


def authorise(request: Request, _parameters: Mapping[str, str], credentials: Credentials) -> Reply | None:
    """Return the error response for unknown keys in the query, else None."""
    query = read_query(request.query)
    try:
        _project(query, credentials)
    except RequestFault as found:
        return _rejected(form_of(query.get("resp_type", "")), found.fault)
    return None


def _project(query: Mapping[str, str], credentials: Credentials) -> int:
    """Return the project of a portal and of a property in it. Raises RequestFault."""
    project = credentials.project(PORTAL_KIND, query.get(PORTAL, ""))
    if project is None or credentials.project(PROPERTY_KIND, query.get(PROPERTY, "")) != project:
        raise RequestFault(Fault.UNKNOWN_KEY)
    return project


def _messages(request: Request, envelope: Envelope) -> list[Message]:
    """Return the messages of the events in a body or query. Raises Invalid, RequestFault."""
    # A page that is left sends a POST without a body, with the fields in the query.
    if request.method == "GET" or not request.body:
        return [read(envelope.query, envelope)]
    body = read_body(request, ELEMENTS)
    if type(body) is dict:
        return [read(body, envelope)]
    if type(body) is not list or not 0 < len(body) <= BATCH_LIMIT or any(type(each) not in _RECORDS for each in body):
        raise Invalid(f"The body must be a JSON object, or an array of up to {BATCH_LIMIT} of them.")
    raise_if_all_refused(body)
    if len(body) == 1:
        return [read(body[0], envelope)]
    # Without the query's deduplication key: one for several events would make all but the first duplicates.
    query = {field: value for field, value in envelope.query.items() if field != REQUEST_ID}
    envelope = msgspec.structs.replace(envelope, query=query)
    messages = []
    for index, fields in enumerate(body):
        if type(fields) is RefusedRecord:
            messages.append(refused_message(envelope.request, envelope.project, NAME, fields))
            continue
        try:
            messages.append(read(fields, envelope))
        except Invalid as invalid:
            raise Invalid(f"Event {index}: {invalid}") from None
    return messages


_RECORDS: Final = (dict, RefusedRecord)


def _script_fields(message: Message) -> dict[str, str]:
    """Return the fields of an event for the script of a page, by the vendor's names."""
    held = {namespace: value for namespace, value, _ in message.identifiers}
    said = {
        "type": "event",
        "pv_id": message.id,
        "au_id": held.get("anonymous_id", ""),
        "aid": held.get("device_id", ""),
        "session_id": message.session_id,
    }
    return {member: value for member, value in said.items() if value}


_CALLS: Final[Mapping[str, Call]] = {
    path: Call(
        dialect=NAME,
        name=path[1:],
        methods=frozenset({"GET", "POST"}),
        body_limit=BODY_LIMIT,
        parameters={},
        handle=collect,
        fault=fault,
        authorise=authorise,
    )
    for path in PATHS
}
