"""Counts over time, violations and events by day, over HTTP."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.api.api_client import ApiClient
from tests.state.state_builder import ident

from passerby.clock import iso
from passerby.messages import Violation
from passerby.rejected_requests.record import NO_PROJECT, Count

NOW = time.time_ns() // 1_000_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def said(api: ApiClient, ago: int = 0, **fields: Any) -> None:
    """Have an event accepted that was received so many ms ago, and applied."""
    at = NOW - ago
    defaults = {"kind": "track", "name": "Seen", "identifiers": (ident("mobile_id", "m1"),)}
    api.append(**{**defaults, "time": at, "received_at": at, **fields})
    api.server.apply()
    api.server.deliver()


def lines(api: ApiClient, **query: Any) -> dict[str, list[int]]:
    found = api.get("/v1/metrics/timeseries", **query).json()
    assert all(len(line["values"]) == len(found["times"]) for line in found["lines"])
    assert all(sum(line["values"]) == line["total"] for line in found["lines"])
    return {line["dialect"]: line["values"] for line in found["lines"]}


def totals(api: ApiClient, metric: str, **query: Any) -> dict[str, int]:
    return {dialect: sum(values) for dialect, values in lines(api, metric=metric, **query).items()}


def test_messages_count_in_the_step_in_which_they_were_received(api: ApiClient) -> None:
    for ago in (0, HOUR, HOUR, 5 * HOUR):
        said(api, ago)
    said(api, dialect="other")
    said(api, project=api.other_project)
    found = lines(api, step="hour", **{"from": iso(NOW - 5 * HOUR), "to": iso(NOW)})
    assert found == {"other": [0, 0, 0, 0, 0, 1], "test": [1, 0, 0, 0, 2, 1]}
    assert lines(api, step="day", **{"from": iso(NOW)[:10], "to": iso(NOW)})["other"] == [1]
    assert sum(lines(api, step="minute")["test"]) in {1, 2, 3}
    assert len(api.get("/v1/metrics/timeseries", step="minute").json()["times"]) == 60


def test_repeats_and_violations_have_series_of_their_own(api: ApiClient) -> None:
    for _ in range(3):
        said(api, deduplication_key="k")
    said(api, dialect="other", violations=(Violation("odd"), Violation("strange")))
    said(api, kind="invalid", identifiers=(), violations=(Violation("useless"),), properties={"body": {"a": 1}})
    assert totals(api, "accepted") == {"test": 4, "other": 1}
    assert totals(api, "duplicates") == {"test": 2}
    assert totals(api, "violations") == {"other": 2, "test": 1}


def test_refused_requests_have_one_too(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    minute = NOW - NOW % MINUTE
    counts = [Count(api.project, minute, "segment", 4), Count(api.other_project, minute, "segment", 1)]
    api.server.refused.add([], [*counts, Count(NO_PROJECT, minute, "segment", 2)])
    assert totals(api, "refused", step="minute", to=iso(NOW + MINUTE)) == {"segment": 4}
    monkeypatch.setattr(type(api.server.credentials), "is_alone", lambda *_: True)
    assert totals(api, "refused", step="minute", to=iso(NOW + MINUTE))["segment"] >= 6


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"from": "0001-01-01"},
        {"from": iso(NOW), "to": iso(NOW - DAY)},
        {"step": "minute", "from": iso(NOW - 10 * DAY)},
        {"step": "second"},
        {"metric": "events"},
    ],
)
def test_what_makes_no_range_is_refused(api: ApiClient, query: dict[str, str]) -> None:
    answer = api.get("/v1/metrics/timeseries", **query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_parameter")


def test_a_time_without_a_zone_is_utc(api: ApiClient) -> None:
    said(api)
    plain = iso(NOW - HOUR).removesuffix("Z")
    assert sum(lines(api, **{"from": plain})["test"]) == 1


def test_the_newest_violations_come_first_with_samples(api: ApiClient) -> None:
    said(api, violations=(Violation("odd", "Seen", "price", "9,50"),), ago=MINUTE)
    said(api, kind="invalid", identifiers=(), violations=(Violation("useless"),), properties={"body": {"a": 1}})
    found = api.get("/v1/violations").json()
    assert [(each["kind"], each["event"], each["sample"]) for each in found["violations"]] == [
        ("useless", None, ""),
        ("odd", "Seen", "9,50"),
    ]
    (invalid,) = found["invalid"]
    assert invalid["kinds"] == ["useless"]
    assert (invalid["reason"], invalid["body"], invalid["dialect"]) == ("useless", {"a": 1}, "test")
    assert api.get("/v1/violations", limit=1).json()["violations"][0]["kind"] == "useless"


def test_the_most_frequent_events_come_first_day_by_day(api: ApiClient) -> None:
    for ago in (0, 0, DAY, 40 * DAY):
        said(api, ago)
    said(api, name="Bought")
    found = api.get("/v1/catalogue/event-counts", days=3).json()
    assert found["days"] == [iso(NOW - ago * DAY)[:10] for ago in (2, 1, 0)]
    assert found["events"] == [
        {"name": "Seen", "total": 3, "values": [0, 1, 2]},
        {"name": "Bought", "total": 1, "values": [0, 0, 1]},
    ]
    assert [each["name"] for each in api.get("/v1/catalogue/event-counts", days=3, limit=1).json()["events"]] == [
        "Seen"
    ]


def test_the_event_store_is_asked_once_a_minute(api: ApiClient) -> None:
    said(api)
    first = api.get("/v1/catalogue/event-counts").json()
    said(api)
    assert api.get("/v1/catalogue/event-counts").json() == first


def test_a_broken_event_store_is_reported(api: ApiClient) -> None:
    api.events.broken = True
    assert api.get("/v1/catalogue/event-counts").json()["error"]["code"] == "events_unavailable"
