"""CrossEngage: users and their events by its REST API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec

from passerby.destinations.envelope import Envelope
from passerby.destinations.json_api import an_object, objects, order_id, post, reason_of, without_nulls
from passerby.destinations.kind import SECRET, URL, Kind, Limits, Payload, Sign, Skipped, default_map
from passerby.destinations.template_functions import text
from passerby.destinations.verdicts import DELIVERED, Outcome, Request, Response, Verdict, by_status

RECORDS: Final = 50
"""Events of a request, which are of one user; users are sent as many at once."""
BODY_BYTES: Final = 1_000_000
_ROOM: Final = 1_000
_USERS: Final = "users"


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configuration of an account."""

    auth_token: Annotated[str, SECRET, msgspec.Meta(title="Master API key", min_length=1, max_length=200)]
    url: Annotated[str, URL, msgspec.Meta(title="URL", max_length=2_000)] = "https://api.crossengage.io"
    business_unit: Annotated[
        str, msgspec.Meta(title="Business unit", description="Of users without one", max_length=100)
    ] = ""


def limits(_config: Config) -> Limits:
    """Return CrossEngage's limits: 50 events a request, users of 1 MB."""
    return Limits(max_items=RECORDS, max_bytes=BODY_BYTES - _ROOM, max_item_bytes=BODY_BYTES - _ROOM)


def prepare(config: Config, envelope: Envelope, mapped: Any, _now_ms: int) -> Payload | Skipped:
    """Return an event where the map has `event`, else a user. Events of a user share a route, as a request has one."""
    record = an_object(without_nulls(mapped))
    user, email = text(record.get("id")), text(record.get("email"))
    if "event" not in record:
        if not user:
            return Skipped("no_identifier")
        return Payload({"businessUnit": config.business_unit, **record, "id": user}, _USERS)
    if not user and not email:
        return Skipped("no_identifier")
    if not (name := text(record["event"])):
        return Skipped("not_mapped")
    properties = an_object(record.get("properties"))
    if number := order_id(envelope):
        properties.setdefault("orderId", number)
    person = {"id": user} if user else {"email": email, "businessUnit": config.business_unit}
    return Payload({"person": person, "event": {"event": name, "properties": properties}}, f"events/{user or email}")


def request(config: Config, payloads: Sequence[Payload], _now_ms: int, id: str, _sign: Sign) -> Request:  # noqa: A002, ARG001 - the parameters of every kind
    """Return the request of a batch of users, or of events of one user."""
    headers = {"x-xng-authtoken": config.auth_token, "x-xng-apiversion": "1"}
    url = config.url.rstrip("/")
    if payloads[0].route == _USERS:
        return post(f"{url}/users/batch", {"updated": [payload.body for payload in payloads]}, headers)
    events = [payload.body["event"] for payload in payloads]
    return post(f"{url}/events", {**payloads[0].body["person"], "events": events}, headers)


def judge(_config: Config, response: Response, payloads: Sequence[Payload]) -> Verdict:
    """Judge users by their entries in the answer, in its order; events by the status."""
    if payloads[0].route == _USERS and response.status in _WITH_ENTRIES:
        entries = _entries(response)
        if len(entries) == len(payloads):
            return Verdict(tuple(_outcome(entry) for entry in entries))
    return by_status(response)


_WITH_ENTRIES: Final = (200, 400)


def _entries(response: Response) -> list[dict[str, Any]]:
    """Return the entries of a batch's answer, whether they are an array or its member `updated`."""
    try:
        body = msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    return objects(body.get("updated") if isinstance(body, dict) else body)


def _outcome(entry: dict[str, Any]) -> Outcome:
    """Return the outcome of one user."""
    if entry.get("success") is not False:
        return DELIVERED
    error = next(iter(objects(entry.get("errors"))), {})
    return Outcome("permanent", reason_of(error.get("type"), "invalid"))


KIND: Final = Kind(
    name="crossengage",
    title="CrossEngage",
    summary="Users of a CrossEngage account and their events.",
    docs_url="https://documentation.crossengage.io",
    config=Config,
    types=("event", "profile.created", "profile.updated"),
    default_types=("event", "profile.created", "profile.updated"),
    default_ordering="person",
    limits=limits,
    template=default_map("crossengage"),
    prepare=prepare,
    request=request,
    judge=judge,
)
