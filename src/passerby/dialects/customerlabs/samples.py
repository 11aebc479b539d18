"""Sample calls to a webhook of CustomerLabs, and the platform that uses them."""

from __future__ import annotations

from typing import Final

from passerby.dialects.customerlabs.keys import WEBHOOK_KIND
from passerby.dialects.samples import TEST_EVENT, TESTER, Example, Keys, Platform, SampleCall, Samples


def _test_event(keys: Keys) -> SampleCall:
    body = {"event_name": TEST_EVENT, "email": f"{TESTER}@example.com", "test": True}
    return SampleCall(keys[WEBHOOK_KIND], body)


def _walkthrough(keys: Keys) -> tuple[Example]:
    # A webhook has no customer ids, so this is about a person who has left no more than an address yet.
    subscribed = {"event_name": "Subscribed", "email": "sasha@example.com", "list": "news"}
    return (Example("a visitor leaves an address", SampleCall(keys[WEBHOOK_KIND], subscribed)),)


SAMPLES: Final = Samples((WEBHOOK_KIND,), _test_event, _walkthrough)

PLATFORMS: Final = (
    Platform(
        name="webhook",
        title="Webhook",
        about="Forms and other systems that post JSON to a URL.",
        rank=60,
        guide="how-to/migrate/customerlabs",
    ),
)
