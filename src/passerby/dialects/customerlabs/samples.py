"""Sample data in CustomerLabs' format: the test event, calls to try, the platform, and the demo's outlet store app.

The demo's outlet store identifies users by email address.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from passerby.dialects.customerlabs.calls import APP
from passerby.dialects.customerlabs.keys import APP_ID_KIND, NAME, WEBHOOK_KIND
from passerby.dialects.demo import LATE_MS, PAUSE_MS, PRODUCTS, Demo, Person, Step, iso
from passerby.dialects.samples import TEST_EVENT, TESTER, Example, Keys, Platform, SampleCall, Samples


def test_event(keys: Keys) -> SampleCall:
    body = {"event_name": TEST_EVENT, "email": f"{TESTER}@example.com", "test": True}
    return SampleCall(keys[WEBHOOK_KIND], body)


def walkthrough(keys: Keys) -> tuple[Example]:
    # A webhook has no customer ids, so this request is about a lead that is known by email address only.
    subscribed = {"event_name": "Subscribed", "email": "sasha@example.com", "list": "news"}
    return (Example("Track a sign-up with an email address", SampleCall(keys[WEBHOOK_KIND], subscribed)),)


SAMPLES: Final = Samples((WEBHOOK_KIND,), test_event, walkthrough)

PLATFORMS: Final = (
    Platform(
        name="webhook",
        title="Webhook",
        about="Events from forms and other systems that POST JSON to a URL.",
        rank=60,
        guide="how-to/migrate/customerlabs",
    ),
)


CAMPAIGNS: Final = (
    {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "autumn"},
    {"utm_source": "search", "utm_medium": "cpc", "utm_campaign": "lamps"},
)


def visits(person: Person, start: int, rng: random.Random) -> Iterator[Step]:
    """Yield a session in the app: each user views a product, leads leave their email address, customers buy."""
    if not person.outlet_app:
        return
    at = start + rng.randrange(LATE_MS)
    device = UUID(int=rng.getrandbits(128), version=4)
    ids = {"uid": str(device), "sid": f"CL-{UUID(int=rng.getrandbits(128), version=4)}"}
    said = {"extInfoVersion": "a2", "deviceModelName": "Pixel 9", "limitAdTracking": "false", "locale": person.language}
    body = {"external_ids": {"aaid": str(UUID(int=rng.getrandbits(128), version=4))}, "additional_info": said}
    yield Step(at, person.household, f"{NAME}.externalIds", ids | body | {"utm_params": rng.choice(CAMPAIGNS)})
    product = rng.choice(PRODUCTS)
    yield _event(person, at + PAUSE_MS, ids, "Product viewed", product)
    if person.ambition == "visitor":
        return
    by, at = {"identify_by": {"identify_by_email": person.email}}, at + 2 * PAUSE_MS
    traits = {"traits": {"first_name": person.name, "country": person.language.upper()}, "external_ids": {}}
    named = {**ids, **by, **traits, "event_source": "mobile_app", "added_at": iso(at)}
    yield Step(at, person.household, f"{NAME}.identify", named)
    if person.ambition == "customer":
        yield _event(person, at + PAUSE_MS, ids | by, "Purchase", product)


def _event(person: Person, at: int, ids: dict[str, Any], name: str, product: tuple[str, str, float]) -> Step:
    sku, title, price = product
    line = {"product_id": sku, "product_name": title, "product_price": price, "product_quantity": 1}
    event = {"event_name": name, "event_source": "mobile_app", "added_at": iso(at), "products": [line]}
    properties = {"properties": {"value": price, "currency": "EUR"}}
    return Step(at, person.household, f"{NAME}.event", {"identify_by": {}, **ids, **event, **properties})


def request(step: Step, keys: Keys) -> SampleCall:
    app, call = keys[APP_ID_KIND], step.call.partition(".")[2]
    # An app's id is the first part of its installations' ids (CustomerLabs, Mobile Tracking API, user_id).
    body = step.body | {"id": app, "uid": f"{app}{step.body['uid']}"}
    path = keys[WEBHOOK_KIND] if call == "event" else f"{APP}{call}"
    return SampleCall(path, body, (("CL-User-Agent", "Demo/1.0 (Android 16)"),))


DEMO: Final = Demo((APP_ID_KIND, WEBHOOK_KIND), request, visits=visits)
