"""CrossEngage's part in the demo: the app of the shop."""

from __future__ import annotations

import random
from typing import Final

from passerby.dialects.crossengage.keys import KEY_KIND, NAME
from passerby.dialects.crossengage.samples import mobile_call
from passerby.dialects.demo import Action, Channel, Demo, Step, Visitor, iso
from passerby.dialects.samples import Keys, SampleCall


def _act(visitor: Visitor, action: Action, _rng: random.Random) -> Step:
    event = {"event": action.name, "properties": action.properties, "timestamp": iso(action.at)}
    body = {"mobileId": visitor.device, "type": "track", **event}
    return Step(action.at, visitor.person.household, f"{NAME}.track", body)


def _sign_in(visitor: Visitor, at: int, _rng: random.Random) -> Step:
    person = visitor.person
    # A customer is named by the customer id, a lead by the e-mail address with its business unit.
    lead = person.ambition == "lead"
    who = {"email": person.email, "businessUnit": "newsletter"} if lead else {"userId": person.user_id}
    traits = {"firstName": person.name, "language": person.language, "email": person.email}
    body = {"mobileId": visitor.device, "type": "identify", **who, "traits": traits, "timestamp": iso(at)}
    return Step(at, person.household, f"{NAME}.identify", body)


def _request(step: Step, keys: Keys) -> SampleCall:
    return mobile_call(step.call.partition(".")[2], step.body, keys)


DEMO: Final = Demo((KEY_KIND,), _request, Channel("app", _act, _sign_in))
