"""Alert rules fire above their thresholds, and resolve after five minutes below them."""

from __future__ import annotations

from tests.monitoring.monitors import GB, MINUTE, NOW, sample

from passerby.accounts.alerting import AlertSettings
from passerby.monitoring.alerts import LEAST_REQUESTS, RULES, WINDOW_MS, AlertState, Reading, advance, readings

SETTINGS = AlertSettings()
OFF = AlertSettings(
    lag_seconds=None, errors_percent=None, rejected_percent=None, disk_free_percent=None, components=False
)


def over(samples: list, problems: dict[str, str] | None = None, settings: AlertSettings = SETTINGS) -> set[str]:  # type: ignore[type-arg]
    return {name for name, reading in readings(samples, problems or {}, settings).items() if reading.is_over}


def test_each_rule_fires_beyond_its_threshold() -> None:
    assert over([sample(lag=60.1)]) == {"lag"}
    assert over([sample(requests=1000, errors=11)]) == {"errors"}
    assert over([sample(requests=1000, rejected=201)]) == {"rejected"}
    assert over([sample(free_bytes=9 * GB)]) == {"disk"}
    assert over([sample()], {"worker": "late"}) == {"components"}


def test_no_rule_fires_at_its_threshold() -> None:
    assert over([sample(lag=60.0, requests=1000, errors=10, rejected=200, free_bytes=10 * GB)]) == set()


def test_shares_are_those_of_the_whole_window() -> None:
    assert over([sample(requests=1000), sample(requests=10, errors=10)]) == set()
    assert over([sample(lag=99.0), sample()]) == set()


def test_a_few_requests_fire_nothing() -> None:
    assert over([sample(requests=LEAST_REQUESTS - 1, errors=5, rejected=5)]) == set()
    assert over([sample(requests=LEAST_REQUESTS, errors=5, rejected=5)]) == {"errors", "rejected"}


def test_a_rule_that_is_off_has_no_value() -> None:
    bad = sample(lag=1e6, requests=100, errors=50, rejected=50, free_bytes=0)
    assert readings([bad], {"edge": "down"}, OFF) == {}
    assert set(readings([bad], {"edge": "down"}, SETTINGS)) == set(RULES)


def test_an_unknown_disk_is_not_full() -> None:
    assert over([sample(free_bytes=0, disk_bytes=0)]) == set()


def test_an_alert_fires_at_once_and_is_resolved_five_minutes_later() -> None:
    states: dict[str, AlertState] = {}
    assert advance(states, {"lag": Reading(99.0, is_over=True)}, SETTINGS, NOW)
    assert (states["lag"].firing, states["lag"].since, states["lag"].value) == (True, NOW, 99.0)
    assert not advance(states, {"lag": Reading(1.0, is_over=False)}, SETTINGS, NOW + WINDOW_MS - 1)
    assert states["lag"].firing
    assert not advance(states, {"lag": Reading(99.0, is_over=True)}, SETTINGS, NOW + WINDOW_MS)
    later = NOW + 2 * WINDOW_MS
    assert advance(states, {"lag": Reading(1.0, is_over=False)}, SETTINGS, later)
    assert (states["lag"].firing, states["lag"].since) == (False, later)


def test_an_alert_without_a_value_stays_as_it_is() -> None:
    states = {"disk": AlertState(firing=True, since=NOW, last_over=NOW)}
    assert not advance(states, {}, SETTINGS, NOW + 60 * MINUTE)
    assert states["disk"].firing


def test_an_alert_whose_rule_is_switched_off_is_resolved_at_once() -> None:
    states = {"disk": AlertState(firing=True, since=NOW, last_over=NOW)}
    assert advance(states, {}, OFF, NOW + 1)
    assert not states["disk"].firing


def test_a_failed_delivery_is_shown_until_it_is_resolved() -> None:
    states: dict[str, AlertState] = {}
    advance(states, {"components": Reading(1, is_over=True, detail="worker: late")}, SETTINGS, NOW)
    advance(states, {"components": Reading(0, is_over=False)}, SETTINGS, NOW + 1)
    assert (states["components"].firing, states["components"].detail) == (True, "worker: late")
