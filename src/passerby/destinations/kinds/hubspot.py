"""HubSpot: profiles with an e-mail address as contacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec

from passerby.destinations.envelope import Envelope
from passerby.destinations.json_api import an_object, answer, objects, post, reason_of, without_nulls
from passerby.destinations.kind import SECRET, Kind, Limits, Payload, Sign, Skipped, default_map
from passerby.destinations.template_functions import text
from passerby.destinations.verdicts import DELIVERED, Outcome, Request, Response, Verdict, by_status

CONTACTS: Final = 100
BODY_BYTES: Final = 3_000_000
_URL: Final = "https://api.hubapi.com/crm/objects/2026-03/contacts/batch/upsert"
_ROOM: Final = 10_000


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configuration of an account."""

    access_token: Annotated[
        str,
        SECRET,
        msgspec.Meta(
            title="Access token",
            description="Of a private app with the scope crm.objects.contacts.write",
            min_length=1,
            max_length=500,
        ),
    ]


def limits(_config: Config) -> Limits:
    """Return HubSpot's limits: 100 requests in ten seconds for the smallest accounts."""
    return Limits(
        max_items=CONTACTS,
        max_bytes=BODY_BYTES - _ROOM,
        max_item_bytes=BODY_BYTES - _ROOM,
        requests_per_second=9.0,
    )


def prepare(_config: Config, _envelope: Envelope, mapped: Any, _now_ms: int) -> Payload | Skipped:
    """Return the properties of a contact, known by its e-mail address."""
    properties = an_object(without_nulls(mapped))
    email = (text(properties.get("email")) or "").strip().lower()
    if not email:
        return Skipped("no_identifier")
    return Payload({"id": email, "properties": {**properties, "email": email}})


def request(config: Config, payloads: Sequence[Payload], _now_ms: int, id: str, _sign: Sign) -> Request:  # noqa: A002, ARG001 - the parameters of every kind
    """Return the request of a batch. HubSpot refuses two inputs of one contact, so they are one, the later winning."""
    contacts: dict[str, dict[str, Any]] = {}
    for payload in payloads:
        contacts.setdefault(payload.body["id"], {}).update(payload.body["properties"])
    inputs = [{"id": email, "idProperty": "email", "properties": each} for email, each in contacts.items()]
    return post(_URL, {"inputs": inputs}, {"authorization": f"Bearer {config.access_token}"})


def judge(_config: Config, response: Response, payloads: Sequence[Payload]) -> Verdict:
    """Judge by the contacts in the results where there are errors of some; by the status otherwise."""
    body = answer(response)
    errors = objects(body.get("errors"))
    taken = {
        (text(an_object(each.get("properties")).get("email")) or "").lower() for each in objects(body.get("results"))
    }
    if errors and 200 <= response.status < 300:  # noqa: PLR2004 - the successful statuses
        failed = Outcome("permanent", reason_of(errors[0].get("category"), "invalid"))
        return Verdict(tuple(DELIVERED if each.body["id"] in taken else failed for each in payloads))
    return by_status(response)


KIND: Final = Kind(
    name="hubspot",
    title="HubSpot",
    summary="Contacts of a HubSpot account, created and updated by their e-mail address.",
    docs_url="https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/batch/upsert-contacts",
    config=Config,
    types=("profile.created", "profile.updated"),
    default_types=("profile.created", "profile.updated"),
    default_ordering="person",
    default_purposes=("email",),
    limits=limits,
    template=default_map("hubspot"),
    prepare=prepare,
    request=request,
    judge=judge,
)
