"""Sample calls of Segment's HTTP Tracking API, and the platforms that use it."""

from __future__ import annotations

from typing import Any, Final

from passerby.dialects.samples import CUSTOMER, TEST_EVENT, TESTER, Example, Keys, Platform, SampleCall, Samples
from passerby.dialects.segment.calls import PREFIX
from passerby.dialects.segment.keys import KEY_KIND
from passerby.dialects.segment.libraries import ANDROID, IOS, LIBRARIES


def tracking_call(name: str, body: Any, keys: Keys) -> SampleCall:
    """Return a request to the call with this name. The write key is the user name of HTTP basic authentication."""
    return SampleCall(f"{PREFIX}{name}", body, user=keys[KEY_KIND])


def _test_event(keys: Keys) -> SampleCall:
    return tracking_call("track", {"userId": TESTER, "event": TEST_EVENT, "properties": {"test": True}}, keys)


def _walkthrough(keys: Keys) -> tuple[Example]:
    track = {"userId": CUSTOMER, "event": "Order Completed", "properties": {"total": 12.5, "currency": "EUR"}}
    return (Example("Track a purchase of the same customer", tracking_call("track", track, keys)),)


SAMPLES: Final = Samples((KEY_KIND,), _test_event, _walkthrough)

PLATFORMS: Final = (
    Platform(
        name="mobile",
        title="iOS and Android",
        about="Events and users of native apps, with Segment's open-source libraries.",
        rank=20,
        guide="how-to/migrate/segment-kotlin",
        snippets=(IOS, ANDROID),
    ),
    Platform(
        name="server",
        title="Server",
        about="Events from a backend over HTTP.",
        rank=40,
        guide="how-to/migrate/segment-http",
    ),
    Platform(
        name="segment",
        title="Segment-compatible",
        about="Any library compatible with Segment's API; change only its host.",
        rank=50,
        guide="how-to/migrate",
        snippets=LIBRARIES,
    ),
)
