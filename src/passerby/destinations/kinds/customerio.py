"""Customer.io: people and their events by the Track API v2."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

import msgspec

from passerby.destinations.envelope import Envelope
from passerby.destinations.json_api import (
    an_object,
    answer,
    basic,
    by_index,
    index_of,
    objects,
    order_id,
    post,
    reason_of,
    time_ms,
    without_nulls,
)
from passerby.destinations.kind import SECRET, Kind, Limits, Payload, Sign, Skipped, default_map
from passerby.destinations.template_functions import text
from passerby.destinations.verdicts import Outcome, Request, Response, Verdict, by_status, outcome_of

ITEMS: Final = 1_000
BODY_BYTES: Final = 500_000
ITEM_BYTES: Final = 32_000
NAME_BYTES: Final = 100
ID_BYTES: Final = 150
_ROOM: Final = 1_000
_HOSTS: Final = {"us": "https://track.customer.io", "eu": "https://track-eu.customer.io"}
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configuration of a workspace."""

    site_id: Annotated[str, msgspec.Meta(title="Site ID", min_length=1, max_length=100)]
    api_key: Annotated[str, SECRET, msgspec.Meta(title="Track API key", min_length=1, max_length=200)]
    region: Annotated[Literal["us", "eu"], msgspec.Meta(title="Data center")] = "us"


def limits(_config: Config) -> Limits:
    """Return Customer.io's limits; it asks for no more than 100 requests a second."""
    return Limits(max_items=ITEMS, max_bytes=BODY_BYTES - _ROOM, max_item_bytes=ITEM_BYTES, requests_per_second=100.0)


def prepare(_config: Config, envelope: Envelope, mapped: Any, _now_ms: int) -> Payload | Skipped:
    """Return an operation on a person who is known by id, else by e-mail address."""
    item = an_object(without_nulls(mapped))
    given = an_object(item.pop("identifiers", None))
    identifiers = next(
        ({name: value} for name in ("id", "email") if (value := text(given.get(name))) and _short(value, ID_BYTES)),
        None,
    )
    if identifiers is None:
        return Skipped("no_identifier")
    time = time_ms(item.get("timestamp"), envelope)
    item = {"type": "person", **item, "identifiers": identifiers, "timestamp": time // 1000}
    if item.get("action") == "event":
        if not (name := text(item.get("name"))):
            return Skipped("not_mapped")
        item["name"] = name.encode()[:NAME_BYTES].decode(errors="ignore")
        item["id"] = _ulid(max(time, 0), envelope["id"])
        if number := order_id(envelope):
            item["attributes"] = {"order_id": number, **an_object(item.get("attributes"))}
    return Payload(item) if item.get("action") else Skipped("not_mapped")


def _short(value: str, most: int) -> bool:
    """Return whether a text has at most this many bytes."""
    return len(value.encode()) <= most


def _ulid(time: int, name: str) -> str:
    """Return a ULID of a time and a name, by which Customer.io recognises an event that is sent again."""
    number = (time & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(sha256(name.encode()).digest()[:10])
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def request(config: Config, payloads: Sequence[Payload], _now_ms: int, id: str, _sign: Sign) -> Request:  # noqa: A002, ARG001 - the parameters of every kind
    """Return the request of a batch."""
    headers = {"authorization": basic(config.site_id, config.api_key)}
    return post(f"{_HOSTS[config.region]}/api/v2/batch", {"batch": [payload.body for payload in payloads]}, headers)


def judge(_config: Config, response: Response, payloads: Sequence[Payload]) -> Verdict:
    """Judge by the errors of a good answer, which have an index; by the status for other answers."""
    errors = objects(answer(response).get("errors"))
    failed = {
        index: Outcome("permanent", reason_of(error.get("reason"), "invalid"))
        for error in errors
        if (index := index_of(error.get("batch_index"))) is not None and index < len(payloads)
    }
    if failed and outcome_of(response).result == "delivered":
        return by_index(failed, payloads)
    return by_status(response)


KIND: Final = Kind(
    name="customerio",
    title="Customer.io",
    summary="People, their events, and segments as attributes of a Customer.io workspace.",
    docs_url="https://docs.customer.io/integrations/api/track/",
    config=Config,
    types=("event", "profile.created", "profile.updated", "segment.entered", "segment.exited"),
    default_types=("event", "profile.created", "profile.updated"),
    default_ordering="person",
    default_purposes=("email",),
    limits=limits,
    template=default_map("customerio"),
    prepare=prepare,
    request=request,
    judge=judge,
)
