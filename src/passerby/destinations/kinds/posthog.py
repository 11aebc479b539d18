"""PostHog: events and person properties by the batch API, of PostHog Cloud or a self-hosted server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from passerby.clock import iso
from passerby.destinations.envelope import Envelope
from passerby.destinations.json_api import an_object, answer, order_id, post, time_ms, without_nulls
from passerby.destinations.kind import SECRET, URL, Kind, Limits, Payload, Sign, Skipped, default_map
from passerby.destinations.template_functions import text
from passerby.destinations.verdicts import Outcome, Request, Response, Verdict, by_status, one

EVENTS: Final = 1_000
BODY_BYTES: Final = 20_000_000
EVENT_BYTES: Final = 900_000
HISTORICAL_MS: Final = 48 * 3_600_000
_ROOM: Final = 1_000
_HISTORICAL: Final = "historical"
_PROPERTIES: Final = "properties"


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configuration of a project."""

    api_key: Annotated[str, SECRET, msgspec.Meta(title="Project API key", min_length=1, max_length=200)]
    url: Annotated[
        str, URL, msgspec.Meta(title="URL", description="https://eu.i.posthog.com for the EU", max_length=2_000)
    ] = "https://us.i.posthog.com"


def limits(_config: Config) -> Limits:
    """Return PostHog's limits."""
    return Limits(max_items=EVENTS, max_bytes=BODY_BYTES - _ROOM, max_item_bytes=EVENT_BYTES)


def prepare(_config: Config, envelope: Envelope, mapped: Any, now_ms: int) -> Payload | Skipped:
    """Return the event. Historical ones older than 48 hours go into requests of their own."""
    event = an_object(without_nulls(mapped))
    properties = an_object(event.get(_PROPERTIES))
    if not text(event.get("event")):
        return Skipped("not_mapped")
    if not text(properties.get("distinct_id")):
        return Skipped("no_identifier")
    if number := order_id(envelope):
        properties.setdefault("order_id", number)
    # Locations are of the person's address, not of the server's that sends the event.
    properties.setdefault("$geoip_disable", "$ip" not in properties)
    time = time_ms(event.get("timestamp"), envelope)
    own = {"timestamp": iso(time), "uuid": _uuid(text(event.get("uuid")) or envelope["id"]), _PROPERTIES: properties}
    historical = envelope["historical"] and time < now_ms - HISTORICAL_MS
    return Payload({**event, **own}, _HISTORICAL if historical else "")


def _uuid(value: str) -> str:
    """Return the UUID by which PostHog recognises an event that is sent again."""
    try:
        return str(UUID(value))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, value))


def request(config: Config, payloads: Sequence[Payload], _now_ms: int, id: str, _sign: Sign) -> Request:  # noqa: A002, ARG001 - the parameters of every kind
    """Return the request of a batch."""
    body: dict[str, Any] = {"api_key": config.api_key, "batch": [payload.body for payload in payloads]}
    if payloads[0].route == _HISTORICAL:
        body["historical_migration"] = True
    return post(f"{config.url.rstrip('/')}/batch/", body)


def judge(_config: Config, response: Response, _payloads: Sequence[Payload]) -> Verdict:
    """Judge by the status, and by the quota, over which PostHog answers 200 and drops events."""
    quota = answer(response).get("quota_limited")
    if response.status == 200 and isinstance(quota, list) and "events" in quota:  # noqa: PLR2004 - OK
        return one(Outcome("temporary", "quota_limited"))
    return by_status(response)


KIND: Final = Kind(
    name="posthog",
    title="PostHog",
    summary="Events, segment changes and person properties of a PostHog project.",
    docs_url="https://posthog.com/docs/api/capture",
    config=Config,
    types=("event", "profile.created", "profile.updated", "segment.entered", "segment.exited"),
    default_types=("event",),
    default_ordering="none",
    default_purposes=("analytics",),
    limits=limits,
    template=default_map("posthog"),
    prepare=prepare,
    request=request,
    judge=judge,
)
