"""Where the same people shop besides, in the words of three more vendors.

There is an outlet's app (CustomerLabs), a second web shop (Antsomi), and the books that the company's servers keep
(Segment). The outlet knows people by their address, the web shop by their customer id; the books know both, and so
bring what is known of a customer together.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from passerby.demo.people import Person, dice
from passerby.demo.steps import LATE_MS, PRODUCTS, Step, iso

MINUTE: Final = 60_000
PAUSE_MS: Final = 20_000
"""Between two calls of a visit."""
CAMPAIGNS: Final = (
    {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "autumn"},
    {"utm_source": "search", "utm_medium": "cpc", "utm_campaign": "lamps"},
)
REPEATED: Final = 0.05
"""Share of the books' batches that are sent twice with the same message ids."""


def elsewhere(person: Person, seed: int, start: int) -> Iterator[Step]:
    """The calls of one person's visits besides, within the 24 hours from `start`."""
    roll = dice(seed, "visits elsewhere", person.number)
    if person.outlet:
        yield from _outlet(person, start + roll.randrange(LATE_MS), roll)
    if person.lounge:
        yield from _lounge(person, start + roll.randrange(LATE_MS), roll)
    if person.ambition == "customer" and (person.outlet or person.lounge):
        yield _books(person, start + LATE_MS + roll.randrange(10 * MINUTE), roll)


def _outlet(person: Person, at: int, roll: random.Random) -> Iterator[Step]:
    """A session in the outlet's app. Whoever has an address gives it, and customers buy."""
    device = UUID(int=roll.getrandbits(128), version=4)
    who = {"uid": str(device), "sid": f"CL-{UUID(int=roll.getrandbits(128), version=4)}"}
    said = {"extInfoVersion": "a2", "deviceModelName": "Pixel 9", "limitAdTracking": "false", "locale": person.language}
    body = {"external_ids": {"aaid": str(UUID(int=roll.getrandbits(128), version=4))}, "additional_info": said}
    yield Step(at, person.household, "customerlabs.externalIds", who | body | {"utm_params": roll.choice(CAMPAIGNS)})
    product = roll.choice(PRODUCTS)
    yield _in_outlet(person, at + PAUSE_MS, who, "Product viewed", product)
    if person.ambition == "visitor":
        return
    by, at = {"identify_by": {"identify_by_email": person.email}}, at + 2 * PAUSE_MS
    traits = {"traits": {"first_name": person.name, "country": person.language.upper()}, "external_ids": {}}
    named = {**who, **by, **traits, "event_source": "mobile_app", "added_at": iso(at)}
    yield Step(at, person.household, "customerlabs.identify", named)
    if person.ambition == "customer":
        yield _in_outlet(person, at + PAUSE_MS, who | by, "Purchase", product)


def _in_outlet(person: Person, at: int, who: dict[str, Any], name: str, product: tuple[str, str, float]) -> Step:
    sku, title, price = product
    line = {"product_id": sku, "product_name": title, "product_price": price, "product_quantity": 1}
    event = {"event_name": name, "event_source": "mobile_app", "added_at": iso(at), "products": [line]}
    properties = {"properties": {"value": price, "currency": "EUR"}}
    return Step(at, person.household, "customerlabs.event", {"identify_by": {}, **who, **event, **properties})


def _lounge(person: Person, at: int, roll: random.Random) -> Iterator[Step]:
    """A visit to the second web shop. Customers sign in, and some buy."""
    who = {"uid": f"{roll.getrandbits(40)}", "aid": str(UUID(int=roll.getrandbits(128), version=4))}
    sku, title, price = roll.choice(PRODUCTS)
    seen = {"items": [{"type": "product", "id": sku, "name": title, "price": price, "quantity": 1}]}
    yield _in_lounge(person, at, who, "pageview/view", {"extra": {"page": "/lounge"}})
    yield _in_lounge(person, at + PAUSE_MS, who, "product/view", seen)
    yield _in_lounge(person, at + 2 * PAUSE_MS, who, "product/add_to_cart", seen)
    if person.ambition != "customer":
        return
    known = {"identify_id": person.user_id, "identify_event": "user_sign_in", "identify_type": "exact"}
    customer = {"customer_id": person.user_id, "name": person.name}
    signed_in = {"dims": {"customers": customer}, "extra": known}
    yield _in_lounge(person, at + 3 * PAUSE_MS, who, "user/sign_in", signed_in)
    order = {"order_id": f"L-{person.number}", "revenue": price}
    yield _in_lounge(person, at + 4 * PAUSE_MS, who, "product/purchase", seen | {"extra": order})


def _in_lounge(person: Person, at: int, who: dict[str, Any], name: str, said: dict[str, Any]) -> Step:
    category, _, action = name.partition("/")
    time = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    event = {"ec": category, "ea": action, "et": time, "context": {"locale": person.language}}
    return Step(at, person.household, "antsomi.event", {**who, **event, **said})


def _books(person: Person, at: int, roll: random.Random) -> Step:
    """The evening's entries of one customer: who it is, and what was ordered by telephone."""
    sku, title, price = roll.choice(PRODUCTS)
    line = {"product_id": sku, "name": title, "price": price, "quantity": 1}
    order = {"order_id": f"T-{person.number}", "total": price, "currency": "EUR", "products": [line]}
    entries: tuple[dict[str, Any], ...] = (
        {"type": "identify", "traits": {"email": person.email, "name": person.name, "plan": "regular"}},
        {"type": "track", "event": "Order Completed", "properties": order},
    )
    common = {"userId": person.user_id, "timestamp": iso(at), "context": {"library": {"name": "demo"}}}
    batch = [{**entry, **common, "messageId": str(UUID(int=roll.getrandbits(128), version=4))} for entry in entries]
    times = 2 if roll.random() < REPEATED else 1
    return Step(at, person.household, "segment.batch", {"batch": batch, "sentAt": iso(at)}, times=times)
