"""Converts the fields of an event to its message.

Source: Antsomi, Analytics API, event; Events and Business Objects. Unknown fields are stored as properties.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import tzinfo
from typing import Any, Final

import msgspec

from passerby.catalogue.rules import sample
from passerby.dialects.antsomi.context import message_context, session_of
from passerby.dialects.antsomi.fields import Invalid, id_of, member, object_of, one_of
from passerby.dialects.antsomi.identifiers import (
    CUSTOMER_ID,
    IDENTIFY_ID,
    Identities,
    before_reset,
    is_yes,
    read_identities,
)
from passerby.dialects.antsomi.keys import NAME
from passerby.dialects.common.times import UNREADABLE_TIME, read_local
from passerby.dialects.common.values import ANY_LENGTH, read_id, read_key
from passerby.dialects.contract import Request
from passerby.messages import Message, Violation

REQUEST_ID: Final = "request_id"
"""The field, or query parameter, with the deduplication key."""

RESET: Final = "user/reset_anonymous_id"
RESET_FIELDS: Final = ("reset_uid", "generate_uid")
"""Ids of the previous and the next visitor, at the top level or in `extra`."""

CUSTOMERS: Final = "customers"
USERS: Final = "users"
USER_ID: Final = "user_id"

TRAITS: Final[Mapping[str, str]] = {
    "identify_name": "name",
    "identify_email": "email",
    "identify_phone": "phone",
    "identify_address": "address",
}
"""Members of `extra` that are traits of the customer."""

ROUTING: Final = frozenset(
    {"portal_id", "prop_id", "resp_type", "redirect_url", "is_s2s", "format", "is_debug", "delivery_src", "is_server"}
)
"""Query parameters that are not fields of the event."""
DOCUMENTED: Final = ROUTING.union(
    ("uid", "aid", "cid", "sid", "ec", "ea", "en", "et", "items", "dims", "extra", "context", "request_id")
)
"""Fields that are stored elsewhere than among the properties."""

UNDERSTOOD: Final = frozenset({IDENTIFY_ID, *TRAITS})
"""Members of `extra` that become an identifier or a trait."""
VISITOR: Final = frozenset({USERS})
PEOPLE: Final = frozenset({USERS, CUSTOMERS})
"""Business objects that become traits."""


class Envelope(msgspec.Struct, frozen=True):
    """State shared by the events of a request. `zone` is the time zone of times without one."""

    request: Request
    project: int
    query: Mapping[str, str]
    zone: tzinfo


class _Event(msgspec.Struct, frozen=True):
    """An event's fields with their objects read."""

    fields: Mapping[str, Any]
    dims: dict[str, Any]
    extra: dict[str, Any]
    customers: dict[str, Any]
    users: dict[str, Any]


def read(fields: Mapping[str, Any], envelope: Envelope) -> Message:
    """Return the message of these fields. Raises Invalid, and RequestFault for a text field that is not JSON."""
    name = _name(fields)
    request = envelope.request
    dims, extra, context = (
        _dims(fields, request),
        object_of(fields, "extra", request),
        object_of(fields, "context", request),
    )
    event = _Event(fields, dims, extra, _of_type(dims, CUSTOMERS), _of_type(dims, USERS))
    server = is_yes(envelope.query.get("is_s2s")) or is_yes(fields.get("is_s2s"))
    if name == RESET:
        old, new = (id_of(fields, field) or id_of(extra, field) for field in RESET_FIELDS)
        # Without a uid, the event would be rejected for having no identity.
        stated = fields if id_of(fields, "uid") else {**fields, "uid": old}
        identities = before_reset(read_identities(stated, event.customers, extra, server=server), old, new)
    else:
        identities = read_identities(fields, event.customers, extra, server=server)
    said = fields.get("et")
    time = None if said is None or said == "" else read_local(said, envelope.zone)
    violations: tuple[Violation, ...] = ()
    if time is None:
        time = request.received_at
        if said is not None and said != "":  # an event with a wrong time is better than none: it is kept and counted
            violations = (Violation(UNREADABLE_TIME, attribute="et", sample=sample(said)),)
    return Message(
        project=envelope.project,
        id=request.new_id(),
        dialect=NAME,
        kind="track",
        identifiers=identities.identifiers(),
        time=time,
        received_at=request.received_at,
        name=name,
        properties=_properties(event, identities, request),
        traits=_traits(event, identities),
        context=message_context(fields, extra, context, identities, request),
        session_id=session_of(fields),
        deduplication_key=read_key(fields.get(REQUEST_ID) or envelope.query.get(REQUEST_ID)),
        violations=violations,
    )


def _name(fields: Mapping[str, Any]) -> str:
    words = []
    for field in ("ec", "ea", "en"):
        word = read_id(fields.get(field), ANY_LENGTH)
        if word is None:
            raise Invalid(f"{field} must be a string.")
        words.append(word)
    category, action, name = words
    if category and action:
        return f"{category}/{action}"
    if name:
        return name
    raise Invalid("ec and ea are needed, or en.")


def _dims(fields: Mapping[str, Any], request: Request) -> dict[str, Any]:
    """Return the business objects by type. An older SDK sends them as an array of objects."""
    dims = member(fields, "dims", request)
    if type(dims) is not list:
        return object_of({"dims": dims}, "dims", request)
    found: dict[str, Any] = {}
    for objects in dims:
        if type(objects) is not dict:
            if objects == []:
                continue
            raise Invalid("dims must be an object, or an array of objects.")
        for type_, stated in objects.items():
            value = one_of(stated)
            if type_ not in found:
                found[type_] = value
                continue
            earlier = found[type_]
            # Two objects of one type are merged if their fields agree, else both are kept.
            if type(earlier) is dict and type(value) is dict and all(value.get(k, v) == v for k, v in earlier.items()):
                found[type_] = earlier | value
            else:
                found[type_] = [*earlier, value] if type(earlier) is list else [earlier, value]
    return found


def _of_type(dims: dict[str, Any], type_: str) -> dict[str, Any]:
    value = one_of(dims.get(type_))
    if type(value) is dict:
        return value
    if value in (None, "", []):
        return {}
    raise Invalid(f"dims.{type_} must be one object.")


def _properties(event: _Event, identities: Identities, request: Request) -> dict[str, Any]:
    """Return the properties of the event, without fields that became identifiers or traits."""
    properties = {**_without(event.fields, DOCUMENTED)}
    properties |= event.extra if identities.inferred else _without(event.extra, UNDERSTOOD)
    items = member(event.fields, "items", request)
    if items not in (None, [], {}, ""):
        properties["items"] = items
    dims = _without(event.dims, VISITOR if identities.inferred else PEOPLE)
    if dims:
        properties["dims"] = dims
    return properties


def _traits(event: _Event, identities: Identities) -> dict[str, Any]:
    """Return the traits of the visitor, and those of the customer unless the customer was only inferred."""
    visitor, customer, extra = event.users, event.customers, event.extra
    if identities.inferred or (not customer and TRAITS.keys().isdisjoint(extra)):
        return dict(_without(visitor, {USER_ID}))
    stated = {trait: extra[field] for field, trait in TRAITS.items() if extra.get(field) not in (None, "")}
    return {**_without(visitor, {USER_ID}), **stated, **_without(customer, {CUSTOMER_ID})}


def _without(fields: Mapping[str, Any], names: AbstractSet[str]) -> Mapping[str, Any]:
    """Return the fields without these names. Fast where all of them are left out, or none, as mostly."""
    if names.isdisjoint(fields):
        return fields
    if fields.keys() <= names:
        return {}
    return {name: value for name, value in fields.items() if name not in names}
