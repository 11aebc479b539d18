"""Mailchimp: profiles as members of an audience, and their events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import md5
from typing import Annotated, Any, Final, Literal

import msgspec

from passerby.clock import iso
from passerby.destinations.envelope import Envelope
from passerby.destinations.json_api import an_object, answer, basic, order_id, post, reason_of, time_ms, without_nulls
from passerby.destinations.kind import SECRET, Kind, Limits, Payload, Sign, Skipped, default_map
from passerby.destinations.template_functions import text
from passerby.destinations.verdicts import RATE_LIMITED, Outcome, Request, Response, Verdict, by_status, one, outcome_of

BODY_BYTES: Final = 1_000_000
NAME_LENGTHS: Final = (2, 30)
"""Characters of an event's name."""
_MEMBER: Final = "member"
_EVENT: Final = "event"
_OK: Final = 200
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configuration of an audience."""

    api_key: Annotated[
        str,
        SECRET,
        msgspec.Meta(
            title="API key", description="With its data center: …-us6", pattern=r"^[0-9A-Za-z]+-[a-z]{2}[0-9]{1,3}$"
        ),
    ]
    audience_id: Annotated[str, msgspec.Meta(title="Audience ID", pattern=r"^[0-9a-zA-Z]{1,50}$")]
    status_if_new: Annotated[
        Literal["transactional", "pending", "unsubscribed", "subscribed"],
        msgspec.Meta(
            title="Status of new members",
            description="subscribed only for people who have consented; pending asks them",
        ),
    ] = "transactional"


def limits(_config: Config) -> Limits:
    """Return Mailchimp's limit of ten connections at once, which a few requests a second do not reach."""
    return Limits(max_items=1, max_bytes=BODY_BYTES, max_item_bytes=BODY_BYTES, max_wait_ms=0, requests_per_second=10.0)


def prepare(config: Config, envelope: Envelope, mapped: Any, _now_ms: int) -> Payload | Skipped:
    """Return a member, or an event where the map has `name`. The status of a member that exists is never changed."""
    document = an_object(without_nulls(mapped))
    email = (text(document.get("email")) or "").strip()
    if "@" not in email:
        return Skipped("no_identifier")
    if "name" not in document:
        body: dict[str, Any] = {"email_address": email, "status_if_new": config.status_if_new}
        if fields := an_object(document.get("merge_fields")):
            body["merge_fields"] = fields
        return Payload({"email": email, "body": body}, _MEMBER)
    least, most = NAME_LENGTHS
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", text(document["name"]) or "").strip("_")[:most]
    if len(name) < least:
        return Skipped("not_mapped")
    properties = an_object(document.get("properties"))
    if number := order_id(envelope):
        properties = {"order_id": number, **properties}
    texts = {member: value for member, each in properties.items() if (value := text(each))}
    body = {"name": name, "occurred_at": iso(time_ms(document.get("time"), envelope))}
    return Payload({"email": email, "body": {**body, "properties": texts} if texts else body}, _EVENT)


def _member_url(config: Config, email: str) -> str:
    """Return the address of a member, whose name is the MD5 of the e-mail address in lower case."""
    name = md5(email.lower().encode(), usedforsecurity=False).hexdigest()
    center = config.api_key.rpartition("-")[2]
    return f"https://{center}.api.mailchimp.com/3.0/lists/{config.audience_id}/members/{name}"


def request(config: Config, payloads: Sequence[Payload], _now_ms: int, id: str, _sign: Sign) -> Request:  # noqa: A002, ARG001 - the parameters of every kind
    """Return the request that creates or updates a member, or adds an event."""
    (payload,) = payloads
    url = _member_url(config, payload.body["email"])
    headers = {"authorization": basic("passerby", config.api_key)}
    if payload.route == _MEMBER:
        return post(url, payload.body["body"], headers, "PUT")
    return post(f"{url}/events", payload.body["body"], headers)


def judge(config: Config, response: Response, payloads: Sequence[Payload]) -> Verdict:
    """Judge by the status. The event of a person who is no member creates the member, and is sent again after that."""
    body, outcome, payload = answer(response), outcome_of(response), payloads[0]
    if response.status == _FORBIDDEN and not body:
        return one(Outcome("temporary", RATE_LIMITED))  # a request too many at once; one without rights has a body
    if payload.route == _EVENT and response.status == _NOT_FOUND:
        email = payload.body["email"]
        member = {"email_address": email, "status_if_new": config.status_if_new}
        headers = {"authorization": basic("passerby", config.api_key)}
        return Verdict((Outcome("permanent", "no_member"),), post(_member_url(config, email), member, headers, "PUT"))
    if payload.route == _EVENT and response.status == _OK and "email_address" in body:
        return one(Outcome("temporary", "member_created"))
    if outcome.result == "permanent":
        return one(outcome._replace(reason=reason_of(body.get("title"), outcome.reason)))
    return by_status(response)


KIND: Final = Kind(
    name="mailchimp",
    title="Mailchimp",
    summary="Members of a Mailchimp audience with their merge fields, and their events.",
    docs_url="https://mailchimp.com/developer/marketing/api/list-members/add-or-update-list-member/",
    config=Config,
    types=("event", "profile.created", "profile.updated"),
    default_types=("profile.created", "profile.updated"),
    default_ordering="person",
    default_purposes=("email",),
    limits=limits,
    template=default_map("mailchimp"),
    prepare=prepare,
    request=request,
    judge=judge,
)
