"""What the dialects cost: microseconds for one request, from its path to messages and reply, without network and log.

    python benchmarks/dialects.py

The best of several rounds: whatever else the machine does can only add to it. `decode` is msgspec's share alone.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec
from uuid_utils import uuid7

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
NAMED_ITEM: Final = ITEM | {"type": "identify", "traits": {"email": "ann@example.com", "plan": "pro"}}

CALLS: Final = {
    "crossengage track": ("/api/v1/mobile/key/track", TRACK),
    "crossengage identify": ("/api/v1/mobile/key/identify", IDENTIFY),
    "webengage event": ("/v1/accounts/~license/events", EVENT),
    "webengage user": ("/v1/accounts/~license/users", USER),
    "webengage 25 events": ("/v1/accounts/~license/bulk-events", {"events": [EVENT] * 25}),
    "webengage 25 users": ("/v1/accounts/~license/bulk-users", {"users": [USER] * 25}),
    "segment track": ("/v1/track", ITEM),
    "segment identify": ("/v1/identify", NAMED_ITEM),
    "segment batch of 25": ("/v1/batch", {"batch": [ITEM] * 25, "sentAt": "2026-11-20T10:00:01Z"}),
}


class OpenDoor:
    """Credentials that know every key: looking keys up is the projects' cost, not the dialects'."""

    def project(self, kind: str, key: str) -> int | None:
        return 1 if kind and key else None

    def authenticates(self, kind: str, project: int, secret: str) -> bool:
        return bool(kind and project and secret)


def _new_id() -> str:
    return str(uuid7())


def _request(path: str, body: bytes) -> Callable[[], None]:
    headers = {"user-agent": "Example/1.0", "authorization": "Bearer key", "x-request-id": "20a8" * 8}
    credentials = OpenDoor()

    def run() -> None:
        request = Request("POST", path, "", headers, body, 1_790_000_000_000, "192.0.2.1", _new_id)
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
