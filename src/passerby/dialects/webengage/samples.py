"""Sample requests to WebEngage's REST API."""

from __future__ import annotations

from typing import Any, Final

from passerby.dialects.samples import CUSTOMER, TEST_EVENT, TESTER, Example, Keys, SampleCall, Samples
from passerby.dialects.webengage.calls import PREFIX
from passerby.dialects.webengage.keys import KEY_KIND, LICENSE_KIND


def account_call(name: str, body: Any, keys: Keys, *headers: tuple[str, str]) -> SampleCall:
    """Return a request to the account's call with this name, with additional headers."""
    authorization = ("Authorization", f"Bearer {keys[KEY_KIND]}")
    return SampleCall(f"{PREFIX}{keys[LICENSE_KIND]}/{name}", body, (authorization, *headers))


def _test_event(keys: Keys) -> SampleCall:
    return account_call("events", {"userId": TESTER, "eventName": TEST_EVENT, "eventData": {"test": True}}, keys)


def _walkthrough(keys: Keys) -> tuple[Example, ...]:
    event = {"userId": CUSTOMER, "eventName": "Added to Cart", "eventData": {"Product": "A-1", "Price": 12.5}}
    user = {"userId": CUSTOMER, "email": "robin@example.com", "attributes": {"tier": "gold"}}
    return (
        Example("Track the same customer on a website", account_call("events", event, keys)),
        Example("Update the traits of this customer", account_call("users", user, keys)),
    )


SAMPLES: Final = Samples((LICENSE_KIND, KEY_KIND), _test_event, _walkthrough)
