"""Converts an item of Segment's spec, sent alone or in a batch, to its message.

Source: Segment, Spec: Common Fields; decisions of Passerby where it says nothing are documented at the code. This API
responds with 200 whatever an item contains. An item without a required field, or with one of another type, becomes an
*invalid* message: it changes no profile, is counted, and is stored as sent. A field that can be ignored (an id that is
an object next to a valid one, an unreadable time) is ignored and counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from passerby.catalogue.rules import sample
from passerby.dialects.common.invalid import invalid_message, refused_message
from passerby.dialects.common.lenient import RefusedRecord
from passerby.dialects.common.values import BLOCKED, id_violation, object_of, read_id, read_key
from passerby.dialects.contract import Credentials, Request
from passerby.dialects.segment.clock import time_of
from passerby.dialects.segment.context import EXTERNAL, device_identifiers, external_identifiers, kept, session_id
from passerby.dialects.segment.facts import READERS, Fact, Item, missing, object_or_nothing, wrong
from passerby.dialects.segment.keys import NAME
from passerby.messages import Identifier, Message, Violation

KEY_LIMIT: Final = 100
"""Characters of a `messageId` (Segment, Unify limits); a longer one is replaced by its SHA-256."""

UNKNOWN_TYPE: Final = "unknown_type"
"""Kind of violation: an item of a type that the spec does not have."""


class Envelope(msgspec.Struct, frozen=True):
    """State shared by the items of a request: its project, and the members of a batch other than its items.

    `sent_at` is the `sentAt` of the batch in milliseconds, None if absent or unreadable.
    """

    request: Request
    project: int
    credentials: Credentials
    sent_at: int | None = None
    context: Mapping[str, Any] = {}
    integrations: Mapping[str, Any] = {}


def read(fields: Any, type_: Any, envelope: Envelope) -> Message | None:
    """Return the message of an item of this type; None for one without effect, which is an alias of an id to itself."""
    if type(fields) is not dict:
        if type(fields) is RefusedRecord:
            return refused_message(envelope.request, envelope.project, NAME, fields)
        return invalid(fields, wrong("", fields), envelope)
    reader = READERS.get(type_) if type(type_) is str else None
    if reader is None:
        if type_ is None or type_ == "":
            return invalid(fields, missing("type"), envelope)
        unknown = Violation(UNKNOWN_TYPE, sample=sample(type_)) if type(type_) is str else wrong("type", type_)
        return invalid(fields, unknown, envelope)
    violations: list[Violation] = []
    context = fields.get("context")
    if type(context) is not dict:
        context = object_or_nothing(fields, "context", violations)
    if envelope.context:
        context = {**envelope.context, **context}
    user_id = _id(fields, "userId", violations) if "userId" in fields else ""
    anonymous_id = _id(fields, "anonymousId", violations) if "anonymousId" in fields else ""
    if not user_id and not anonymous_id:
        too_long = next((violation for violation in violations if violation.kind == BLOCKED), None)
        return invalid(fields, too_long or missing("userId"), envelope)
    item = Item(fields, context, user_id, anonymous_id, violations)
    fact = reader(item)
    if isinstance(fact, Violation):
        return invalid(fields, fact, envelope)
    return None if fact is None else _message(item, type_, fact, envelope)


def invalid(sent: Any, violation: Violation, envelope: Envelope) -> Message:
    """Return an invalid message with the violation and the item as sent, for inspection."""
    return invalid_message(envelope.request, envelope.project, NAME, sent, violation)


_NAMESPACES: Final = {"userId": "user_id", "anonymousId": "anonymous_id"}


def _id(fields: dict[str, Any], field: str, violations: list[Violation]) -> str:
    """Return the id in a field, or "". Some senders use `false` or `{}` for logged-out users: counted, not an error."""
    value = fields.get(field)
    id_ = read_id(value)
    if id_ is None:
        violations.append(id_violation(field, _NAMESPACES[field], value))
        return ""
    return id_


def _message(item: Item, type_: str, fact: Fact, envelope: Envelope) -> Message:
    request, fields, context = envelope.request, item.fields, item.context
    identifiers = [Identifier("user_id", item.user_id)] if item.user_id else []
    identifiers += fact.identifiers
    if item.anonymous_id:
        identifiers.append(Identifier("anonymous_id", item.anonymous_id))
    if "device" in context:
        identifiers += device_identifiers(context)
    if EXTERNAL in context:
        # Of the item's own context alone: an id in the context that a batch shares would merge all of its users.
        own = object_of(fields.get("context")) or {}
        types = {name for name, _ in envelope.credentials.settings(envelope.project).namespaces}
        identifiers += external_identifiers(own, types, item.violations)
    keep = kept(context, fields, request)
    if fields.get("integrations") or envelope.integrations:
        chosen = fields.get("integrations")
        selection = {**envelope.integrations, **chosen} if type(chosen) is dict else dict(envelope.integrations)
        if selection and selection != {"All": True}:  # the default, which libraries send with every item
            keep["integrations"] = selection
    return Message(
        project=envelope.project,
        id=request.new_id(),
        dialect=NAME,
        kind=fact.kind,
        identifiers=tuple(identifiers),
        time=time_of(item, request, envelope.sent_at),
        received_at=request.received_at,
        name=fact.name,
        properties=fact.properties,
        traits=fact.traits,
        context=keep,
        session_id=session_id(context),
        deduplication_key=read_key(fields.get("messageId"), "" if type_ == "track" else type_, KEY_LIMIT),
        violations=tuple(item.violations),
    )
