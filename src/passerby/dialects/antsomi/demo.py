"""Antsomi's part in the demo: the pages of a second web shop, which knows people by their customer id."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from passerby.dialects.antsomi.keys import NAME, PORTAL_KIND, PROPERTY_KIND
from passerby.dialects.antsomi.samples import collector_call
from passerby.dialects.demo import LATE_MS, PAUSE_MS, PRODUCTS, Demo, Person, Step
from passerby.dialects.samples import Keys, SampleCall


def _visits(person: Person, start: int, rng: random.Random) -> Iterator[Step]:
    """Yield one visit. Customers sign in and buy."""
    if not person.second_shop:
        return
    at = start + rng.randrange(LATE_MS)
    who = {"uid": f"{rng.getrandbits(40)}", "aid": str(UUID(int=rng.getrandbits(128), version=4))}
    sku, title, price = rng.choice(PRODUCTS)
    seen = {"items": [{"type": "product", "id": sku, "name": title, "price": price, "quantity": 1}]}
    yield _event(person, at, who, "pageview/view", {"extra": {"page": "/second-shop"}})
    yield _event(person, at + PAUSE_MS, who, "product/view", seen)
    yield _event(person, at + 2 * PAUSE_MS, who, "product/add_to_cart", seen)
    if person.ambition != "customer":
        return
    known = {"identify_id": person.user_id, "identify_event": "user_sign_in", "identify_type": "exact"}
    customer = {"customer_id": person.user_id, "name": person.name}
    signed_in = {"dims": {"customers": customer}, "extra": known}
    yield _event(person, at + 3 * PAUSE_MS, who, "user/sign_in", signed_in)
    order = {"order_id": f"L-{person.number}", "revenue": price}
    yield _event(person, at + 4 * PAUSE_MS, who, "product/purchase", seen | {"extra": order})


def _event(person: Person, at: int, who: dict[str, Any], name: str, said: dict[str, Any]) -> Step:
    category, _, action = name.partition("/")
    time = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    event = {"ec": category, "ea": action, "et": time, "context": {"locale": person.language}}
    return Step(at, person.household, f"{NAME}.event", {**who, **event, **said})


def _request(step: Step, keys: Keys) -> SampleCall:
    return collector_call(step.call.partition(".")[2], step.body, keys)


DEMO: Final = Demo((PORTAL_KIND, PROPERTY_KIND), _request, visits=_visits)
