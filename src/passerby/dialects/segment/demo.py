"""Segment's part in the demo: the books that the company's servers keep.

They know both the address and the id of a customer, and so bring what other shops know together.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from passerby.dialects.demo import LATE_MS, PRODUCTS, Demo, Person, Step, iso
from passerby.dialects.samples import Keys, SampleCall
from passerby.dialects.segment.keys import KEY_KIND, NAME
from passerby.dialects.segment.samples import tracking_call

REPEATED: Final = 0.05
"""Share of batches that are sent twice with the same message ids."""


def _visits(person: Person, start: int, rng: random.Random) -> Iterator[Step]:
    """Yield the evening's entries of a customer of other shops: who it is, and what was ordered by telephone."""
    if person.ambition != "customer" or not (person.outlet_app or person.second_shop):
        return
    at = start + LATE_MS + rng.randrange(10 * 60_000)
    sku, title, price = rng.choice(PRODUCTS)
    line = {"product_id": sku, "name": title, "price": price, "quantity": 1}
    order = {"order_id": f"T-{person.number}", "total": price, "currency": "EUR", "products": [line]}
    entries: tuple[dict[str, Any], ...] = (
        {"type": "identify", "traits": {"email": person.email, "name": person.name, "plan": "regular"}},
        {"type": "track", "event": "Order Completed", "properties": order},
    )
    common = {"userId": person.user_id, "timestamp": iso(at), "context": {"library": {"name": "demo"}}}
    batch = [{**entry, **common, "messageId": str(UUID(int=rng.getrandbits(128), version=4))} for entry in entries]
    times = 2 if rng.random() < REPEATED else 1
    yield Step(at, person.household, f"{NAME}.batch", {"batch": batch, "sentAt": iso(at)}, times=times)


def _request(step: Step, keys: Keys) -> SampleCall:
    return tracking_call(step.call.partition(".")[2], step.body, keys)


DEMO: Final = Demo((KEY_KIND,), _request, visits=_visits)
