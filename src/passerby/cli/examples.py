"""Lines to paste: documented calls of each dialect with real keys, about one made-up customer on one phone.

They belong together: sent in this order, the anonymous phone becomes the customer, whose profile then shows them all.
Only CustomerLabs has no customer ids: its call is about somebody who has left no more than an address yet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from passerby.dialects import registry
from passerby.projects.founding import FirstKeys

_CUSTOMER = "customer-1"
_PHONE = "phone-1"

Keys = Mapping[str, str]
"""Values of keys by kind."""


class Example(NamedTuple):
    """A call to try: what it does, and the line to paste."""

    title: str
    line: str


class Calls(NamedTuple):
    """A dialect's examples: the kinds of keys that they need, and (where, the keys) to lines."""

    kinds: tuple[str, ...]
    make: Callable[[str, Keys], list[Example]]


def _crossengage(url: str, keys: Keys) -> list[Example]:
    base = f"{url}/api/v1/mobile/{keys['crossengage.mobile_api_key']}"
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


def _webengage(url: str, keys: Keys) -> list[Example]:
    base = f"{url}/v1/accounts/{keys['webengage.license_code']}"
    secret = _header(f"Authorization: Bearer {keys['webengage.api_key']}")
    event = {"userId": _CUSTOMER, "eventName": "Added to Cart", "eventData": {"Product": "A-1", "Price": 12.5}}
    user = {"userId": _CUSTOMER, "email": "robin@example.com", "attributes": {"tier": "gold"}}
    return [
        Example("WebEngage: the same customer on a web site", _post(f"{base}/events", event, secret)),
        Example("WebEngage: what is known of this customer", _post(f"{base}/users", user, secret)),
    ]


def _customerlabs(url: str, keys: Keys) -> list[Example]:
    subscribed = {"event_name": "Subscribed", "email": "sasha@example.com", "list": "news"}
    line = _post(f"{url}{keys['customerlabs.webhook_path']}", subscribed)
    return [Example("CustomerLabs: somebody leaves an address", line)]


def _antsomi(url: str, keys: Keys) -> list[Example]:
    query = f"portal_id={keys['antsomi.portal_id']}&prop_id={keys['antsomi.prop_id']}&resp_type=json"
    view = {"uid": "1001", "ec": "product", "ea": "view", "dims": {"customers": {"customer_id": _CUSTOMER}}}
    return [Example("Antsomi: the same customer, in another browser", _post(f"{url}/event?{query}", view))]


def _segment(url: str, keys: Keys) -> list[Example]:
    track = {"userId": _CUSTOMER, "event": "Order Completed", "properties": {"total": 12.5, "currency": "EUR"}}
    login = f"-u '{keys['segment.write_key']}:'"
    return [Example("Segment: the same customer buys", _post(f"{url}/v1/track", track, login))]


BY_DIALECT: Mapping[str, Calls] = {
    "crossengage": Calls(("crossengage.mobile_api_key",), _crossengage),
    "webengage": Calls(("webengage.license_code", "webengage.api_key"), _webengage),
    "customerlabs": Calls(("customerlabs.webhook_path",), _customerlabs),
    "antsomi": Calls(("antsomi.portal_id", "antsomi.prop_id"), _antsomi),
    "segment": Calls(("segment.write_key",), _segment),
}


def calls(url: str, keys: Keys) -> list[Example]:
    """The calls of every dialect that we speak, as far as these keys suffice."""
    spoken = [BY_DIALECT[dialect.name] for dialect in registry.ALL]
    return [example for kinds, make in spoken if keys.keys() >= set(kinds) for example in make(url, keys)]


def of_fresh(url: str, console_url: str, keys: FirstKeys) -> list[Example]:
    """Everything to try, when all keys are at hand, and the profile that it makes."""
    return [*calls(url, keys.keys), reading(console_url, keys.api_token)]


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
