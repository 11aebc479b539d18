"""Sample data in Segment's format: the test event, calls to try, platforms, and the demo's bookkeeping server.

The demo's server knows both the email address and the id of a customer, so its calls merge what other shops know.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from passerby.dialects.demo import LATE_MS, PRODUCTS, Demo, Person, Step, iso
from passerby.dialects.samples import CUSTOMER, TEST_EVENT, TESTER, Example, Keys, Platform, SampleCall, Samples
from passerby.dialects.segment.calls import PREFIX
from passerby.dialects.segment.keys import KEY_KIND, NAME
from passerby.dialects.segment.libraries import ANDROID, IOS, LIBRARIES

REPEATED: Final = 0.05
"""Share of batches in the demo that are sent twice, with the same message ids."""


def tracking_call(name: str, body: Any, keys: Keys) -> SampleCall:
    """Return a request to the call with this name. The write key is the user name of HTTP basic authentication."""
    return SampleCall(f"{PREFIX}{name}", body, user=keys[KEY_KIND])


def test_event(keys: Keys) -> SampleCall:
    return tracking_call("track", {"userId": TESTER, "event": TEST_EVENT, "properties": {"test": True}}, keys)


def walkthrough(keys: Keys) -> tuple[Example]:
    track = {"userId": CUSTOMER, "event": "Order Completed", "properties": {"total": 12.5, "currency": "EUR"}}
    return (Example("Track a purchase of the same customer", tracking_call("track", track, keys)),)


SAMPLES: Final = Samples((KEY_KIND,), test_event, walkthrough)

PLATFORMS: Final = (
    Platform(
        name="mobile",
        title="iOS and Android",
        about="Events and users of native apps, with Segment's open-source libraries.",
        rank=20,
        guide="how-to/migrate/segment-kotlin",
        snippets=(IOS, ANDROID),
    ),
    Platform(
        name="server",
        title="Server",
        about="Events from a backend over HTTP.",
        rank=40,
        guide="how-to/migrate/segment-http",
    ),
    Platform(
        name="segment",
        title="Segment-compatible",
        about="Any library compatible with Segment's API; change only its host.",
        rank=50,
        guide="how-to/migrate",
        snippets=LIBRARIES,
    ),
)


def visits(person: Person, start: int, rng: random.Random) -> Iterator[Step]:
    """Yield the evening's batch about a customer of other shops: an identify call, and an order by telephone."""
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


def request(step: Step, keys: Keys) -> SampleCall:
    return tracking_call(step.call.partition(".")[2], step.body, keys)


DEMO: Final = Demo((KEY_KIND,), request, visits=visits)
