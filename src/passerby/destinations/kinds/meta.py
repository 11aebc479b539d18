"""Meta Conversions API: events with hashed personal data, for measuring and optimising ads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import quote

import msgspec

from passerby.destinations.envelope import Envelope
from passerby.destinations.json_api import an_object, answer, order_id, post, time_ms, with_test_code, without_nulls
from passerby.destinations.kind import SECRET, Kind, Limits, Payload, Sign, Skipped, default_map
from passerby.destinations.template_functions import sha256, text
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

VERSION: Final = "v25.0"
MAX_AGE_MS: Final = 7 * 86_400_000
EVENTS: Final = 1_000
BODY_BYTES: Final = 1_000_000
_ROOM: Final = 1_000


def _letters(value: str) -> str:
    """Return the letters and digits of any script in lower case."""
    return "".join(each for each in value.lower() if each.isalnum())


_CLEANED: Final[Mapping[str, Callable[[str], str]]] = {
    "em": lambda value: value.strip().lower(),
    "ph": lambda value: re.sub(r"[^0-9]", "", value).lstrip("0"),
    "ge": lambda value: value.strip().lower()[:1],
    "db": lambda value: re.sub(r"[^0-9]", "", value)[:8],
    "fn": lambda value: value.strip().lower(),
    "ln": lambda value: value.strip().lower(),
    "ct": _letters,
    "st": _letters,
    "zp": lambda value: value.lower().replace(" ", "").partition("-")[0],
    "country": lambda value: value.strip().lower(),
    "external_id": lambda value: value.strip(),
}
"""How each member of `user_data` is cleaned before it is hashed.
https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters"""
_AS_THEY_ARE: Final = ("client_ip_address", "client_user_agent", "fbc", "fbp", "madid", "lead_id", "subscription_id")
_MATCHED_BY: Final = frozenset({"em", "ph", "external_id", "fbc", "fbp", "madid", "lead_id", "subscription_id"})
_TWO_LETTERS: Final = re.compile(r"[a-z]{2}")
_HASHED: Final = re.compile(r"[0-9a-fA-F]{64}")

_RESULTS: Final[Mapping[int, Result]] = {
    1: "temporary",
    2: "temporary",
    4: "temporary",
    17: "temporary",
    32: "temporary",
    341: "temporary",
    368: "temporary",
    613: "temporary",
    5000: "temporary",
    102: "auth",
    190: "auth",
    3: "auth",
    294: "auth",
    100: "permanent",
}
"""By `error.code`. https://developers.facebook.com/docs/graph-api/guides/error-handling"""
_RATE_CODES: Final = frozenset({4, 17, 32, 613})
_PERMISSIONS: Final = (10, *range(200, 294), *range(295, 300))
_TOO_OLD: Final = 2_804_003


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configuration of a pixel or dataset."""

    pixel_id: Annotated[str, msgspec.Meta(title="Pixel or dataset ID", pattern=r"^[0-9]{5,25}$")]
    access_token: Annotated[str, SECRET, msgspec.Meta(title="Access token", min_length=1, max_length=1_000)]
    test_event_code: Annotated[
        str,
        msgspec.Meta(
            title="Test event code",
            description="From the tab *Test events*; without one, the test button sends a real event",
            max_length=50,
        ),
    ] = ""
    limited_data_use: Annotated[
        bool, msgspec.Meta(title="Limited data use", description="Meta locates the person and applies the law there")
    ] = False


def limits(_config: Config) -> Limits:
    """Return Meta's limits. One event older than seven days fails its whole request."""
    return Limits(
        max_items=EVENTS, max_bytes=BODY_BYTES - _ROOM, max_item_bytes=BODY_BYTES - _ROOM, max_age_ms=MAX_AGE_MS
    )


