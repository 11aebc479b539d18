"""Mixpanel: events by the import API, profiles as people's properties."""

from __future__ import annotations

import re
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
from passerby.destinations.verdicts import Outcome, Request, Response, Verdict, by_status, one

EVENTS: Final = 2_000
BODY_BYTES: Final = 2_000_000
"""One page of Mixpanel's says 2 MB, another 10 MB."""
EVENT_BYTES: Final = 1_000_000
PROPERTIES: Final = 254
_ROOM: Final = 1_000
_HOSTS: Final = {"us": "api", "eu": "api-eu", "in": "api-in"}
_INSERT_ID: Final = re.compile(r"[A-Za-z0-9-]{1,36}")
_BAD_REQUEST: Final = 400
_PROFILES: Final = "profiles"


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configuration of a project."""

    token: Annotated[str, SECRET, msgspec.Meta(title="Project token", pattern=r"^[A-Za-z0-9]{1,100}$")]
    region: Annotated[Literal["us", "eu", "in"], msgspec.Meta(title="Data residency")] = "us"


def limits(_config: Config) -> Limits:
    """Return Mixpanel's limits."""
    return Limits(max_items=EVENTS, max_bytes=BODY_BYTES - _ROOM, max_item_bytes=EVENT_BYTES)


def prepare(config: Config, envelope: Envelope, mapped: Any, _now_ms: int) -> Payload | Skipped:
    """Return an event, or the properties of a person where the map has `$set`."""
    document = an_object(without_nulls(mapped))
    user, device = text(document.get("user_id")), text(document.get("device_id"))
    if not user and not device:
        return Skipped("no_identifier")
    distinct = user or f"$device:{device}"
    if properties := an_object(document.get("$set")):
        return Payload({"$token": config.token, "$distinct_id": distinct, "$ip": "0", "$set": properties}, _PROFILES)
    if not (name := text(document.get("event"))):
        return Skipped("not_mapped")
    given = list(an_object(document.get("properties")).items())[: PROPERTIES - len(_OWN)]
    insert_id = text(document.get("id")) or envelope["id"]
    properties = dict(given) | {
        "time": time_ms(document.get("time"), envelope),
        "distinct_id": distinct,
        "$insert_id": insert_id if _INSERT_ID.fullmatch(insert_id) else sha256(insert_id.encode()).hexdigest()[:36],
    }
    if user:
        properties["$user_id"] = user
    if device:
        properties["$device_id"] = device
    if number := order_id(envelope):
        properties.setdefault("order_id", number)
    return Payload({"event": name, "properties": properties})


_OWN: Final = ("time", "distinct_id", "$insert_id", "$user_id", "$device_id", "order_id")


def request(config: Config, payloads: Sequence[Payload], _now_ms: int, id: str, _sign: Sign) -> Request:  # noqa: A002, ARG001 - the parameters of every kind
    """Return the request of a batch of events, or of people's properties."""
    host = f"https://{_HOSTS[config.region]}.mixpanel.com"
    bodies = [payload.body for payload in payloads]
    if payloads[0].route == _PROFILES:
        return post(f"{host}/engage?verbose=1", bodies)
    return post(f"{host}/import?strict=1", bodies, {"authorization": basic(config.token, "")})


def judge(_config: Config, response: Response, payloads: Sequence[Payload]) -> Verdict:
    """Judge by the records that Mixpanel names: it takes the others, also with the status 400."""
    body = answer(response)
    failed = {
        index: Outcome("permanent", reason_of(record.get("field"), "invalid"))
        for record in objects(body.get("failed_records"))
        if (index := index_of(record.get("index"))) is not None and index < len(payloads)
    }
    if response.status == _BAD_REQUEST and failed:
        return by_index(failed, payloads)
    if payloads[0].route == _PROFILES and response.status == 200 and body.get("status", 1) != 1:  # noqa: PLR2004 - OK, also for errors
        return one(Outcome("permanent", "invalid"))
    return by_status(response)


KIND: Final = Kind(
    name="mixpanel",
    title="Mixpanel",
    summary="Events, segment changes and profiles of a Mixpanel project.",
    docs_url="https://docs.mixpanel.com/reference/import-events",
    config=Config,
    types=("event", "profile.created", "profile.updated", "segment.entered", "segment.exited"),
    default_types=("event",),
    default_ordering="none",
    default_purposes=("analytics",),
    limits=limits,
    template=default_map("mixpanel"),
    prepare=prepare,
    request=request,
    judge=judge,
)
