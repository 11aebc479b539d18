"""Lines to paste: documented calls of each dialect with real keys, about one made-up customer on one phone.

They belong together: sent in this order, the anonymous phone becomes the customer, whose profile then shows all of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from passerby.projects.founding import FirstKeys

_CUSTOMER = "customer-1"
_PHONE = "phone-1"


class Example(NamedTuple):
    """A call to try: what it does, and the line to paste."""

    title: str
    line: str


def crossengage(url: str, mobile_api_key: str) -> list[Example]:
    """CrossEngage's two mobile calls."""
    base = f"{url}/api/v1/mobile/{mobile_api_key}"
    track = {
        "mobileId": _PHONE,
        "type": "track",
        "event": "Viewed Product",
        "properties": {"sku": "A-1", "price": 12.5},
    }
    identify = {"mobileId": _PHONE, "type": "identify", "userId": _CUSTOMER, "traits": {"firstName": "Robin"}}
    return [
        Example("CrossEngage: an anonymous phone looks at a product", _post(f"{base}/track", track)),
        Example("CrossEngage: its owner signs in", _post(f"{base}/identify", identify)),
    ]


def webengage(url: str, license_code: str, api_key: str) -> list[Example]:
    """WebEngage's calls for an event and a user. They need a secret."""
    base, secret = f"{url}/v1/accounts/{license_code}", _header(f"Authorization: Bearer {api_key}")
    event = {"userId": _CUSTOMER, "eventName": "Added to Cart", "eventData": {"Product": "A-1", "Price": 12.5}}
    user = {"userId": _CUSTOMER, "email": "robin@example.com", "attributes": {"tier": "gold"}}
    return [
        Example("WebEngage: the same customer on a web site", _post(f"{base}/events", event, secret)),
        Example("WebEngage: what is known of this customer", _post(f"{base}/users", user, secret)),
    ]


def segment(url: str, write_key: str) -> list[Example]:
    """Segment's call for an event."""
    track = {"userId": _CUSTOMER, "event": "Order Completed", "properties": {"total": 12.5, "currency": "EUR"}}
    return [Example("Segment: the same customer buys", _post(f"{url}/v1/track", track, f"-u '{write_key}:'"))]


BY_PUBLIC_KEY: Mapping[str, Callable[[str, str], list[Example]]] = {
    "crossengage.mobile_api_key": crossengage,
    "segment.write_key": segment,
}
"""The examples that need a public key only, by the key's kind: (where, its value) to lines."""


def of_fresh(url: str, console_url: str, keys: FirstKeys) -> list[Example]:
    """Everything to try, when all keys are at hand, and the profile that it makes."""
    return [
        *crossengage(url, keys.crossengage.mobile_api_key),
        *webengage(url, keys.webengage.license_code, keys.webengage.api_key),
        *segment(url, keys.segment.write_key),
        reading(console_url, keys.api_token),
    ]


def reading(console_url: str, token: str) -> Example:
    """Reading the customer's profile, once everything that was answered before is in it."""
    query = f"namespace=user_id&value={_CUSTOMER}&wait=5"
    return get("The profile that all of this made", f"{console_url}/v1/profiles?{query}", token)


def get(title: str, url: str, token: str) -> Example:
    """A call of the management API; `token` may be a shell variable."""
    return Example(title, f"curl -sS '{url}' \\\n  -H \"Authorization: Bearer {token}\"")


def written(examples: list[Example]) -> str:
    """The examples as text: each line under its title, ready for a shell."""
    return "\n\n".join(f"# {example.title}\n{example.line}" for example in examples)


def _post(url: str, body: object, *options: str) -> str:
    lines = [f"curl -sS '{url}'", _header("Content-Type: application/json"), *options, f"-d '{json.dumps(body)}'"]
    return " \\\n  ".join(lines)


def _header(text: str) -> str:
    return f"-H '{text}'"
