"""Sample requests to a CustomerLabs webhook, and the platform that uses webhooks."""

from __future__ import annotations

from typing import Final

from passerby.dialects.customerlabs.keys import WEBHOOK_KIND
from passerby.dialects.samples import TEST_EVENT, TESTER, Example, Keys, Platform, SampleCall, Samples


def _test_event(keys: Keys) -> SampleCall:
    body = {"event_name": TEST_EVENT, "email": f"{TESTER}@example.com", "test": True}
    return SampleCall(keys[WEBHOOK_KIND], body)


def _walkthrough(keys: Keys) -> tuple[Example]:
    # A webhook has no customer ids, so this request is about a lead that is known by email address only.
    subscribed = {"event_name": "Subscribed", "email": "sasha@example.com", "list": "news"}
    return (Example("Track a sign-up with an email address", SampleCall(keys[WEBHOOK_KIND], subscribed)),)


SAMPLES: Final = Samples((WEBHOOK_KIND,), _test_event, _walkthrough)

PLATFORMS: Final = (
    Platform(
        name="webhook",
        title="Webhook",
        about="Events from forms and other systems that POST JSON to a URL.",
        rank=60,
        guide="how-to/migrate/customerlabs",
    ),
)