def prepare(config: Config, envelope: Envelope, mapped: Any, _now_ms: int) -> Payload | Skipped:
    """Return the event with its personal data cleaned and hashed."""
    event = an_object(without_nulls(mapped))
    if not (name := text(event.get("event_name"))):
        return Skipped("not_mapped")
    user = _user(an_object(event.get("user_data")))
    if not _MATCHED_BY & user.keys():
        return Skipped("no_identifier")
    custom = an_object(event.get("custom_data"))
    if name == "Purchase":
        if custom.get("value") is None or not custom.get("currency"):
            return Skipped("no_value")
        custom = {"order_id": order_id(envelope), **custom}
    event["event_time"] = time_ms(event.get("event_time"), envelope) // 1000
    event["user_data"] = user
    event["custom_data"] = {member: value for member, value in custom.items() if value not in (None, [], {})}
    if event.get("action_source") != "website":
        event.pop("event_source_url", None)
    if config.limited_data_use:
        event |= {
            "data_processing_options": ["LDU"],
            "data_processing_options_country": 0,
            "data_processing_options_state": 0,
        }
    return Payload({member: value for member, value in event.items() if value != {}})


def _user(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return `user_data`: what identifies a person as SHA-256, the rest as it is."""
    user: dict[str, Any] = {}
    for name, clean in _CLEANED.items():
        value = given.get(name)
        texts = [each for each in map(text, value if isinstance(value, list) else [value]) if each]
        cleaned = [each if _HASHED.fullmatch(each) else clean(each) for each in texts]
        hashed = [sha256(each) for each in cleaned if each and _fits(name, each)]
        if hashed:
            user[name] = list(dict.fromkeys(hashed))
    return user | {name: value for name in _AS_THEY_ARE if (value := text(given.get(name)))}


def _fits(name: str, value: str) -> bool:
    """Return whether a cleaned value is what Meta compares: a country is its ISO 3166 code."""
    return name != "country" or bool(_TWO_LETTERS.fullmatch(value) or _HASHED.fullmatch(value))


def request(config: Config, payloads: Sequence[Payload], _now_ms: int, id: str, _sign: Sign) -> Request:  # noqa: A002, ARG001 - the parameters of every kind
    """Return the request of a batch of events."""
    token = quote(config.access_token, safe="")
    url = f"https://graph.facebook.com/{VERSION}/{config.pixel_id}/events?access_token={token}"
    return post(url, {"data": [payload.body for payload in payloads]})


def judge(_config: Config, response: Response, payloads: Sequence[Payload]) -> Verdict:
    """Judge by the error's code, and by the number of events that Meta counted: it takes all of a request or none."""
    body, by_status = answer(response), outcome_of(response)
    error = an_object(body.get("error"))
    if by_status.result == "delivered" and not error:
        counted = body.get("events_received", len(payloads))
        # A repeated event has the same `event_id`, so the halves of the batch may be sent again.
        return one(DELIVERED if counted == len(payloads) else Outcome("permanent", "not_received"))
    code = error.get("code")
    if type(code) is not int:
        return one(by_status if by_status.result != "delivered" else Outcome("temporary", "unknown_error"))
    if error.get("error_subcode") == _TOO_OLD:
        return one(Outcome("permanent", "too_old"))
    result: Result = "auth" if code in _PERMISSIONS else _RESULTS.get(code, "permanent")
    if error.get("is_transient") is True:
        result = "temporary"
    reason = RATE_LIMITED if code in _RATE_CODES else f"meta_{code}"
    return one(Outcome(result, reason, by_status.retry_after_ms if result == "temporary" else None))


def test(config: Config, request: Request) -> Request:
    """Return the request with the test event code, whose events are shown in Events Manager and not counted."""
    return with_test_code(request, config.test_event_code)


KIND: Final = Kind(
    name="meta",
    title="Meta Conversions API",
    summary="Events with hashed identifiers for ads on Facebook and Instagram; purchases as Purchase.",
    docs_url="https://developers.facebook.com/documentation/ads-commerce/conversions-api/using-the-api",
    config=Config,
    types=("event",),
    default_types=("event",),
    default_ordering="none",
    default_purposes=("advertising",),
    limits=limits,
    template=default_map("meta"),
    prepare=prepare,
    request=request,
    judge=judge,
    test=test,
)
