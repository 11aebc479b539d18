"""Summary of a profile: contacts, orders and revenue, device, first touch.

Orders are events with the standard event `purchased`. Events with the same order id are one order, with the value of
the newest; each event without an id is a separate order. Revenue is summed for each currency and never converted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from passerby.commerce.orders import order_id_of
from passerby.messages import StoredEvent
from passerby.profiles import user_agents
from passerby.profiles.contacts import headline_of
from passerby.profiles.context import FIRST_TOUCH
from passerby.profiles.view import Profile

ORDERS: Final = 1_000
"""Purchase events of one profile that are read, the newest."""
EARLIEST: Final = 20
"""First events of a profile that are read for the first touch: the very first one often has no URL."""
NAMES: Final = 200
"""Event names with counts, the most frequent."""

_URLS: Final = ("url", "page_url", "page", "path", "page_path")
_REFERRERS: Final = ("referrer", "referring_url", "page_referrer")
_USER_AGENTS: Final = ("userAgent", "user_agent")


class Revenue(msgspec.Struct, kw_only=True):
    """Revenue in one currency; null for orders without a currency."""

    currency: str | None
    value: float
    orders: int


class FirstTouch(msgspec.Struct, kw_only=True, frozen=True):
    """The first touch. `at` is the time of the first event (ms); missing values are None."""

    at: int
    url: str | None
    referrer: str | None
    campaign: dict[str, Any] | None


class Device(msgspec.Struct, kw_only=True):
    """The device used last, from its own description, else from its user agent; unknown values are null."""

    model: str | None
    os: str | None
    browser: str | None
    app: str | None
    user_agent: str | None


class EventNameCount(msgspec.Struct, kw_only=True):
    """Number of a profile's events of one name."""

    name: str
    count: int


class ProfileSummary(msgspec.Struct, kw_only=True, frozen=True):
    """Summary of a profile. Times in ms.

    Orders, revenue and the last purchase are computed from the newest 1,000 purchase events; `orders_complete` is false
    if there are more. `event_names` are the 200 most frequent.
    """

    id: str
    name: str | None
    email: str | None
    phone: str | None
    orders: int
    orders_complete: bool
    revenue: list[Revenue]
    last_purchase: int | None
    sessions: int
    device: Device | None
    first_touch: FirstTouch | None
    event_names: list[EventNameCount]


def summarise(
    profile: Profile,
    names: Mapping[str, int],
    sessions: int,
    purchases: Sequence[StoredEvent],
    earliest: Sequence[StoredEvent],
) -> ProfileSummary:
    """The summary of a profile from its events.

    `names` are counts by event name, `purchases` at most ORDERS events that mean `purchased`, newest first, one more
    where there are more, and `earliest` the oldest events, oldest first.
    """
    headline = headline_of(profile.traits)
    # Reversed, so that the identifier seen first counts: identifiers are in the order in which they were first seen.
    known = {each.namespace: each.value for each in reversed(profile.identifiers)}
    orders = _orders(purchases[:ORDERS])
    # Summed up by currency, largest first.
    sums: dict[str | None, Revenue] = {}
    for value, currency in orders:
        if value is not None:
            total = sums.setdefault(currency, Revenue(currency=currency, value=0.0, orders=0))
            # Rounded at each step: the error of a long sum of binary fractions would reach the digits that are shown.
            total.value = round(total.value + value, 6)
            total.orders += 1
    first_touch = None
    if earliest:
        # The first event often has no URL (a sign-in, an import): then that of the next one that has.
        places = [(_place(event, _URLS), _place(event, _REFERRERS)) for event in earliest]
        url, referrer = next((place for place in places if place[0]), (None, None))
        campaign = dict(_object(profile.context.get(FIRST_TOUCH)))
        first_touch = FirstTouch(at=earliest[0].time, url=url, referrer=referrer or None, campaign=campaign or None)
    return ProfileSummary(
        id=profile.id,
        name=headline.name or None,
        email=headline.email or known.get("email"),
        phone=headline.phone or known.get("phone"),
        orders=len(orders),
        orders_complete=len(purchases) <= ORDERS,
        revenue=sorted(sums.values(), key=lambda each: (-each.value, each.currency or "")),
        last_purchase=purchases[0].time if purchases else None,
        sessions=sessions,
        device=_device(profile.context),
        first_touch=first_touch,
        event_names=[EventNameCount(name=name, count=count) for name, count in names.items()],
    )


def _orders(purchases: Iterable[StoredEvent]) -> list[tuple[float | None, str | None]]:
    """Return each order once: value and currency, both null if no event states a value."""
    orders: dict[str, tuple[float | None, str | None]] = {}
    for event in purchases:
        key = order_id_of(event.properties) or f"event {event.id}"
        meaning = event.semantic
        worth = (meaning.value, meaning.currency) if meaning and meaning.value is not None else (None, None)
        if orders.get(key, (None, None))[0] is None:  # the newest event with a value counts
            orders[key] = worth
    return list(orders.values())


def _device(context: Mapping[str, Any]) -> Device | None:
    # What a device says of itself is more precise than its user agent, which browsers freeze.
    described, system, app = (_object(context.get(name)) for name in ("device", "os", "app"))
    agent = next(filter(None, (_text(context.get(name)) for name in _USER_AGENTS)), None)
    stated = user_agents.parse(agent or "")
    found = Device(
        model=_joined(described, "manufacturer", "model") or _text(described.get("name")) or stated.device or None,
        os=_joined(system, "name", "version") or _text(described.get("os")) or stated.os or None,
        browser=stated.browser or None,
        app=_joined(app, "name", "version"),
        user_agent=agent,
    )
    return found if any(msgspec.structs.astuple(found)) else None


def page_of(event_properties: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    """Return the URL (or path) of an event's page, as sent; "" if there is none."""
    return _stated(event_properties, context, _URLS) or ""


def _place(event: StoredEvent, words: Sequence[str]) -> str | None:
    return _stated(event.properties, event.context, words)


def _stated(properties: Mapping[str, Any], context: Mapping[str, Any], words: Sequence[str]) -> str | None:
    values = (_text(place.get(word)) for place in (properties, _object(context.get("page"))) for word in words)
    return next(filter(None, values), None)


def _joined(value: Mapping[str, Any], *names: str) -> str | None:
    return " ".join(filter(None, (_text(value.get(name)) for name in names))) or None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
