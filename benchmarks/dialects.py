"""The cost of dialects: microseconds per request, from its path to messages and response, without network and log.

    python benchmarks/dialects.py

Reports the best of several rounds, because other load can only add to it. `decode` is msgspec's share alone.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec
from uuid_utils import uuid7

from passerby.accounts.records import ProjectSettings
from passerby.dialects.contract import Request
from passerby.dialects.registry import match

ROUNDS: Final = 1_000
RUNS: Final = 50

TRACK: Final = {
    "mobileId": "8f14e45f-ceea-467f-a8d1-9b1c",
    "type": "track",
    "event": "Viewed Product",
    "properties": {"sku": "A-1", "price": 12.5, "category": "Fragrance", "currency": "EUR"},
    "timestamp": "2026-11-20T10:00:00Z",
}
IDENTIFY: Final = {
    "mobileId": "8f14e45f-ceea-467f-a8d1-9b1c",
    "type": "identify",
    "userId": "ext-123456",
    "traits": {"firstName": "Ada", "lastName": "Byron", "language": "en"},
}
EVENT: Final = {
    "userId": "customer-123456",
    "eventName": "Added to Cart",
    "eventTime": "2026-09-15T18:29:00-0800",
    "eventData": {"Product ID": 1337, "Price": 39.8, "Quantity": 1, "Category": "Fragrance", "Currency": "USD"},
}
USER: Final = {
    "userId": "customer-123456",
    "firstName": "Ann",
    "email": "ann@example.com",
    "attributes": {"plan": "pro"},
}
ITEM: Final = {
    "type": "track",
    "userId": "customer-123456",
    "anonymousId": "8f14e45f-ceea-467f-a8d1-9b1c",
    "event": "Product Added",
    "properties": {"sku": "A-1", "price": 12.5, "category": "Fragrance", "currency": "EUR"},
    "context": {"library": {"name": "analytics-python", "version": "2.4.0"}},
    "integrations": {},
    "messageId": "022bb90c-bbac-11e4-8dfc-aa07a5b093db",
    "timestamp": "2026-11-20T10:00:00.733+00:00",
}
APP: Final = {
    "id": "9c1e6a0b7d2f4e83",
    "uid": "9c1e6a0b7d2f4e830b5ecb52-0b9a-4b0e-8d0c-7a8a0f0a9d11",
    "sid": "CL-6f1d2c3b-58a9-4d53-9c43-0c9f3d6b9a10",
}
HAPPENED: Final = APP | {
    "event_source": "mobile_app",
    "added_at": "2026-03-12T05:45:15Z",
    "identify_by": {"identify_by_email": "ann@example.com"},
}
SESSION: Final = APP | {
    "external_ids": {"aaid": "38400000-8cf0-11bd-b23e-10b96e40000d", "customerlabs_user_id": APP["uid"]},
    "additional_info": {"deviceModelName": "Pixel 9", "extInfoVersion": "a2", "limitAdTracking": "false"},
}
LOGIN: Final = HAPPENED | {"traits": {"first_name": "Ann", "city": "Thane"}, "external_ids": {}}
PURCHASE: Final = HAPPENED | {
    "event_name": "Purchase",
    "properties": {"value": 100, "currency": "USD", "transaction_id": "TXN-12345"},
    "products": [{"product_id": "SKU-001", "product_price": 100, "product_quantity": 1}],
}
FREE: Final = {"event_name": "Order placed", "email": "ann@example.com", "properties": {"total": 100}}

COLLECTOR: Final = "/event?portal_id=123456789&prop_id=987654321&resp_type=json"
VIEW: Final = {
    "uid": "653773101",
    "aid": "9f2b5c1d-6b55-4a0e-bb6b-0a3f4d1a7c22",
    "sid": "2601020304",
    "ec": "product",
    "ea": "view",
    "dims": {},
    "extra": {"page": "home"},
    "items": [{"type": "product", "id": "p-1", "name": "Shoe"}],
    "context": {"os": {"name": "iOS"}, "locale": "vi"},
}
SIGN_IN: Final = VIEW | {
    "ea": "sign_in",
    "dims": {"customers": {"customer_id": "0bc83cb571cd1c50ba6f3e8a78ef1346", "name": "Ann"}},
    "extra": {"identify_id": "0bc83cb571cd1c50ba6f3e8a78ef1346", "identify_type": "exact"},
}

NAMED_ITEM: Final = ITEM | {"type": "identify", "traits": {"email": "ann@example.com", "plan": "pro"}}

CALLS: Final = {
    "crossengage track": ("/api/v1/mobile/key/track", TRACK),
    "crossengage identify": ("/api/v1/mobile/key/identify", IDENTIFY),
    "webengage event": ("/v1/accounts/~license/events", EVENT),
    "webengage user": ("/v1/accounts/~license/users", USER),
    "webengage 25 events": ("/v1/accounts/~license/bulk-events", {"events": [EVENT] * 25}),
    "webengage 25 users": ("/v1/accounts/~license/bulk-users", {"users": [USER] * 25}),
    "customerlabs session": ("/app/externalIds", SESSION),
    "customerlabs identify": ("/app/identify", LOGIN),
    "customerlabs event": ("/source/slug/", PURCHASE),
    "customerlabs free event": ("/source/slug/", FREE),
    "customerlabs 25 events": ("/source/slug/", [PURCHASE] * 25),
    "antsomi event": (COLLECTOR, VIEW),
    "antsomi sign-in": (COLLECTOR, SIGN_IN),
    "antsomi script": (COLLECTOR.replace("json", "javascript"), VIEW),
    "segment track": ("/v1/track", ITEM),
    "segment identify": ("/v1/identify", NAMED_ITEM),
    "segment batch of 25": ("/v1/batch", {"batch": [ITEM] * 25, "sentAt": "2026-11-20T10:00:01Z"}),
}


CHOICES: Final = ProjectSettings(timezone="Asia/Ho_Chi_Minh")


class OpenDoor:
    """Credentials that know every key: looking keys up is the projects' cost, not the dialects'."""

    def project(self, kind: str, key: str) -> int | None:
        return 1 if kind and key else None

    def authenticates(self, kind: str, project: int, secret: str) -> bool:
        return bool(kind and project and secret)

    def secret_project(self, kind: str, secret: str) -> int | None:
        return 1 if kind and secret else None

    def settings(self, project: int) -> ProjectSettings:
        return CHOICES if project else ProjectSettings()


def _new_id() -> str:
    return str(uuid7())


def _request(path: str, body: bytes) -> Callable[[], None]:
    headers = {
        "user-agent": "Example/1.0",
        "cl-user-agent": "Mozilla/5.0 (Linux; Android 14)",
        "authorization": "Bearer key",
        "x-request-id": "20a8" * 8,
    }
    credentials = OpenDoor()
    path, _, query = path.partition("?")

    def run() -> None:
        request = Request("POST", path, query, headers, body, 1_790_000_000_000, "192.0.2.1", _new_id)
        call = match(path)
        if call is None or not call.handle(request, call.parameters, credentials).messages:
            raise AssertionError(path)

    return run


def _microseconds(run: Callable[[], object]) -> float:
    return min(timeit.repeat(run, number=RUNS, repeat=ROUNDS)) / RUNS * 1e6


def main() -> None:
    """Print one line for each call."""
    for label, (path, body) in CALLS.items():
        encoded = msgspec.json.encode(body)
        whole, share = _microseconds(_request(path, encoded)), _microseconds(partial(msgspec.json.decode, encoded))
        print(f"{label:24} {whole:7.2f} us, of which decode {share:6.2f} us, beyond it {whole - share:6.2f} us")


if __name__ == "__main__":
    main()
