"""Amplitude: events and user properties by the batch API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec

from passerby.destinations.envelope import Envelope
from passerby.destinations.json_api import an_object, answer, order_id, post, reason_of, time_ms, without_nulls
from passerby.destinations.kind import SECRET, Kind, Limits, Payload, Sign, Skipped, default_map
from passerby.destinations.template_functions import text
from passerby.destinations.verdicts import RATE_LIMITED, Outcome, Request, Response, Verdict, one, outcome_of

EVENTS: Final = 2_000
BODY_BYTES: Final = 20_000_000
EVENT_BYTES: Final = 1_000_000
THROTTLED_MS: Final = 30_000
"""Amplitude asks to wait 30 s for a user or device that sends too much."""
_ROOM: Final = 1_000
_HOSTS: Final = {"us": "https://api2.amplitude.com", "eu": "https://api.eu.amplitude.com"}
_BAD_REQUEST: Final = 400


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configuration of a project."""

    api_key: Annotated[str, SECRET, msgspec.Meta(title="API key", min_length=1, max_length=200)]
    region: Annotated[Literal["us", "eu"], msgspec.Meta(title="Data residency")] = "us"


def limits(_config: Config) -> Limits:
    """Return Amplitude's limits of the batch API."""
    return Limits(max_items=EVENTS, max_bytes=BODY_BYTES - _ROOM, max_item_bytes=EVENT_BYTES)


def prepare(_config: Config, envelope: Envelope, mapped: Any, _now_ms: int) -> Payload | Skipped:
    """Return the event, with the id by which Amplitude drops repetitions for seven days."""
    event = an_object(without_nulls(mapped))
    if not text(event.get("event_type")):
        return Skipped("not_mapped")
    if not text(event.get("user_id")) and not text(event.get("device_id")):
        return Skipped("no_identifier")
    properties = an_object(event.get("event_properties"))
    if number := order_id(envelope):
        properties.setdefault("order_id", number)
    own = {"time": time_ms(event.get("time"), envelope), "insert_id": text(event.get("insert_id")) or envelope["id"]}
    return Payload({**event, **own, **({"event_properties": properties} if properties else {})})


def request(config: Config, payloads: Sequence[Payload], _now_ms: int, id: str, _sign: Sign) -> Request:  # noqa: A002, ARG001 - the parameters of every kind
    """Return the request of a batch. Without the option, ids of fewer than five characters are dropped."""
    body = {
        "api_key": config.api_key,
        "events": [payload.body for payload in payloads],
        "options": {"min_id_length": 1},
    }
    return post(f"{_HOSTS[config.region]}/batch", body)


def judge(_config: Config, response: Response, _payloads: Sequence[Payload]) -> Verdict:
    """Judge by the status: Amplitude takes all events of a request or none, so the engine halves a refused one."""
    body, by_status = answer(response), outcome_of(response)
    if by_status.reason == RATE_LIMITED:
        return one(by_status._replace(retry_after_ms=max(by_status.retry_after_ms or 0, THROTTLED_MS)))
    if response.status != _BAD_REQUEST:
        return one(by_status)
    error = body.get("error")
    if body.get("missing_field") == "api_key" or (isinstance(error, str) and "api key" in error.lower()):
        return one(Outcome("auth", "invalid_api_key"))
    for problem in ("missing", "invalid"):
        if fields := an_object(body.get(f"events_with_{problem}_fields")):
            return one(Outcome("permanent", reason_of(f"{problem} {next(iter(fields))}", problem)))
    return one(by_status)


KIND: Final = Kind(
    name="amplitude",
    title="Amplitude",
    summary="Events, segment changes and user properties of an Amplitude project; purchases with their revenue.",
    docs_url="https://amplitude.com/docs/apis/analytics/batch-event-upload",
    config=Config,
    types=("event", "profile.created", "profile.updated", "segment.entered", "segment.exited"),
    default_types=("event",),
    default_ordering="none",
    default_purposes=("analytics",),
    limits=limits,
    template=default_map("amplitude"),
    prepare=prepare,
    request=request,
    judge=judge,
)
