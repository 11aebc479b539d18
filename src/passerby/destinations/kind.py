"""`Kind`: the record that each file of `passerby.destinations.kinds` exports as `KIND`, and what its functions return.

To write a kind:

1. `kinds/NAME.py` with a struct for the configuration, the functions below, and `KIND = Kind(name="NAME", …)`.
2. `kinds/NAME.json` with the default map, if what is sent is not the envelope: `{"event": TEMPLATE, "event/purchased":
   TEMPLATE, "segment.entered": TEMPLATE}`, loaded by `default_map("NAME")`. Templates are those of
   `passerby.destinations.mapping`.
3. `NAME` in `passerby.destinations.registry.NAMES`.
4. Contracts in `tests/destinations/contracts/NAME/`: `README.md` there explains their format.

All functions are pure: the time is an argument, the engine makes the requests, and `config` is an instance of the
kind's struct with its secrets. They are called in this order:

    limits(config)                               once for a configuration
    prepare(config, envelope, mapped, now_ms)    for each item at each attempt
    request(config, payloads, now_ms, id, sign)  for the payloads of a batch, all of one route
    judge(config, response, payloads)            for the response, unless the request failed without one

No function may raise for any envelope, mapped document or response: targets answer with anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Any, Final, NamedTuple

import msgspec

from passerby.destinations.envelope import Envelope
from passerby.destinations.records import Batch, ItemType, Ordering
from passerby.destinations.verdicts import Request, Response, Verdict

SECRET: Final = msgspec.Meta(extra={"secret": True}, extra_json_schema={"writeOnly": True})
"""Marks a member of a configuration (text, or a dict of texts) that is encrypted and never shown."""
URL: Final = msgspec.Meta(extra={"url": True}, extra_json_schema={"format": "uri"})
"""Marks a member of a configuration that is checked as an address of a target (`passerby.destinations.egress`)."""

Sign = Callable[[str, int, bytes], str]
"""Returns the value of the header `webhook-signature` for an id, a time in seconds and the exact bytes of a body."""


class InvalidConfig(ValueError):
    """A configuration that a kind does not accept. `path` is the member, such as `config.url`."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class Limits(NamedTuple):
    """What one request and one target take, as documented by the target."""

    max_items: int
    """Payloads in a request; 1 for a target without batches."""
    max_bytes: int
    """Bytes of the payloads of a request, with one byte between two: less than the target's limit of a body by what
    `request` adds around them."""
    max_item_bytes: int
    """Bytes of one payload; a larger one is dead with the reason `too_large`, without a request."""
    max_wait_ms: int = 1_000
    """How long the oldest payload waits for others; 0 without batches. A destination's `batch` lowers these limits."""
    requests_per_second: float = 50.0
    max_age_ms: int | None = None
    """Age of the oldest item that the target accepts; older ones are withheld with the reason `too_old`."""
    timeout_seconds: float = 30.0

    def within(self, batch: Batch | None) -> Limits:
        """Return these limits, lowered to the batch that a destination is configured with."""
        if batch is None:
            return self
        return self._replace(
            max_items=min(self.max_items, batch.max_items),
            max_bytes=min(self.max_bytes, batch.max_bytes),
            max_item_bytes=min(self.max_item_bytes, batch.max_bytes),
            max_wait_ms=batch.max_wait_ms if self.max_items > 1 else self.max_wait_ms,
        )


class Payload(NamedTuple):
    """What one request says of an item.

    `body` is JSON, or bytes that `request` joins; encode to bytes where `request` needs no more than that, because the
    engine encodes JSON to measure it. Payloads with different routes are never in one request: use one route for each
    endpoint.
    """

    body: Any
    route: str = ""


class Skipped(NamedTuple):
    """An item that is not sent. `reason` is snake_case and counted: `no_identifier`, `not_mapped`."""

    reason: str


def any_config(_config: Any) -> None:
    """Accept every configuration that has the struct's types."""


def unchanged(_config: Any, request: Request) -> Request:
    """Return the request of a test as it is, for targets that have no way to mark tests."""
    return request


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of destination: transport, limits, verdicts and the default map. Each file exports one as `KIND`."""

    name: str
    """The file's name. It is stored, so it never changes."""
    title: str
    """The target's name as its vendor writes it."""
    summary: str
    """What it receives: one sentence for the list of kinds."""
    docs_url: str = ""
    """The vendor's documentation of the API that is called."""
    config: type[msgspec.Struct]
    """Configuration: a frozen struct with `kw_only` and `forbid_unknown_fields`. `msgspec.Meta` gives the title, the
    description and patterns for the form in the console; `SECRET` and `URL` mark members. A field `batch: Batch | None`
    is not configured as a member of `config`, but set from the destination's `batch`."""
    check: Callable[[Any], None] = any_config
    """Checks what the struct's types cannot say. Raises InvalidConfig with the path."""
    types: tuple[ItemType, ...]
    """Types that it can receive."""
    default_types: tuple[ItemType, ...]
    default_ordering: Ordering
    default_purposes: tuple[str, ...] = ()
    """Purposes of consent that are suggested: `analytics`, `advertising`, `email`, …"""
    signs: bool = False
    """Whether a signing secret is created for it."""
    limits: Callable[[Any], Limits]
    template: Mapping[str, Any] | None = None
    """The default map: templates by item type, or by `event/STANDARD_EVENT` for events with that meaning, which take
    precedence. None: the envelope itself is sent."""
    prepare: Callable[[Any, Envelope, Any, int], Payload | Skipped | list[Payload]]
    """Returns what is sent of an item. `mapped` is the result of the map: of the destination's own, else of the default
    map; `envelope` itself (the same object) without one. An item whose map is undefined (None) is skipped with the
    reason `not_mapped` and does not get here. Values may have any type, because operators write maps. With several
    payloads the item is delivered when all of them are; an empty list is not allowed (return Skipped)."""
    request: Callable[[Any, Sequence[Payload], int, str, Sign], Request]
    """Returns the request for payloads of one route. `id` is the idempotency key: the same for the same payloads."""
    judge: Callable[[Any, Response, Sequence[Payload]], Verdict]
    """Returns the verdict; `passerby.destinations.verdicts.by_status` is the default judgement."""
    test: Callable[[Any, Request], Request] = unchanged
    """Changes a request into one that the target only validates: a debug address, a test code."""

    def template_for(self, item_type: str, standard_event: str | None = None) -> Any:
        """Return the default template for an item, or None where the envelope itself is sent."""
        if self.template is None:
            return None
        return self.template.get(f"{item_type}/{standard_event}") or self.template.get(item_type)


def default_map(name: str) -> Mapping[str, Any]:
    """Return the default map of a kind: the JSON object in the file `NAME.json` next to the kind's own."""
    text = resources.files("passerby.destinations.kinds").joinpath(f"{name}.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, Any])
