"""Sample requests to Antsomi's collector, and the platforms of the SDKs that Passerby serves."""

from __future__ import annotations

from typing import Any, Final

from passerby.dialects.antsomi.keys import PORTAL, PORTAL_KIND, PROPERTY, PROPERTY_KIND
from passerby.dialects.antsomi.snippets import REACT_NATIVE, TAG_MANAGER, WEB
from passerby.dialects.samples import CUSTOMER, TESTER, Example, Keys, Platform, SampleCall, Samples


def collector_call(name: str, body: Any, keys: Keys) -> SampleCall:
    """Return a request to the collector with a JSON response."""
    query = f"{PORTAL}={keys[PORTAL_KIND]}&{PROPERTY}={keys[PROPERTY_KIND]}&resp_type=json"
    return SampleCall(f"/{name}?{query}", body)


def _test_event(keys: Keys) -> SampleCall:
    customer = {"customers": {"customer_id": TESTER}}
    return collector_call("event", {"uid": TESTER, "ec": "test", "ea": "passerby", "dims": customer}, keys)


def _walkthrough(keys: Keys) -> tuple[Example]:
    view = {"uid": "1001", "ec": "product", "ea": "view", "dims": {"customers": {"customer_id": CUSTOMER}}}
    return (Example("Track the same customer in another browser", collector_call("event", view, keys)),)


SAMPLES: Final = Samples((PORTAL_KIND, PROPERTY_KIND), _test_event, _walkthrough)
SNIPPETS: Final = (WEB, TAG_MANAGER, REACT_NATIVE)

PLATFORMS: Final = (
    Platform(
        name="website",
        title="Website",
        about="Page views, events and users of a website, with the web SDK or Google Tag Manager.",
        rank=10,
        guide="how-to/sdk#a-web-site",
        snippets=(WEB, TAG_MANAGER),
    ),
    Platform(
        name="react-native",
        title="React Native",
        about="Events and users of React Native apps, with the mobile SDK. Compatible with Antsomi's SDK.",
        rank=30,
        guide="how-to/sdk#react-native",
        snippets=(REACT_NATIVE,),
    ),
)
