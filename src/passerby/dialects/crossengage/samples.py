"""Sample requests to CrossEngage's mobile tracking API."""

from __future__ import annotations

from typing import Any, Final

from passerby.dialects.crossengage.keys import KEY_KIND
from passerby.dialects.crossengage.mobile import PREFIX
from passerby.dialects.samples import CUSTOMER, PHONE, TEST_EVENT, TESTER, Example, Keys, SampleCall, Samples


def mobile_call(name: str, body: Any, keys: Keys) -> SampleCall:
    """Return a request to the mobile call with this name."""
    return SampleCall(f"{PREFIX}{keys[KEY_KIND]}/{name}", body)


def _test_event(keys: Keys) -> SampleCall:
    body = {"mobileId": TESTER, "type": "track", "event": TEST_EVENT, "properties": {"test": True}}
    return mobile_call("track", body, keys)


def _walkthrough(keys: Keys) -> tuple[Example, ...]:
    viewed = {"mobileId": PHONE, "type": "track", "event": "Viewed Product"}
    track = {**viewed, "properties": {"sku": "A-1", "price": 12.5}}
    identify = {"mobileId": PHONE, "type": "identify", "userId": CUSTOMER, "traits": {"firstName": "Robin"}}
    return (
        Example("Track a product view of an anonymous phone", mobile_call("track", track, keys)),
        Example("Identify the user of the phone", mobile_call("identify", identify, keys)),
    )


SAMPLES: Final = Samples((KEY_KIND,), _test_event, _walkthrough)
