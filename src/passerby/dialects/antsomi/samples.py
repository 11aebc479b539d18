"""Sample data in Antsomi's format: the test event, calls to try, platforms, and the demo's second web shop.

The demo's second shop identifies users by customer id.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from passerby.dialects.antsomi.keys import NAME, PORTAL, PORTAL_KIND, PROPERTY, PROPERTY_KIND
from passerby.dialects.antsomi.snippets import REACT_NATIVE, TAG_MANAGER, WEB
from passerby.dialects.demo import LATE_MS, PAUSE_MS, PRODUCTS, Demo, Person, Step
from passerby.dialects.samples import CUSTOMER, TESTER, Example, Keys, Platform, SampleCall, Samples


def collector_call(name: str, body: Any, keys: Keys) -> SampleCall:
    """Return a request to the collector with a JSON response."""
    query = f"{PORTAL}={keys[PORTAL_KIND]}&{PROPERTY}={keys[PROPERTY_KIND]}&resp_type=json"
    return SampleCall(f"/{name}?{query}", body)


def test_event(keys: Keys) -> SampleCall:
    customer = {"customers": {"customer_id": TESTER}}
    return collector_call("event", {"uid": TESTER, "ec": "test", "ea": "passerby", "dims": customer}, keys)


def walkthrough(keys: Keys) -> tuple[Example]:
    view = {"uid": "1001", "ec": "product", "ea": "view", "dims": {"customers": {"customer_id": CUSTOMER}}}
    return (Example("Track the same customer in another browser", collector_call("event", view, keys)),)


SAMPLES: Final = Samples((PORTAL_KIND, PROPERTY_KIND), test_event, walkthrough)
SNIPPETS: Final = (WEB, TAG_MANAGER, REACT_NATIVE)

PLATFORMS: Final = (
    Platform(
        name="website",
        title="Website",
        about="Page views, events and users of a website, with the web SDK or Google Tag Manager.",
        rank=10,
        guide="how-to/sdk#a-web-site",
        snippets=(WEB, TAG_MANAGER),
    ),
    Platform(
        name="react-native",
        title="React Native",
        about="Events and users of React Native apps, with the mobile SDK. Compatible with Antsomi's SDK.",
        rank=30,
        guide="how-to/sdk#react-native",
        snippets=(REACT_NATIVE,),
    ),
)


def visits(person: Person, start: int, rng: random.Random) -> Iterator[Step]:
    """Yield one visit. Customers sign in and buy."""
    if not person.second_shop:
        return
    at = start + rng.randrange(LATE_MS)
    ids = {"uid": f"{rng.getrandbits(40)}", "aid": str(UUID(int=rng.getrandbits(128), version=4))}
    sku, title, price = rng.choice(PRODUCTS)
    seen = {"items": [{"type": "product", "id": sku, "name": title, "price": price, "quantity": 1}]}
    yield _event(person, at, ids, "pageview/view", {"extra": {"page": "/second-shop"}})
    yield _event(person, at + PAUSE_MS, ids, "product/view", seen)
    yield _event(person, at + 2 * PAUSE_MS, ids, "product/add_to_cart", seen)
    if person.ambition != "customer":
        return
    known = {"identify_id": person.user_id, "identify_event": "user_sign_in", "identify_type": "exact"}
    customer = {"customer_id": person.user_id, "name": person.name}
    signed_in = {"dims": {"customers": customer}, "extra": known}
    yield _event(person, at + 3 * PAUSE_MS, ids, "user/sign_in", signed_in)
    order = {"order_id": f"L-{person.number}", "revenue": price}
    yield _event(person, at + 4 * PAUSE_MS, ids, "product/purchase", seen | {"extra": order})


def _event(person: Person, at: int, ids: dict[str, Any], name: str, fields: dict[str, Any]) -> Step:
    category, _, action = name.partition("/")
    time = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    event = {"ec": category, "ea": action, "et": time, "context": {"locale": person.language}}
    return Step(at, person.household, f"{NAME}.event", {**ids, **event, **fields})


def request(step: Step, keys: Keys) -> SampleCall:
    return collector_call(step.call.partition(".")[2], step.body, keys)


DEMO: Final = Demo((PORTAL_KIND, PROPERTY_KIND), request, visits=visits)
