"""Sample calls of CrossEngage's mobile tracking."""

from __future__ import annotations

from typing import Any, Final

from passerby.dialects.crossengage.keys import KEY_KIND
from passerby.dialects.crossengage.mobile import PREFIX
from passerby.dialects.samples import CUSTOMER, PHONE, TEST_EVENT, TESTER, Example, Keys, SampleCall, Samples


def mobile_call(name: str, body: Any, keys: Keys) -> SampleCall:
    """Return the mobile call with this name."""
    return SampleCall(f"{PREFIX}{keys[KEY_KIND]}/{name}", body)


def _test_event(keys: Keys) -> SampleCall:
    body = {"mobileId": TESTER, "type": "track", "event": TEST_EVENT, "properties": {"test": True}}
    return mobile_call("track", body, keys)


def _walkthrough(keys: Keys) -> tuple[Example, ...]:
    viewed = {"mobileId": PHONE, "type": "track", "event": "Viewed Product"}
    track = {**viewed, "properties": {"sku": "A-1", "price": 12.5}}
    identify = {"mobileId": PHONE, "type": "identify", "userId": CUSTOMER, "traits": {"firstName": "Robin"}}
    return (
        Example("an anonymous phone looks at a product", mobile_call("track", track, keys)),
        Example("its owner signs in", mobile_call("identify", identify, keys)),
    )


SAMPLES: Final = Samples((KEY_KIND,), _test_event, _walkthrough)
