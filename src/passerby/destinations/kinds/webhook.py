"""Webhook: items as JSON over HTTP, signed as Standard Webhooks specifies (https://www.standardwebhooks.com)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec

from passerby.destinations.envelope import Envelope
from passerby.destinations.kind import SECRET, URL, InvalidConfig, Kind, Limits, Payload, Sign
from passerby.destinations.records import ITEM_TYPES, Batch
from passerby.destinations.verdicts import Request, Response, Verdict, by_status

MAX_BYTES: Final = 1_000_000
MAX_BATCH_ITEMS: Final = 500
TIMEOUT_SECONDS: Final = 15.0
HEADERS: Final = 20
HEADER_LENGTH: Final = 4_096
_BRACKETS: Final = 2

_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", re.ASCII)
"""A token of RFC 9110 section 5.6.2."""
_HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e]*", re.ASCII)
_RESERVED: Final = re.compile(
    r"webhook-.*|connection|content-(?:encoding|length|type)|expect|host|keep-alive|proxy-.*|te|trailer"
    r"|transfer-encoding|upgrade|user-agent",
    re.IGNORECASE,
)
"""Headers of the connection and of the signature."""


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configuration of a webhook."""

    url: Annotated[str, URL, msgspec.Meta(title="URL", description="Receives the requests", max_length=2_000)]
    method: Annotated[Literal["POST", "PUT"], msgspec.Meta(title="Method")] = "POST"
    headers: Annotated[
        dict[str, str],
        SECRET,
        msgspec.Meta(title="Headers", description="Added to each request, for example for authorisation"),
    ] = {}
    format: Annotated[
        Literal["json", "ndjson"],
        msgspec.Meta(title="Format of batches", description="A JSON array, or one JSON object a line"),
    ] = "json"
    batch: Batch | None = None


def check(config: Config) -> None:
    """Refuse headers that would change the connection or the signature. Raises InvalidConfig."""
    if len(config.headers) > HEADERS:
        raise InvalidConfig("config.headers", f"has more than {HEADERS} members")
    for name, value in config.headers.items():
        path = f"config.headers.{name[:100]}"
        if not _HEADER_NAME.fullmatch(name):
            raise InvalidConfig(path, "is not the name of a header")
        if _RESERVED.fullmatch(name):
            raise InvalidConfig(path, "is set by Passerby")
        if len(value) > HEADER_LENGTH or not _HEADER_VALUE.fullmatch(value):
            raise InvalidConfig(path, f"must be at most {HEADER_LENGTH} printable ASCII characters")
    if config.batch and config.batch.max_items > MAX_BATCH_ITEMS:
        raise InvalidConfig("batch.max_items", f"must be at most {MAX_BATCH_ITEMS}")
    if config.batch and config.batch.max_bytes > MAX_BYTES:
        raise InvalidConfig("batch.max_bytes", f"must be at most {MAX_BYTES}")


def limits(config: Config) -> Limits:
    """Return the limits: one item a request, unless batches are configured."""
    batch = config.batch or Batch(max_items=1, max_bytes=MAX_BYTES, max_wait_ms=0)
    return Limits(
        max_items=batch.max_items,
        max_bytes=batch.max_bytes - _BRACKETS,
        max_item_bytes=batch.max_bytes - _BRACKETS,
        max_wait_ms=batch.max_wait_ms,
        requests_per_second=10_000.0,
        timeout_seconds=TIMEOUT_SECONDS,
    )


def prepare(_config: Config, _envelope: Envelope, mapped: Any, _now_ms: int) -> Payload:
    """Return what the map made of the item as JSON."""
    return Payload(msgspec.json.encode(mapped))


def request(config: Config, payloads: Sequence[Payload], now_ms: int, id: str, sign: Sign) -> Request:  # noqa: A002 - the name in the specification
    """Return the signed request: the item itself, or the configured form of a batch, even of one item."""
    bodies = [payload.body for payload in payloads]
    content_type = "application/json"
    if config.batch is None:
        (body,) = bodies
    elif config.format == "ndjson":
        body, content_type = b"".join(item + b"\n" for item in bodies), "application/x-ndjson"
    else:
        body = b"[" + b",".join(bodies) + b"]"
    seconds = now_ms // 1000
    headers = {
        **config.headers,
        "content-type": content_type,
        "webhook-id": id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": sign(id, seconds, body),
    }
    return Request(config.method, config.url, headers, body)


def judge(_config: Config, response: Response, _payloads: Sequence[Payload]) -> Verdict:
    """Judge by the status; 410 means that the receiver wants no more requests, as Standard Webhooks specifies."""
    return by_status(response)


KIND: Final = Kind(
    name="webhook",
    title="Webhook",
    summary="Signed JSON over HTTP to a service of your own.",
    docs_url="https://www.standardwebhooks.com",
    config=Config,
    check=check,
    types=ITEM_TYPES,
    default_types=("event",),
    default_ordering="person",
    signs=True,
    limits=limits,
    prepare=prepare,
    request=request,
    judge=judge,
)
