"""The two calls of the app: `externalIds` at the start of a session, and `identify`.

Source: CustomerLabs, Mobile Tracking API, externalIds and identify. The vendor responds to both with the profile. An
app id is public, so here the response contains only what the calling installation (`uid`) has sent itself, including
this call, unless the project's setting `answers_with_profile` is on. That takes a lookup: a call is first read to a
`Lookup`, and its result is turned into the message and the response.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import msgspec

from passerby.dialects.common.body import read_body
from passerby.dialects.contract import Credentials, Lookup, LookupResult, Outcome, Reply, Request
from passerby.dialects.customerlabs.context import (
    AGENT_HEADER,
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
from passerby.dialects.customerlabs.identifiers import IdentifierCollector
from passerby.dialects.customerlabs.keys import NAME
from passerby.dialects.customerlabs.wrapping import Unwrapped, may_wrap, unwrap
from passerby.messages import Identifier, Message

INSTALLATION: Final = "anonymous_id"
"""The namespace of `uid` and `customerlabs_user_id`."""

SHOWN: Final[Mapping[str, str]] = {
    "idfa": "idfa",
    "aaid": "aaid",
    "ga_app_instance_id": "google_analytics__app_instance_id",
}
"""Namespaces whose newest identifier is in the `external_ids` of a response, and the name of the field there."""


class _Call(msgspec.Struct, frozen=True):
    """The fields that both calls share, unwrapped. `device` are the properties of the device in this call."""

    request: Request
    project: int
    answers_with_profile: bool
    uid: str
    session: str
    identify_by: dict[str, Any]
    external_ids: dict[str, Any]
    device: dict[str, Any]
    sent: Unwrapped


def external_ids(request: Request, credentials: Credentials) -> Lookup:
    """Handle `externalIds`: the ids and properties of a device at the start of a session. Raises Invalid."""
    body, sent = _body(request)
    project = application(body, credentials)
    uid, session = required_id(body, "uid"), required_id(body, "sid")
    ids, device = required_object(body, EXTERNAL_IDS), required_object(body, DEVICE)
    parameters = optional_object(body, CAMPAIGN)
    told = credentials.settings(project).answers_with_profile
    call = _Call(request, project, told, uid, session, {}, ids, device, sent)
    return _lookup(call, partial(_started, call, parameters), limited=is_limited(device))


def identify(request: Request, credentials: Credentials) -> Lookup:
    """Handle `identify`: a user's email or phone, and traits. Raises Invalid."""
    body, sent = _body(request)
    project = application(body, credentials)
    uid, session = required_id(body, "uid"), required_id(body, "sid")
    source, time = required_text(body, "event_source"), required_time(body, "added_at")
    by, traits = required_object(body, "identify_by"), required_object(body, "traits")
    ids, device = required_object(body, EXTERNAL_IDS), optional_object(body, DEVICE)
    told = credentials.settings(project).answers_with_profile
    call = _Call(request, project, told, uid, session, by, ids, device, sent)
    # Advertising ids are limited until the lookup returns the settings of the device.
    return _lookup(call, partial(_identified, call, traits, source, time), limited=True)


def _body(request: Request) -> tuple[dict[str, Any], Unwrapped]:
    if not request.headers.get(AGENT_HEADER, "").strip():
        raise Invalid("CL-User-Agent", f"{REQUIRED} as a header")
    sent = unwrap(read_body(request), wrapped=may_wrap(request.body))
    return object_body(sent.value), sent


def _lookup(call: _Call, proceed: partial[Outcome], *, limited: bool) -> Lookup:
    # A public app id authorises no more than the installation's own data: without the setting, no profile is looked up.
    named = _collect(call, limited=limited)[0].identifiers if call.answers_with_profile else ()
    return Lookup(call.project, named, Identifier(INSTALLATION, call.uid), proceed)


def _collect(call: _Call, *, limited: bool) -> tuple[IdentifierCollector, dict[str, Any]]:
    """Return the identifiers, the installation's first, and the context with the other members of the same fields."""
    collector = IdentifierCollector(limited=limited, plain=call.sent.plain)
    collector.add(INSTALLATION, call.uid)
    rest = {"identify_by": collector.take(call.identify_by), EXTERNAL_IDS: collector.take(call.external_ids)}
    collector.take_marked(call.sent.marked)
    return collector, {field: fields for field, fields in rest.items() if fields}


def _started(call: _Call, parameters: dict[str, Any], known: LookupResult) -> Outcome:
    """Return the outcome of `externalIds`."""
    device = known.device | call.device
    collector, context = _collect(call, limited=is_limited(device))
    context |= {DEVICE: call.device, **campaign(parameters, call.device), **sender(call.request)}
    return Outcome(_reply(call, known, device), [_message(call, collector, context, call.request.received_at)])


def _identified(call: _Call, traits: dict[str, Any], source: str, time: int, known: LookupResult) -> Outcome:
    """Return the outcome of `identify`."""
    device = known.device | call.device
    collector, context = _collect(call, limited=is_limited(device))
    context |= {"event_source": source, **sender(call.request)}
    if call.device:
        context[DEVICE] = call.device
    return Outcome(_reply(call, known, device, traits), [_message(call, collector, context, time, traits)])


def _message(
    call: _Call,
    collector: IdentifierCollector,
    context: dict[str, Any],
    time: int,
    traits: dict[str, Any] | None = None,
) -> Message:
    return Message(
        project=call.project,
        id=call.request.new_id(),
        dialect=NAME,
        kind="identify",
        identifiers=collector.identifiers,
        time=time,
        received_at=call.request.received_at,
        traits=traits or {},
        context=context,
        session_id=call.session,
        violations=(*collector.violations, *odd_version(call.device)),
    )


def _reply(call: _Call, known: LookupResult, device: dict[str, Any], traits: dict[str, Any] | None = None) -> Reply:
    stated = {SHOWN.get(name, name): value for name, value in known.external_ids.items()}
    # The ids of the profile, if it was looked up: as last sent, and the newest identifier of each namespace.
    ids: dict[str, Any] = {}
    if known.profile is not None:
        kept, newest = known.profile.context.get(EXTERNAL_IDS), known.profile.newest
        ids = dict(kept) if type(kept) is dict else {}
        ids |= {field: newest[name] for name, field in SHOWN.items() if name in newest}
    answer = {"user_id": call.uid, EXTERNAL_IDS: ids | stated | call.external_ids, DEVICE: device}
    if traits is not None:
        held = (known.profile.traits if known.profile else {}) | known.traits
        # Null removes a trait.
        answer["user_traits"] = {name: value for name, value in (held | traits).items() if value is not None}
    return Reply(200, msgspec.json.encode(answer))
