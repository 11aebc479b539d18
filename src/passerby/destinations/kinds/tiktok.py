"""TikTok Events API 2.0: events with hashed personal data, for measuring and optimising ads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

import msgspec

from passerby.destinations.envelope import Envelope
from passerby.destinations.json_api import an_object, answer, order_id, post, time_ms, with_test_code, without_nulls
from passerby.destinations.kind import SECRET, Kind, Limits, Payload, Sign, Skipped, default_map
from passerby.destinations.template_functions import e164, sha256, text
from passerby.destinations.verdicts import (
    DELIVERED,
    RATE_LIMITED,
    Outcome,
    Request,
    Response,
    Result,
    Verdict,
    one,
    outcome_of,
)

EVENTS: Final = 1_000
BODY_BYTES: Final = 4_000_000
_URL: Final = "https://business-api.tiktok.com/open_api/v1.3/event/track/"
_ROOM: Final = 1_000
_HASHED: Final = re.compile(r"[0-9a-fA-F]{64}")
_AS_THEY_ARE: Final = ("ttclid", "ttp", "ip", "user_agent", "locale", "idfa", "gaid")
_MATCHED_BY: Final = frozenset({"email", "phone", "external_id", "ttclid", "ttp", "idfa", "gaid"})
_TOO_FREQUENT: Final = 40_100
_AUTH: Final = frozenset({40_001, 40_101, 40_102, 40_104, 40_105})
"""No permission, and tokens that are missing, expired or wrong."""
_SERVER: Final = 50_000


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configuration of a pixel or another event source."""

    event_source_id: Annotated[
        str, msgspec.Meta(title="Pixel code or event source ID", pattern=r"^[A-Za-z0-9_-]{1,100}$")
    ]
    access_token: Annotated[str, SECRET, msgspec.Meta(title="Access token", min_length=1, max_length=1_000)]
    event_source: Annotated[Literal["web", "app", "offline", "crm"], msgspec.Meta(title="Event source")] = "web"
    test_event_code: Annotated[
        str,
        msgspec.Meta(
            title="Test event code",
            description="From the tab *Test Events*; without one, the test button sends a real event",
            max_length=50,
        ),
    ] = ""
    limited_data_use: Annotated[bool, msgspec.Meta(title="Limited data use")] = False


def limits(_config: Config) -> Limits:
    """Return TikTok's limits: 1,000 events a request, 600,000 a minute."""
    return Limits(max_items=EVENTS, max_bytes=BODY_BYTES - _ROOM, max_item_bytes=BODY_BYTES - _ROOM)


def prepare(config: Config, envelope: Envelope, mapped: Any, _now_ms: int) -> Payload | Skipped:
    """Return the event with its personal data cleaned and hashed."""
    event = an_object(without_nulls(mapped))
    if not text(event.get("event")):
        return Skipped("not_mapped")
    user = _user(an_object(event.get("user")))
    if not _MATCHED_BY & user.keys():
        return Skipped("no_identifier")
    properties = an_object(event.get("properties"))
    if number := order_id(envelope):
        properties = {"order_id": number, **properties}
    event |= {
        "event_time": time_ms(event.get("event_time"), envelope) // 1000,
        "user": user,
        "properties": {name: value for name, value in properties.items() if value not in ([], {})},
    }
    if config.limited_data_use:
        event["limited_data_use"] = True
    return Payload({name: value for name, value in event.items() if value != {}})


def _user(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return `user`: what identifies a person as SHA-256, the rest as it is."""
    user: dict[str, Any] = {}
    for name in ("email", "phone", "external_id"):
        value = given.get(name)
        texts = [each for each in map(text, value if isinstance(value, list) else [value]) if each]
        cleaned = [each if _HASHED.fullmatch(each) else _clean(name, each) for each in texts]
        if hashed := [sha256(each) for each in cleaned if each]:
            user[name] = list(dict.fromkeys(hashed))
    return user | {name: value for name in _AS_THEY_ARE if (value := text(given.get(name)))}


def _clean(name: str, value: str) -> str:
    """Return an identifier as TikTok hashes it: a phone number with its plus sign, others in lower case."""
    return (e164(value) or "") if name == "phone" else value.strip().lower()


def request(config: Config, payloads: Sequence[Payload], _now_ms: int, id: str, _sign: Sign) -> Request:  # noqa: A002, ARG001 - the parameters of every kind
    """Return the request of a batch of events."""
    body = {
        "event_source": config.event_source,
        "event_source_id": config.event_source_id,
        "data": [payload.body for payload in payloads],
    }
    return post(_URL, body, {"access-token": config.access_token})


def judge(_config: Config, response: Response, _payloads: Sequence[Payload]) -> Verdict:
    """Judge by the body's code: TikTok answers 200 to errors, too."""
    by_status = outcome_of(response)
    code = answer(response).get("code")
    if type(code) is not int:
        return one(by_status)
    if code == 0:
        return one(DELIVERED if by_status.result == "delivered" else by_status)
    result: Result = "permanent"
    if code == _TOO_FREQUENT or code >= _SERVER:
        result = "temporary"
    elif code in _AUTH:
        result = "auth"
    reason = RATE_LIMITED if code == _TOO_FREQUENT else f"tiktok_{code}"
    return one(Outcome(result, reason, by_status.retry_after_ms if result == "temporary" else None))


def test(config: Config, request: Request) -> Request:
    """Return the request with the test event code, whose events are shown in Events Manager and not counted."""
    return with_test_code(request, config.test_event_code)


KIND: Final = Kind(
    name="tiktok",
    title="TikTok Events API",
    summary="Events with hashed identifiers for ads on TikTok; purchases as CompletePayment.",
    docs_url="https://business-api.tiktok.com/portal/docs",
    config=Config,
    types=("event",),
    default_types=("event",),
    default_ordering="none",
    default_purposes=("advertising",),
    limits=limits,
    template=default_map("tiktok"),
    prepare=prepare,
    request=request,
    judge=judge,
    test=test,
)
