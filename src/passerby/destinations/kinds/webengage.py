"""WebEngage: events and users by the bulk calls of its REST API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

import msgspec

from passerby.clock import iso
from passerby.destinations.envelope import Envelope
from passerby.destinations.json_api import an_object, order_id, post, time_ms, without_nulls
from passerby.destinations.kind import SECRET, Kind, Limits, Payload, Sign, Skipped, default_map
from passerby.destinations.template_functions import text
from passerby.destinations.verdicts import Request, Response, Verdict, by_status

RECORDS: Final = 25
BODY_BYTES: Final = 1_000_000
ID_LENGTH: Final = 100
NAME_LENGTH: Final = 49
TEXT_LENGTH: Final = 999
OF_ONE_TYPE: Final = 25
"""Attributes of each data type in an event or user."""
_ROOM: Final = 1_000
_HOSTS: Final = {
    "us": "https://api.webengage.com",
    "in": "https://api.in.webengage.com",
    "ksa": "https://api.ksa.webengage.com",
    "eu": "https://api.eug.webengage.com",
}
_EVENTS: Final = "events"
_USERS: Final = "users"


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configuration of an account."""

    license_code: Annotated[str, msgspec.Meta(title="License code", pattern=r"^[A-Za-z0-9~]{1,50}$")]
    api_key: Annotated[str, SECRET, msgspec.Meta(title="REST API key", min_length=1, max_length=200)]
    region: Annotated[Literal["us", "in", "ksa", "eu"], msgspec.Meta(title="Data center")] = "us"


def limits(_config: Config) -> Limits:
    """Return WebEngage's limits: 25 records a call, 500 calls a minute."""
    return Limits(
        max_items=RECORDS, max_bytes=BODY_BYTES - _ROOM, max_item_bytes=BODY_BYTES - _ROOM, requests_per_second=8.0
    )


def prepare(_config: Config, envelope: Envelope, mapped: Any, _now_ms: int) -> Payload | Skipped:
    """Return an event where the map has `eventName`, else a user."""
    record = an_object(without_nulls(mapped))
    ids = {name: value for name in ("userId", "anonymousId") if (value := text(record.get(name)))}
    ids = {name: value for name, value in ids.items() if len(value) <= ID_LENGTH}
    if not ids:
        return Skipped("no_identifier")
    if "eventName" not in record:
        attributes = _attributes(an_object(record.get("attributes")))
        return Payload({**record, **ids, **({"attributes": attributes} if attributes else {})}, _USERS)
    name = (text(record["eventName"]) or "").strip()[:NAME_LENGTH]
    if not name or name.startswith("we_"):
        return Skipped("not_mapped")
    data = an_object(record.get("eventData"))
    if number := order_id(envelope):
        data.setdefault("order_id", number)
    # `yyyy-MM-ddTHH:mm:ss±hhmm`: WebEngage wants the offset without a colon.
    time = f"{iso(time_ms(record.get('eventTime'), envelope))[:19]}+0000"
    return Payload({**ids, "eventName": name, "eventTime": time, "eventData": _attributes(data)}, _EVENTS)


def _attributes(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes within WebEngage's limits: names without its own prefix, short texts, so many of each type."""
    kept: dict[str, Any] = {}
    counts: dict[str, int] = {}
    for name, value in given.items():
        kind = "number" if type(value) in (int, float) else type(value).__name__
        if name.startswith("we_") or len(name) > NAME_LENGTH or counts.get(kind, 0) >= OF_ONE_TYPE:
            continue
        counts[kind] = counts.get(kind, 0) + 1
        kept[name] = value[:TEXT_LENGTH] if isinstance(value, str) else value
    return kept


def request(config: Config, payloads: Sequence[Payload], _now_ms: int, id: str, _sign: Sign) -> Request:  # noqa: A002 - the name in the specification
    """Return the bulk call. Its id stays the same when it is sent again."""
    route = payloads[0].route
    url = f"{_HOSTS[config.region]}/v1/accounts/{config.license_code}/bulk-{route}"
    headers = {
        "authorization": f"Bearer {config.api_key}",
        "x-request-id": sha256(id.encode()).hexdigest()[:32],
    }
    return post(url, {route: [payload.body for payload in payloads]}, headers)


def judge(_config: Config, response: Response, _payloads: Sequence[Payload]) -> Verdict:
    """Judge by the status: a call with a record that is not valid is refused as one, and the engine halves it."""
    return by_status(response)


KIND: Final = Kind(
    name="webengage",
    title="WebEngage",
    summary="Events, segment changes and users of a WebEngage account.",
    docs_url="https://docs.webengage.com/docs/rest-api-getting-started",
    config=Config,
    types=("event", "profile.created", "profile.updated", "segment.entered", "segment.exited"),
    default_types=("event", "profile.created", "profile.updated"),
    default_ordering="person",
    limits=limits,
    template=default_map("webengage"),
    prepare=prepare,
    request=request,
    judge=judge,
)
