"""The clock by which an item's time is read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.dialect_calls import RECEIVED_AT
from tests.dialects.segment.segment_calls import TRACK, message, messages

from passerby.dialects.common.times import CLOCK_SET

SECOND, HOUR, DAY = 1_000, 3_600_000, 86_400_000
DEVICES = ["analytics-kotlin", "analytics-swift", "analytics.js", "@segment/analytics-react-native"]
SERVERS = [
    "analytics-python",
    "analytics-node",
    "@segment/analytics-node",
    "@rudderstack/rudder-sdk-node",
    "@customerio/cdp-analytics-node",
    "analytics-ruby",
    "analytics-php",
    "analytics-go",
    "analytics-java",
    "Analytics.NET",
]
PAST = RECEIVED_AT - 400 * DAY


def iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1_000, UTC).isoformat(timespec="milliseconds")


def time_of(item: dict[str, Any], batch: dict[str, Any] | None = None) -> int:
    """The time of an item, sent alone or in this batch."""
    if batch is None:
        return message("/v1/track", TRACK | item).time
    (made,) = messages("/v1/batch", {"batch": [{"type": "track"} | TRACK | item], **batch})
    return made.time


def library(name: str) -> dict[str, Any]:
    return {"context": {"library": {"name": name, "version": "1"}}}


CLOCKS = st.integers(-(2**31) * SECOND, 2**31 * SECOND)
AGES = st.integers(0, 60 * DAY)


@given(clock=CLOCKS, age=AGES, name=st.sampled_from(DEVICES), field=st.sampled_from(["timestamp", "originalTimestamp"]))
def test_an_event_time_is_its_receipt_minus_its_age_for_any_device_clock(
    clock: int, age: int, name: str, field: str
) -> None:
    item = library(name) | {field: iso(clock - age)}
    assert time_of(item | {"sentAt": iso(clock)}) == RECEIVED_AT - age
    assert time_of(item, {"sentAt": iso(clock)}) == RECEIVED_AT - age


@given(clock=CLOCKS, age=st.integers(0, DAY))
def test_a_sender_that_names_no_library_is_corrected_within_a_day(clock: int, age: int) -> None:
    assert time_of({"timestamp": iso(clock - age), "sentAt": iso(clock)}) == RECEIVED_AT - age


@given(time=st.integers(CLOCK_SET, RECEIVED_AT), age=st.integers(-400 * DAY, 400 * DAY), name=st.sampled_from(SERVERS))
def test_a_server_is_taken_at_its_word(time: int, age: int, name: str) -> None:
    item = library(name) | {"timestamp": iso(time)}
    assert time_of(item | {"sentAt": iso(time + age)}) == time
    assert time_of(item, {"sentAt": iso(time + age)}) == time


@pytest.mark.parametrize("name", DEVICES[:1])
@pytest.mark.parametrize("channel, corrected", [("server", False), ("mobile", True), ("web", True)])
def test_the_channel_counts_before_the_library(name: str, channel: str, *, corrected: bool) -> None:
    item = library(name) | {"channel": channel, "timestamp": iso(PAST), "sentAt": iso(PAST + SECOND)}
    assert time_of(item) == (RECEIVED_AT - SECOND if corrected else PAST)


def test_the_channel_of_a_device_counts_before_a_library_that_is_also_used_on_servers() -> None:
    item = library("analytics-java") | {"channel": "mobile", "timestamp": iso(PAST), "sentAt": iso(PAST + SECOND)}
    assert time_of(item) == RECEIVED_AT - SECOND


@pytest.mark.parametrize("age", [DAY + 1, 30 * DAY, -DAY - 1, -30 * DAY])
@pytest.mark.parametrize("other", [{}, library("homemade"), library("x" * 129), {"context": {"library": {"name": 1}}}])
def test_days_between_event_and_sending_tell_an_import_where_the_library_does_not(
    age: int, other: dict[str, Any]
) -> None:
    assert time_of(other | {"timestamp": iso(PAST), "sentAt": iso(PAST + age)}) == PAST


def test_a_browser_that_names_no_library_is_known_by_its_user_agent() -> None:
    item = TRACK | {"timestamp": iso(PAST), "sentAt": iso(PAST + 9 * DAY)}
    assert message("/v1/t", item, {"user-agent": "Mozilla/5.0 (X11)"}).time == RECEIVED_AT - 9 * DAY


@pytest.mark.parametrize("back", [1, SECOND, DAY])
def test_an_event_is_never_later_than_its_receipt_when_a_clock_was_set_back(back: int) -> None:
    assert time_of(library(DEVICES[0]) | {"timestamp": iso(PAST), "sentAt": iso(PAST - back)}) == RECEIVED_AT


def test_a_device_clock_that_was_put_back_by_more_than_a_day_corrects_nothing() -> None:
    booted = {"sentAt": iso(5 * SECOND)}
    assert time_of(library(DEVICES[0]) | {"timestamp": iso(PAST)} | booted) == PAST


def test_the_time_of_a_clock_that_was_set_before_sending_is_left_to_be_replaced() -> None:
    assert time_of(library(DEVICES[0]) | {"timestamp": iso(5_000), "sentAt": iso(RECEIVED_AT)}) == 5_000


def test_an_unset_clock_still_gives_the_age_of_an_event() -> None:
    item = library("analytics-kotlin") | {"timestamp": "1970-01-01T01:30:27.383Z"}
    assert time_of(item, {"sentAt": "1970-01-01T01:30:30.383Z"}) == RECEIVED_AT - 3 * SECOND


def test_an_item_that_was_received_elsewhere_before_is_corrected_already() -> None:
    passed_on = library("analytics.js") | {"receivedAt": iso(PAST), "sentAt": iso(PAST), "timestamp": iso(PAST - HOUR)}
    assert time_of(passed_on | {"originalTimestamp": iso(PAST - 2 * HOUR)}) == PAST - HOUR


def test_the_sending_time_of_an_item_counts_before_that_of_its_batch() -> None:
    item = {"timestamp": iso(PAST), "sentAt": iso(PAST + SECOND)}
    assert time_of(item, {"sentAt": iso(PAST + HOUR)}) == RECEIVED_AT - SECOND


@pytest.mark.parametrize("unreadable", ["soon", True, {}, [], 1e300])
def test_without_a_sending_time_that_can_be_read_a_time_is_taken_at_its_word(unreadable: Any) -> None:
    item = library(DEVICES[0]) | {"timestamp": iso(PAST)}
    assert time_of(item | {"sentAt": unreadable}) == PAST
    assert time_of(item, {"sentAt": unreadable}) == PAST
