"""WebEngage's part in the demo: the server of the shop's web site, and the mailing in the evening."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from passerby.dialects.demo import Action, Channel, Demo, Person, Step, Visitor
from passerby.dialects.samples import Keys, SampleCall
from passerby.dialects.webengage.keys import KEY_KIND, LICENSE_KIND, NAME
from passerby.dialects.webengage.samples import account_call

RETRIED: Final = 0.03
"""Share of calls that are sent twice: their sender did not wait for the answer."""
MAILING_SIZE: Final = 25
"""Records in one bulk call (WebEngage, bulk events)."""
EVENT_NAMES: Final = {
    "Viewed Page": "Page Viewed",
    "Searched Products": "Product Searched",
    "Viewed Product": "Product Viewed",
    "Added Product": "Added to Cart",
    "Completed Order": "Checkout Completed",
}


def _act(visitor: Visitor, action: Action, rng: random.Random) -> Step:
    person = visitor.person
    who = {"userId": person.user_id} if visitor.signed_in else {"anonymousId": person.visitor_id}
    return _step("events", action.at, person, who | _event(action), rng)


def _sign_in(visitor: Visitor, at: int, rng: random.Random) -> Step:
    person = visitor.person
    traits = {"firstName": person.name, "email": person.email, "attributes": {"language": person.language}}
    return _step("users", at, person, {"userId": person.user_id} | traits, rng)


def _mailing(people: Sequence[Person], end: int, rng: random.Random) -> Iterator[Step]:
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
    time = datetime.fromtimestamp(action.at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    name = EVENT_NAMES.get(action.name, action.name)
    return {"eventName": name, "eventTime": time, "eventData": action.properties}


def _request(step: Step, keys: Keys) -> SampleCall:
    return account_call(step.call.partition(".")[2], step.body, keys, ("x-request-id", step.request_id))


DEMO: Final = Demo((LICENSE_KIND, KEY_KIND), _request, Channel("website", _act, _sign_in), afterwards=_mailing)
