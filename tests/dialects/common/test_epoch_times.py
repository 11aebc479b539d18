"""Epoch times in every dialect: their size gives the unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.dialects.antsomi.antsomi_calls import message as antsomi
from tests.dialects.dialect_calls import BULK_EVENTS, EVENTS, IDENTIFY, SLUG, TRACK, send
from tests.dialects.segment.segment_calls import message as segment
from tests.dialects.segment.segment_calls import messages as segment_batch

from passerby.messages import Message

TIME = 1_795_000_000_000  # 2026-11-18T11:06:40.000Z
SPELLINGS = [
    1_795_000_000,
    1_795_000_000.0,
    "1795000000",
    "1795000000.000",
    TIME,
    str(TIME),
    TIME * 1_000,
    TIME * 10**6,
]


def sent(path: str, body: Any) -> Message:
    outcome = send(path, body)
    assert outcome.reply.status < 300, outcome.reply
    (made,) = outcome.messages
    return made


CALLS: dict[str, Callable[[Any], Message]] = {
    "crossengage.identify": lambda time: sent(IDENTIFY, {"mobileId": "m", "userId": "u", "timestamp": time}),
    "crossengage.track": lambda time: sent(TRACK, {"mobileId": "m", "event": "E", "timestamp": time}),
    "webengage.events": lambda time: sent(EVENTS, {"userId": "u", "eventName": "E", "eventTime": time}),
    "webengage.bulk-events": lambda time: sent(
        BULK_EVENTS, {"events": [{"userId": "u", "eventName": "E", "eventTime": time}]}
    ),
    "customerlabs.added_at": lambda time: sent(f"/source/{SLUG}/", {"event": "E", "email": "a@x.io", "added_at": time}),
    "customerlabs.timestamp": lambda time: sent(
        f"/source/{SLUG}/", {"event": "E", "email": "a@x.io", "timestamp": time}
    ),
    "antsomi": lambda time: antsomi({"uid": "v", "ec": "c", "ea": "a", "et": time}),
    "segment.timestamp": lambda time: segment("/v1/track", {"userId": "u", "event": "E", "timestamp": time}),
    "segment.originalTimestamp": lambda time: segment(
        "/v1/batch", {"batch": [{"type": "track", "userId": "u", "event": "E", "originalTimestamp": time}]}
    ),
}


@pytest.mark.parametrize("spelling", SPELLINGS, ids=repr)
@pytest.mark.parametrize("call", CALLS)
def test_epoch_units_are_distinguished(call: str, spelling: Any) -> None:
    made = CALLS[call](spelling)
    assert made.time == TIME
    assert made.violations == ()


@pytest.mark.parametrize("spelling", SPELLINGS[:4], ids=repr)
def test_the_sending_time_of_a_batch_may_be_in_seconds(spelling: Any) -> None:
    item = {"type": "track", "userId": "u", "event": "E", "originalTimestamp": 1_794_999_990}
    (made,) = segment_batch("/v1/batch", {"batch": [item], "sentAt": spelling})
    assert made.time == made.received_at - 10_000
