"""Sample data in CrossEngage's format: the test event, calls to try, and the demo's app of the main shop."""

from __future__ import annotations

import random
from typing import Any, Final

from passerby.dialects.crossengage.keys import KEY_KIND, NAME
from passerby.dialects.crossengage.mobile import PREFIX
from passerby.dialects.demo import Action, Channel, Demo, Step, Visitor, iso
from passerby.dialects.samples import CUSTOMER, PHONE, TEST_EVENT, TESTER, Example, Keys, SampleCall, Samples


def mobile_call(name: str, body: Any, keys: Keys) -> SampleCall:
    """Return a request to the mobile call with this name."""
    return SampleCall(f"{PREFIX}{keys[KEY_KIND]}/{name}", body)


def test_event(keys: Keys) -> SampleCall:
    body = {"mobileId": TESTER, "type": "track", "event": TEST_EVENT, "properties": {"test": True}}
    return mobile_call("track", body, keys)


def walkthrough(keys: Keys) -> tuple[Example, ...]:
    viewed = {"mobileId": PHONE, "type": "track", "event": "Viewed Product"}
    track = {**viewed, "properties": {"sku": "A-1", "price": 12.5}}
    identify = {"mobileId": PHONE, "type": "identify", "userId": CUSTOMER, "traits": {"firstName": "Robin"}}
    return (
        Example("Track a product view of an anonymous phone", mobile_call("track", track, keys)),
        Example("Identify the user of the phone", mobile_call("identify", identify, keys)),
    )


SAMPLES: Final = Samples((KEY_KIND,), test_event, walkthrough)


def act(visitor: Visitor, action: Action, _rng: random.Random) -> Step:
    event = {"event": action.name, "properties": action.properties, "timestamp": iso(action.at)}
    body = {"mobileId": visitor.device, "type": "track", **event}
    return Step(action.at, visitor.person.household, f"{NAME}.track", body)


def sign_in(visitor: Visitor, at: int, _rng: random.Random) -> Step:
    person = visitor.person
    # A customer is identified by the customer id, a lead by the email address with its business unit.
    lead = person.ambition == "lead"
    ids = {"email": person.email, "businessUnit": "newsletter"} if lead else {"userId": person.user_id}
    traits = {"firstName": person.name, "language": person.language, "email": person.email}
    body = {"mobileId": visitor.device, "type": "identify", **ids, "traits": traits, "timestamp": iso(at)}
    return Step(at, person.household, f"{NAME}.identify", body)


def request(step: Step, keys: Keys) -> SampleCall:
    return mobile_call(step.call.partition(".")[2], step.body, keys)


DEMO: Final = Demo((KEY_KIND,), request, Channel("app", act, sign_in))
