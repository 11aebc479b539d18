"""Reads events sent to a webhook: those of the app, and any other JSON with an event name and an identifier.

Source: CustomerLabs, Mobile Tracking API, event tracking; for free JSON, what integrators send. A record with an
installation and its session is validated as documented. In the vendor's product, users map the fields of any other
record later, so nothing of it is dropped: unknown fields are stored as properties.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from passerby.catalogue.rules import sample
from passerby.dialects.common.context import AGENT_LIMIT, SESSION_LIMIT
from passerby.dialects.common.times import UNREADABLE_TIME, read_iso_or_epoch
from passerby.dialects.common.values import ID_LIMIT, read_id
from passerby.dialects.contract import Credentials, Request
from passerby.dialects.customerlabs.app import INSTALLATION
from passerby.dialects.customerlabs.context import (
    CAMPAIGN,
    DEVICE,
    EXTERNAL_IDS,
    campaign,
    is_limited,
    odd_version,
    sender,
)
from passerby.dialects.customerlabs.fields import (
    REQUIRED,
    Invalid,
    application,
    object_body,
    optional_object,
    required_id,
    required_object,
    required_text,
    required_time,
)
from passerby.dialects.customerlabs.identifiers import IdentifierCollector, free_namespaces
from passerby.dialects.customerlabs.keys import APP_ID_KIND, NAME
from passerby.dialects.customerlabs.wrapping import Unwrapped, unwrap
from passerby.messages import Message, Violation

IDENTIFY_BY: Final = "identify_by"
PROPERTIES: Final = "properties"
PRODUCTS: Final = "products"

DOCUMENTED: Final = frozenset(
    {
        *("id", "uid", "sid", "event_name", "event_source", "added_at"),
        *(IDENTIFY_BY, EXTERNAL_IDS, DEVICE, CAMPAIGN, PROPERTIES, PRODUCTS),
    }
)
"""The documented fields of an event; others are stored as properties."""


class Envelope(msgspec.Struct, frozen=True):
    """State shared by the records of a request. `wrapped`: records may contain wrapped values."""

    request: Request
    project: int
    credentials: Credentials
    wrapped: bool


def read(record: Any, envelope: Envelope) -> Message:
    """Return the message of a record. Raises Invalid."""
    sent = unwrap(record, wrapped=envelope.wrapped)
    body = object_body(sent.value)
    if body.get("uid") is not None or body.get("sid") is not None:
        return _of_app(body, sent, envelope)
    id_ = body.get("id")  # of an app, or else of an order or a form
    if type(id_) is str and envelope.credentials.project(APP_ID_KIND, id_) is not None:
        return _of_app(body, sent, envelope)
    return _free(body, sent, envelope)


def _of_app(body: dict[str, Any], sent: Unwrapped, envelope: Envelope) -> Message:
    """Return the message of a record in the documented form. Raises Invalid."""
    application(body, envelope.credentials, envelope.project)
    uid, session = required_id(body, "uid"), required_id(body, "sid")
    event, source = required_text(body, "event_name"), required_text(body, "event_source")
    time = required_time(body, "added_at")
    by, properties = required_object(body, IDENTIFY_BY), required_object(body, PROPERTIES)
    parameters, ids, device = (optional_object(body, field) for field in (CAMPAIGN, EXTERNAL_IDS, DEVICE))
    collector = IdentifierCollector(limited=is_limited(device), plain=sent.plain)
    collector.add(INSTALLATION, uid)
    rest = {IDENTIFY_BY: collector.take(by), EXTERNAL_IDS: collector.take(ids), DEVICE: device}
    collector.take_marked(sent.marked)
    products = body.get(PRODUCTS)
    if products not in (None, "", []):
        if type(products) is not list:
            raise Invalid(PRODUCTS, "must be an array")
        properties = {**properties, PRODUCTS: products}
    if not body.keys() <= DOCUMENTED:  # a property takes precedence over a top-level field of the same name
        properties = {field: value for field, value in body.items() if field not in DOCUMENTED} | properties
    return Message(
        project=envelope.project,
        id=envelope.request.new_id(),
        dialect=NAME,
        kind="track",
        identifiers=collector.identifiers,
        time=time,
        received_at=envelope.request.received_at,
        name=event,
        properties=properties,
        context={
            "event_source": source,
            **{field: fields for field, fields in rest.items() if fields},
            **campaign(parameters, device),
            **sender(envelope.request),
        },
        session_id=session,
        violations=(*collector.violations, *odd_version(device)),
    )


def _free(body: dict[str, Any], sent: Unwrapped, envelope: Envelope) -> Message:
    """Return the message of any other record. Fields are removed as they are read; the rest are properties."""
    # The vendor's browser code has an inner object with fields of the event, and its own name for the products.
    inner = _object(body, "customProperties")
    fields = {**inner, **{field: value for field, value in body.items() if value is not inner}} if inner else dict(body)
    if PRODUCTS not in fields and "productProperties" in fields:
        fields[PRODUCTS] = fields.pop("productProperties")
    for field in ("event_name", "event"):
        if fields.get(field) not in (None, ""):
            event = required_text(fields, field)
            del fields[field]
            break
    else:
        raise Invalid("event_name", REQUIRED)
    collector = IdentifierCollector(limited=is_limited(_object(body, DEVICE)), plain=sent.plain)
    context = _free_context(fields, collector, envelope)
    collector.take_marked(sent.marked)
    if not collector.identifiers:
        raise Invalid(IDENTIFY_BY, "an identifier is needed, such as email, phone or user_id")
    time = None
    for field in ("added_at", "timestamp"):
        value = fields.get(field)
        if time is None and value not in (None, ""):
            time = read_iso_or_epoch(value)
            if time is None:  # it remains among the properties
                collector.violations.append(Violation(UNREADABLE_TIME, attribute=field, sample=sample(value)))
            else:
                del fields[field]
    traits = _take_object(fields, "user_traits") | _take_object(fields, "traits")
    session = _take_text(fields, "session_id", ID_LIMIT)
    properties = _take_object(fields, PROPERTIES)
    return Message(
        project=envelope.project,
        id=envelope.request.new_id(),
        dialect=NAME,
        kind="track",
        identifiers=collector.identifiers,
        time=envelope.request.received_at if time is None else time,
        received_at=envelope.request.received_at,
        name=event,
        properties=fields | properties,
        traits=traits,
        context=context,
        session_id=session,
        violations=tuple(collector.violations),
    )


def _free_context(fields: dict[str, Any], collector: IdentifierCollector, envelope: Envelope) -> dict[str, Any]:
    """Remove the identifiers and the context from the fields of an event; return the context."""
    rest = {
        field: _take_identifiers(_take_object(fields, field), collector, envelope)
        for field in (IDENTIFY_BY, EXTERNAL_IDS)
    }
    data = _take_identifiers(fields, collector, envelope)
    for field in fields.keys() - data.keys():
        del fields[field]
    rest[DEVICE] = device = _take_object(fields, DEVICE)
    kept = {field: inner for field, inner in rest.items() if inner}
    kept |= campaign(_take_object(fields, CAMPAIGN), device, fields) | sender(envelope.request)
    said = {"ip": _take_text(fields, "ip"), "user_agent": _take_text(fields, "user_agent", AGENT_LIMIT)}
    return kept | {field: text for field, text in said.items() if text}


def _take_identifiers(fields: dict[str, Any], collector: IdentifierCollector, envelope: Envelope) -> dict[str, Any]:
    return collector.take(fields, free_namespaces(fields, envelope.project, envelope.credentials))


def _object(fields: dict[str, Any], field: str) -> dict[str, Any]:
    value = fields.get(field)
    return value if type(value) is dict else {}


def _take_object(fields: dict[str, Any], field: str) -> dict[str, Any]:
    """Remove an object from the fields; any other value remains. PHP encodes an empty object as `[]`."""
    value = fields.get(field)
    if type(value) is not dict and value != []:
        return {}
    return fields.pop(field) or {}


def _take_text(fields: dict[str, Any], field: str, limit: int = SESSION_LIMIT) -> str:
    """Remove a short text, or a number as text, from the fields; any other value remains."""
    text = read_id(fields.get(field), limit)
    if not text:
        return ""
    del fields[field]
    return text
