"""Klaviyo: events and profiles, one a request, since the bulk APIs report no errors of items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import quote

import msgspec

from passerby.clock import iso
from passerby.destinations.envelope import Envelope
from passerby.destinations.json_api import (
    an_object,
    answer,
    objects,
    order_id,
    post,
    reason_of,
    time_ms,
    without_nulls,
)
from passerby.destinations.kind import SECRET, Kind, Limits, Payload, Sign, Skipped, default_map
from passerby.destinations.template_functions import text
from passerby.destinations.verdicts import Outcome, Request, Response, Verdict, by_status, one

REVISION: Final = "2026-07-15"
BODY_BYTES: Final = 5_000_000
_API: Final = "https://a.klaviyo.com/api"
_ROOM: Final = 1_000
_CONFLICT: Final = 409
_PROFILE: Final = "profile"
_EVENT: Final = "event"
_IDENTIFIERS: Final = ("email", "phone_number", "external_id", "anonymous_id")


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configuration of an account."""

    api_key: Annotated[str, SECRET, msgspec.Meta(title="Private API key", min_length=1, max_length=200)]


def limits(_config: Config) -> Limits:
    """Return Klaviyo's limits: 3,500 events a minute; profiles are fewer, which it answers with 429."""
    return Limits(
        max_items=1,
        max_bytes=BODY_BYTES - _ROOM,
        max_item_bytes=BODY_BYTES - _ROOM,
        max_wait_ms=0,
        requests_per_second=50.0,
    )


def prepare(_config: Config, envelope: Envelope, mapped: Any, _now_ms: int) -> Payload | Skipped:
    """Return an event where the map has `metric`, else a profile."""
    document = an_object(without_nulls(mapped))
    profile = an_object(document.get("profile"))
    if not any(text(profile.get(name)) for name in _IDENTIFIERS):
        return Skipped("no_identifier")
    if "metric" not in document:
        return Payload({"data": {"type": "profile", "attributes": profile}}, _PROFILE)
    if not (metric := text(document["metric"])):
        return Skipped("not_mapped")
    properties = an_object(document.get("properties"))
    if number := order_id(envelope):
        properties = {"OrderId": number, **properties}
    attributes: dict[str, Any] = {
        "properties": properties,
        "time": iso(time_ms(document.get("time"), envelope)),
        # Without an id, Klaviyo counts one event for each profile, metric and second.
        "unique_id": text(document.get("unique_id")) or envelope["id"],
        "metric": {"data": {"type": "metric", "attributes": {"name": metric}}},
        "profile": {"data": {"type": "profile", "attributes": profile}},
    }
    attributes |= {name: document[name] for name in ("value", "value_currency") if name in document}
    return Payload({"data": {"type": "event", "attributes": attributes}}, _EVENT)


def request(config: Config, payloads: Sequence[Payload], _now_ms: int, id: str, _sign: Sign) -> Request:  # noqa: A002, ARG001 - the parameters of every kind
    """Return the request that creates an event or a profile."""
    (payload,) = payloads
    path = "profiles" if payload.route == _PROFILE else "events"
    return post(f"{_API}/{path}", payload.body, _headers(config))


def _headers(config: Config) -> Mapping[str, str]:
    """Return the headers of each request."""
    return {"authorization": f"Klaviyo-API-Key {config.api_key}", "revision": REVISION}


def judge(config: Config, response: Response, payloads: Sequence[Payload]) -> Verdict:
    """Judge by the status and the error's code; a profile that exists is updated."""
    by_http = by_status(response)
    error = next(iter(objects(answer(response).get("errors"))), {})
    duplicate = text(an_object(error.get("meta")).get("duplicate_profile_id"))
    if response.status == _CONFLICT and duplicate and payloads[0].route == _PROFILE:
        outcome = Outcome("permanent", "duplicate_profile")
        body = {"data": {**payloads[0].body["data"], "id": duplicate}}
        url = f"{_API}/profiles/{quote(duplicate, safe='')}"
        return Verdict((outcome,), post(url, body, _headers(config), "PATCH"))
    (outcome,) = by_http.outcomes
    return one(outcome._replace(reason=reason_of(error.get("code"), outcome.reason))) if _dead(outcome) else by_http


def _dead(outcome: Outcome) -> bool:
    """Return whether an outcome's reason is of the item itself."""
    return outcome.result == "permanent"


KIND: Final = Kind(
    name="klaviyo",
    title="Klaviyo",
    summary="Events and profiles of a Klaviyo account; purchases as Placed Order.",
    docs_url="https://developers.klaviyo.com/en/reference/create_event",
    config=Config,
    types=("event", "profile.created", "profile.updated", "segment.entered", "segment.exited"),
    default_types=("event", "profile.created", "profile.updated"),
    default_ordering="person",
    default_purposes=("email",),
    limits=limits,
    template=default_map("klaviyo"),
    prepare=prepare,
    request=request,
    judge=judge,
)
