"""Segment-compatible HTTP: events and profiles as calls to Segment, RudderStack, Jitsu or another Passerby."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec

from passerby.destinations.envelope import Envelope
from passerby.destinations.json_api import an_object, basic, order_id, post, without_nulls
from passerby.destinations.kind import SECRET, URL, Kind, Limits, Payload, Sign, Skipped, default_map
from passerby.destinations.verdicts import Request, Response, Verdict, by_status

BATCH_BYTES: Final = 500_000
CALL_BYTES: Final = 32_000
_ROOM: Final = 1_000
"""Bytes of a request around its calls."""


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configuration of a source with Segment's HTTP API."""

    write_key: Annotated[str, SECRET, msgspec.Meta(title="Write key", min_length=1, max_length=200)]
    url: Annotated[str, URL, msgspec.Meta(title="URL", description="Address without /v1/batch", max_length=2_000)] = (
        "https://api.segment.io"
    )


def limits(_config: Config) -> Limits:
    """Return Segment's limits: 500 kB a batch and 32 kB a call."""
    return Limits(max_items=500, max_bytes=BATCH_BYTES - _ROOM, max_item_bytes=CALL_BYTES)


def prepare(_config: Config, envelope: Envelope, mapped: Any, _now_ms: int) -> Payload | Skipped:
    """Return a call: of the map, with the order's number in the words of Segment's specification."""
    call = without_nulls(an_object(mapped))
    if not call.get("type") or not (call.get("userId") or call.get("anonymousId")):
        return Skipped("no_identifier" if call.get("type") else "not_mapped")
    properties = call.get("properties")
    number = order_id(envelope)
    if call.get("event") in _OF_ORDERS and isinstance(properties, dict) and number:
        properties.setdefault("order_id", number)
    return Payload(call)


_OF_ORDERS: Final = ("Order Completed", "Checkout Started")


def request(config: Config, payloads: Sequence[Payload], _now_ms: int, id: str, _sign: Sign) -> Request:  # noqa: A002, ARG001 - the parameters of every kind
    """Return the request of a batch of calls."""
    url = f"{config.url.rstrip('/')}/v1/batch"
    headers = {"authorization": basic(config.write_key, "")}
    return post(url, {"batch": [payload.body for payload in payloads]}, headers)


def judge(_config: Config, response: Response, _payloads: Sequence[Payload]) -> Verdict:
    """Judge by the status: a batch is taken or refused as one."""
    return by_status(response)


KIND: Final = Kind(
    name="segment",
    title="Segment-compatible HTTP",
    summary="Events, profiles and segments for Segment, RudderStack, Jitsu or another Passerby.",
    docs_url="https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/",
    config=Config,
    types=("event", "profile.created", "profile.updated", "segment.entered", "segment.exited"),
    default_types=("event", "profile.created", "profile.updated"),
    default_ordering="person",
    limits=limits,
    template=default_map("segment"),
    prepare=prepare,
    request=request,
    judge=judge,
)
