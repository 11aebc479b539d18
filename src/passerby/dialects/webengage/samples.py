"""Sample data in WebEngage's format: the test event, calls to try, and the demo's part of the main shop's website.

In the demo, this vendor's calls come from the website's server, and in the evening from the mail server.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from passerby.dialects.demo import Action, Channel, Demo, Person, Step, Visitor
from passerby.dialects.samples import CUSTOMER, TEST_EVENT, TESTER, Example, Keys, SampleCall, Samples
from passerby.dialects.webengage.calls import BULK_LIMIT, PREFIX
from passerby.dialects.webengage.keys import KEY_KIND, LICENSE_KIND, NAME

RETRIED: Final = 0.03
"""Share of calls in the demo that are sent twice: their sender did not wait for the answer."""
MAILING_SIZE: Final = BULK_LIMIT
"""Records in each call about the evening's mailing."""
EVENT_NAMES: Final = {
    "Viewed Page": "Page Viewed",
    "Searched Products": "Product Searched",
    "Viewed Product": "Product Viewed",
    "Added Product": "Added to Cart",
    "Completed Order": "Checkout Completed",
}
"""The vendor's names for the demo's actions. The mailing has none."""


def account_call(name: str, body: Any, keys: Keys, *headers: tuple[str, str]) -> SampleCall:
    """Return a request to the account's call with this name, with additional headers."""
    authorization = ("Authorization", f"Bearer {keys[KEY_KIND]}")
    return SampleCall(f"{PREFIX}{keys[LICENSE_KIND]}/{name}", body, (authorization, *headers))


def test_event(keys: Keys) -> SampleCall:
    return account_call("events", {"userId": TESTER, "eventName": TEST_EVENT, "eventData": {"test": True}}, keys)


def walkthrough(keys: Keys) -> tuple[Example, ...]:
    event = {"userId": CUSTOMER, "eventName": "Added to Cart", "eventData": {"Product": "A-1", "Price": 12.5}}
    user = {"userId": CUSTOMER, "email": "robin@example.com", "attributes": {"tier": "gold"}}
    return (
        Example("Track the same customer on a website", account_call("events", event, keys)),
        Example("Update the traits of this customer", account_call("users", user, keys)),
    )


def act(visitor: Visitor, action: Action, rng: random.Random) -> Step:
    person = visitor.person
    ids = {"userId": person.user_id} if visitor.signed_in else {"anonymousId": person.visitor_id}
    return _step("events", action.at, person, ids | _event(action), rng)


def sign_in(visitor: Visitor, at: int, rng: random.Random) -> Step:
    person = visitor.person
    traits = {"firstName": person.name, "email": person.email, "attributes": {"language": person.language}}
    return _step("users", at, person, {"userId": person.user_id} | traits, rng)


def mailing(people: Sequence[Person], end: int, rng: random.Random) -> Iterator[Step]:
    """Yield the bulk calls by which the mail server reports that all customers opened the evening's mailing."""
    customers = [person for person in people if person.ambition == "customer"]
    for first in range(0, len(customers), MAILING_SIZE):
        part = customers[first : first + MAILING_SIZE]
        opened = Action(end - 60_000, "Mail Opened", {"campaign": "evening"})
        records = [{"userId": person.user_id} | _event(opened) for person in part]
        yield _step("bulk-events", opened.at, part[0], {"events": records}, rng)


def _step(call: str, at: int, person: Person, body: dict[str, Any], rng: random.Random) -> Step:
    times = 2 if rng.random() < RETRIED else 1
    return Step(at, person.household, f"{NAME}.{call}", body, request_id=f"{rng.getrandbits(128):032x}", times=times)


def _event(action: Action) -> dict[str, Any]:
    # The form of the vendor's documentation: seconds, and an offset without a colon.
    time = datetime.fromtimestamp(action.at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    name = EVENT_NAMES.get(action.name, action.name)
    return {"eventName": name, "eventTime": time, "eventData": action.properties}


def request(step: Step, keys: Keys) -> SampleCall:
    return account_call(step.call.partition(".")[2], step.body, keys, ("x-request-id", step.request_id))


SAMPLES: Final = Samples((LICENSE_KIND, KEY_KIND), test_event, walkthrough)
DEMO: Final = Demo((LICENSE_KIND, KEY_KIND), request, Channel("website", act, sign_in), afterwards=mailing)
