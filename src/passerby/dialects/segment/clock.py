"""Corrects the time of an item by the difference between the sender's clock and the server's.

Source: Segment, Spec: Common Fields, timestamps: `receivedAt - (sentAt - originalTimestamp)`. Segment's own libraries
send `timestamp` and no `originalTimestamp`, so `timestamp` is corrected alike. Decision 32 says what is not corrected.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from passerby.catalogue.rules import sample
from passerby.dialects.common.times import CLOCK_SET, DAY, UNREADABLE_TIME, read_iso_or_epoch
from passerby.dialects.contract import Request
from passerby.dialects.segment.context import SERVER_CHANNEL, is_client
from passerby.dialects.segment.facts import Item
from passerby.messages import Violation

YEAR: Final = 366 * DAY
"""Milliseconds."""

SERVER_WORDS: Final = frozenset(
    (
        "clojure",
        "dotnet",
        "elixir",
        "go",
        "golang",
        "java",
        "net",
        "node",
        "nodejs",
        "perl",
        "php",
        "python",
        "ruby",
        "rust",
    )
)
"""Words in the `library.name` of server libraries: `analytics-python`, `@segment/analytics-node`, `Analytics.NET`."""
LIBRARY_LIMIT: Final = 128
"""Characters. A longer name of a library is that of none."""


def time_of(item: Item, request: Request, batch_sent_at: int | None) -> int:
    """Return the event time of an item in milliseconds; the time of receipt if it has none.

    `batch_sent_at` is the `sentAt` of the batch, in milliseconds; an item's own one is preferred. Fields that cannot be
    read are added to the item's violations.
    """
    fields = item.fields
    stated = _moment(item, "timestamp")
    original = _moment(item, "originalTimestamp") if "originalTimestamp" in fields else None
    happened = stated if original is None else original
    if happened is None:
        return request.received_at
    sent = _moment(item, "sentAt") if "sentAt" in fields else None
    if sent is None:
        sent = batch_sent_at
    if sent is not None:
        age = sent - happened
        if _is_device_clock(item, request, sent, age):
            return request.received_at - max(age, 0)
    return happened if stated is None else stated


def _is_device_clock(item: Item, request: Request, sent: int, age: int) -> bool:
    """Return whether the same device clock dated event and sending, so that their difference is the event's age."""
    if age > YEAR and sent - age < CLOCK_SET <= sent:
        return False  # the clock was set between event and sending
    if age < -DAY or item.fields.get("receivedAt"):
        return False  # sent long before it happened; or forwarded by a server that has corrected it already
    channel = item.fields.get("channel")
    if type(channel) is str:
        if channel == SERVER_CHANNEL:
            return False  # a server's clock is right, and it may send events of the past
    else:
        library = item.context.get("library")
        name = library.get("name") if type(library) is dict else None
        if type(name) is str and len(name) <= LIBRARY_LIMIT and _is_server_library(name):
            return False
    return age <= DAY or is_client(item.context, item.fields, request)


@lru_cache(256)  # a project has a handful of libraries
def _is_server_library(name: str) -> bool:
    return not SERVER_WORDS.isdisjoint(re.split(r"[^a-z0-9]+", name.lower()))


def _moment(item: Item, field: str) -> int | None:
    value: Any = item.fields.get(field)
    if value is None or value == "":
        return None
    time = read_iso_or_epoch(value)
    if time is None:
        item.violations.append(Violation(UNREADABLE_TIME, attribute=field, sample=sample(value)))
    return time
