"""Google Analytics 4: events by the Measurement Protocol, one request an event, since a request is of one client.

Google answers 2xx whatever is in a request, so its limits are applied here: names and values are shortened, what it
does not take is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

import msgspec

from passerby.destinations.envelope import Envelope
from passerby.destinations.json_api import an_object, answer, objects, order_id, post, reason_of, time_ms, without_nulls
from passerby.destinations.kind import SECRET, InvalidConfig, Kind, Limits, Payload, Sign, Skipped, default_map
from passerby.destinations.template_functions import text
from passerby.destinations.verdicts import Outcome, Request, Response, Verdict, by_status, one

MAX_AGE_MS: Final = 72 * 3_600_000
BODY_BYTES: Final = 130_000
PARAMETERS: Final = 25
ITEMS: Final = 200
NAME_LENGTH: Final = 40
VALUE_LENGTH: Final = 100
USER_PROPERTY_LENGTHS: Final = (24, 36)
LONGER: Final[Mapping[str, int]] = {"page_title": 300, "page_referrer": 420, "page_location": 1_000}
"""https://developers.google.com/analytics/devguides/collection/protocol/ga4/sending-events#limitations"""
_HOSTS: Final = {"global": "https://www.google-analytics.com", "eu": "https://region1.google-analytics.com"}
_RESERVED: Final = ("_", "firebase_", "ga_", "google_", "gtag.")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configuration of a data stream: of a website, or of an app."""

    api_secret: Annotated[str, SECRET, msgspec.Meta(title="API secret", min_length=1, max_length=200)]
    measurement_id: Annotated[
        str, msgspec.Meta(title="Measurement ID", description="Of a web stream", pattern=r"^(G-[A-Z0-9]{4,20})?$")
    ] = ""
    firebase_app_id: Annotated[
        str, msgspec.Meta(title="Firebase app ID", description="Of an app stream", pattern=r"^[A-Za-z0-9:]{0,100}$")
    ] = ""
    region: Annotated[Literal["global", "eu"], msgspec.Meta(title="Region of processing")] = "global"


def check(config: Config) -> None:
    """Refuse a configuration without a stream, or with two. Raises InvalidConfig."""
    if bool(config.measurement_id) == bool(config.firebase_app_id):
        raise InvalidConfig("config.measurement_id", "is required, or config.firebase_app_id, not both")


def limits(_config: Config) -> Limits:
    """Return Google's limits. Events older than 72 hours are not taken."""
    return Limits(
        max_items=1,
        max_bytes=BODY_BYTES,
        max_item_bytes=BODY_BYTES,
        max_wait_ms=0,
        requests_per_second=500.0,
        max_age_ms=MAX_AGE_MS,
    )


def prepare(config: Config, envelope: Envelope, mapped: Any, _now_ms: int) -> Payload | Skipped:
    """Return the body with one event, within Google's limits."""
    event = an_object(without_nulls(mapped))
    name = _name(event.get("name"), NAME_LENGTH)
    if not name:
        return Skipped("not_mapped")
    client = "client_id" if config.measurement_id else "app_instance_id"
    if not (client_id := text(event.get(client))):
        return Skipped("no_identifier")
    params = an_object(event.get("params"))
    if name == "purchase":
        params = {"transaction_id": order_id(envelope), **params}
    body: dict[str, Any] = {
        client: client_id,
        "timestamp_micros": time_ms(event.get("time"), envelope) * 1000,
        "events": [{"name": name, "params": _parameters(params)}],
    }
    if user_id := text(event.get("user_id")):
        body["user_id"] = user_id
    names, values = USER_PROPERTY_LENGTHS
    if properties := _values(an_object(event.get("user_properties")), PARAMETERS, names, values):
        body["user_properties"] = {name: {"value": value} for name, value in properties.items()}
    if consent := an_object(event.get("consent")):
        body["consent"] = consent
    return Payload(body)


def _name(value: Any, length: int) -> str:
    """Return a name of letters, digits and underscores that begins with a letter and has no reserved prefix."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", text(value) or "").strip("_")
    if not name:
        return ""
    return (name if name[0].isalpha() and not name.startswith(_RESERVED) else f"x_{name}")[:length]


def _parameters(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event's parameters. `engagement_time_msec` makes its user count as active."""
    kept = _values(params, PARAMETERS - 2, NAME_LENGTH, VALUE_LENGTH)
    kept.setdefault("engagement_time_msec", 1)
    items = [_values(each, PARAMETERS, NAME_LENGTH, VALUE_LENGTH) for each in objects(params.get("items"))[:ITEMS]]
    return {**kept, "items": items} if items else kept


def _values(given: Mapping[str, Any], most: int, names: int, values: int) -> dict[str, Any]:
    """Return the texts and numbers, shortened; without e-mail addresses, which Google's terms do not allow."""
    kept: dict[str, Any] = {}
    for raw, value in given.items():
        name = _name(raw, names)
        if isinstance(value, bool):
            value = str(value).lower()  # noqa: PLW2901 - a text from here on
        if len(kept) >= most or not name or not isinstance(value, str | int | float):
            continue
        if isinstance(value, str):
            if not value or _EMAIL.fullmatch(value):
                continue
            value = value[: LONGER.get(name, values)]  # noqa: PLW2901 - shortened
        kept[name] = value
    return kept


def request(config: Config, payloads: Sequence[Payload], _now_ms: int, id: str, _sign: Sign) -> Request:  # noqa: A002, ARG001 - the parameters of every kind
    """Return the request of one event. The colons of an app's ID stay as they are."""
    (event,) = payloads
    stream = (
        f"measurement_id={config.measurement_id}"
        if config.measurement_id
        else f"firebase_app_id={config.firebase_app_id}"
    )
    url = f"{_HOSTS[config.region]}/mp/collect?{stream}&api_secret={quote(config.api_secret, safe='')}"
    return post(url, event.body)


def judge(_config: Config, response: Response, _payloads: Sequence[Payload]) -> Verdict:
    """Judge by the status, and by the messages that only the debug address sends."""
    messages = objects(answer(response).get("validationMessages"))
    if messages and response.status < 300:  # noqa: PLR2004 - the statuses that say nothing
        return one(Outcome("permanent", reason_of(messages[0].get("validationCode"), "invalid")))
    return by_status(response)


def test(_config: Config, request: Request) -> Request:
    """Return the request to the debug address, which checks an event and does not count it."""
    return request._replace(url=request.url.replace("/mp/collect", "/debug/mp/collect", 1))


KIND: Final = Kind(
    name="ga4",
    title="Google Analytics 4",
    summary="Events of a web or app stream; standard events as those that Google recommends.",
    docs_url="https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference",
    config=Config,
    check=check,
    types=("event",),
    default_types=("event",),
    default_ordering="none",
    default_purposes=("analytics",),
    limits=limits,
    template=default_map("ga4"),
    prepare=prepare,
    request=request,
    judge=judge,
    test=test,
)
