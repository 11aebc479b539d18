"""Lines to paste: documented calls of each dialect with real keys, about one made-up customer on one phone.

They belong together: sent in this order, the anonymous phone becomes the customer, whose profile then shows all of it.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from passerby.projects.founding import CrossEngageKeys, FirstKeys, WebEngageKeys

_CUSTOMER = "customer-1"
_PHONE = "phone-1"


class Example(NamedTuple):
    """A call to try: what it does, and the line to paste."""

    title: str
    line: str


def crossengage(url: str, keys: CrossEngageKeys) -> list[Example]:
    """CrossEngage's two mobile calls. They need a public key only."""
    base = f"{url}/api/v1/mobile/{keys.mobile_api_key}"
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


def webengage(url: str, keys: WebEngageKeys) -> list[Example]:
    """WebEngage's calls for an event and a user."""
    base = f"{url}/v1/accounts/{keys.license_code}"
    event = {"userId": _CUSTOMER, "eventName": "Added to Cart", "eventData": {"Product": "A-1", "Price": 12.5}}
    user = {"userId": _CUSTOMER, "email": "robin@example.com", "attributes": {"tier": "gold"}}
    return [
        Example("WebEngage: the same customer on a web site", _post(f"{base}/events", event, keys.api_key)),
        Example("WebEngage: what is known of this customer", _post(f"{base}/users", user, keys.api_key)),
    ]


def reading(console_url: str, token: str) -> Example:
    """Reading the customer's profile, once everything that was answered before is in it."""
    query = f"namespace=user_id&value={_CUSTOMER}&wait=5"
    return get("The profile that all of this made", f"{console_url}/v1/profiles?{query}", token)


def get(title: str, url: str, token: str) -> Example:
    """A call of the management API; `token` may be a shell variable."""
    return Example(title, f"curl -sS '{url}' \\\n  -H \"Authorization: Bearer {token}\"")


def of_fresh(url: str, console_url: str, keys: FirstKeys) -> list[Example]:
    """Everything to try, when all keys are at hand."""
    calls = crossengage(url, keys.crossengage) + webengage(url, keys.webengage)
    return [*calls, reading(console_url, keys.api_token)]


def written(examples: list[Example]) -> str:
    """The examples as text: each line under its title, ready for a shell."""
    return "\n\n".join(f"# {example.title}\n{example.line}" for example in examples)


def _post(url: str, body: object, secret: str = "") -> str:
    lines = [f"curl -sS '{url}'", "-H 'Content-Type: application/json'"]
    if secret:
        lines.append(f"-H 'Authorization: Bearer {secret}'")
    lines.append(f"-d '{json.dumps(body)}'")
    return " \\\n  ".join(lines)
