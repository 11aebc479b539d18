"""The monitor samples, evaluates, and sends each change of an alert once."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.api.api_client import ApiClient, InProcessServer
from tests.monitoring.monitors import monitor_of

from passerby.accounts.alerting import AlertSettings
from passerby.accounts.sqlite.alerting import SqliteAlerting
from passerby.messages import Identifier
from passerby.monitoring import monitor as module
from passerby.monitoring.delivery import NotDelivered, Notification
from passerby.monitoring.monitor import Monitor

ADDRESS = "http://127.0.0.1:9/hook"


class Failing:
    """A check with a problem, or none."""

    name = "worker"

    def __init__(self) -> None:
        self.found: str | None = None

    def problem(self) -> str | None:
        return self.found


class Receiver:
    """What is sent is noted here, if it is to be delivered."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.attempts = 0
        self.is_down = False

    def __call__(self, settings: AlertSettings, sent: Notification) -> None:
        assert settings.address
        self.attempts += 1
        if self.is_down:
            raise NotDelivered("The receiver answered HTTP 503")
        self.got.append((sent.alert, sent.status))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[InProcessServer]:
    with closing(InProcessServer(tmp_path)) as server:
        yield server


@pytest.fixture
def alerting(server: InProcessServer) -> SqliteAlerting:
    alerting = SqliteAlerting(server.folder / "control.db")
    alerting.change_settings(AlertSettings(address=ADDRESS, lag_seconds=None, disk_free_percent=None))
    return alerting


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passerby.monitoring.alerts.WINDOW_MS", 0)


def fail_twice(monitor: Monitor, check: Failing) -> None:
    check.found = "the worker has not been heard of for 60 s"
    monitor.round()
    monitor.round()


def test_the_first_round_begins_to_count_and_the_next_ones_take_samples(server: InProcessServer) -> None:
    monitor, api = monitor_of(server), ApiClient(server)
    monitor.round()
    assert monitor.store.since(0, 2**62) == []
    api.track("Bought", Identifier("user_id", "u-1"))
    monitor.round()
    (taken,) = monitor.store.since(0, 2**62)
    assert (taken.received, taken.applied) == (1, 1)


@pytest.mark.usefixtures("alerting")
def test_each_change_is_sent_once(server: InProcessServer) -> None:
    check, receiver = Failing(), Receiver()
    monitor = monitor_of(server, checks=[check], deliver=receiver)
    check.found = "late"
    monitor.round()
    monitor.deliver()
    assert receiver.got == []  # one failure can be a restart
    fail_twice(monitor, check)
    monitor.deliver()
    monitor.deliver()
    assert receiver.got == [("components", "firing")]
    assert monitor.states()["components"].detail == "worker: the worker has not been heard of for 60 s"
    check.found = None
    monitor.round()
    monitor.deliver()
    monitor.deliver()
    assert receiver.got == [("components", "firing"), ("components", "resolved")]
    assert monitor.last_sending is not None
    assert monitor.last_sending.problem is None


@pytest.mark.usefixtures("alerting")
def test_a_restart_repeats_nothing_and_forgets_nothing(server: InProcessServer) -> None:
    check, receiver = Failing(), Receiver()
    first = monitor_of(server, checks=[check], deliver=receiver)
    fail_twice(first, check)
    receiver.is_down = True
    first.deliver()
    receiver.is_down = False
    second = monitor_of(server, checks=[check], deliver=receiver)
    second.deliver()
    third = monitor_of(server, checks=[check], deliver=receiver)
    third.deliver()
    assert receiver.got == [("components", "firing")]


@pytest.mark.usefixtures("alerting")
def test_a_failed_delivery_is_tried_again_later_each_time(server: InProcessServer) -> None:
    check, receiver = Failing(), Receiver()
    monitor = monitor_of(server, checks=[check], deliver=receiver)
    fail_twice(monitor, check)
    receiver.is_down = True
    delays = []
    for _ in range(9):
        monitor.deliver()
        delays.append(round(monitor.retry_at - time.monotonic(), -1))
    assert delays == [10, 20, 40, 80, 160, 320, 600, 600, 600]
    assert monitor.last_sending is not None
    assert monitor.last_sending.problem == "The receiver answered HTTP 503"
    receiver.is_down = False
    monitor.deliver()
    assert (receiver.got, monitor.retry_at) == ([("components", "firing")], 0.0)


@pytest.mark.usefixtures("alerting")
def test_an_alert_that_ended_before_it_was_delivered_is_not_sent(server: InProcessServer) -> None:
    check, receiver = Failing(), Receiver()
    monitor = monitor_of(server, checks=[check], deliver=receiver)
    fail_twice(monitor, check)
    check.found = None
    monitor.round()
    monitor.deliver()
    assert receiver.attempts == 0


def test_nothing_is_sent_without_an_address_and_a_new_receiver_gets_firing_alerts(
    server: InProcessServer, alerting: SqliteAlerting
) -> None:
    check, receiver = Failing(), Receiver()
    monitor = monitor_of(server, checks=[check], deliver=receiver)
    fail_twice(monitor, check)
    monitor.deliver()
    alerting.change_settings(AlertSettings())
    monitor.deliver()
    alerting.change_settings(AlertSettings(address="https://elsewhere.example.com/"))
    monitor.deliver()
    assert receiver.got == [("components", "firing")] * 2
    alerting.change_settings(AlertSettings())
    check.found = None
    monitor.round()
    alerting.change_settings(AlertSettings(address=ADDRESS))
    monitor.deliver()
    assert receiver.attempts == 2


@pytest.mark.usefixtures("alerting")
def test_rules_hold_where_samples_cannot_be_stored(server: InProcessServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monitor = monitor_of(server, deliver=Receiver())
    monitor.alerting.change_settings(AlertSettings(disk_free_percent=100.0))
    monitor.round()

    def full(_: object) -> None:
        raise apsw.FullError

    monkeypatch.setattr(monitor.store, "keep", full)
    monkeypatch.setattr("passerby.monitoring.alerts.WINDOW_MS", 300_000)
    with pytest.raises(apsw.FullError):
        monitor.round()
    assert monitor.states()["disk"].firing


def test_the_thread_continues_after_a_fault_and_stops_on_request(
    server: InProcessServer, monkeypatch: pytest.MonkeyPatch, lines: io.StringIO
) -> None:
    monkeypatch.setattr(module, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(module, "_MINUTE_MS", 1)
    monitor = monitor_of(server)
    rounds: list[Any] = []

    def broken() -> None:
        rounds.append(None)
        raise OSError

    monkeypatch.setattr(monitor, "round", broken)
    monitor.start()
    deadline = time.monotonic() + 30
    while len(rounds) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    monitor.stop()
    assert len(rounds) >= 3
    assert "monitoring failed, trying again" in lines.getvalue()
    assert not monitor.thread.is_alive()


def test_a_fault_while_it_ends_is_no_news(
    server: InProcessServer, monkeypatch: pytest.MonkeyPatch, lines: io.StringIO
) -> None:
    monkeypatch.setattr(module, "TICK_SECONDS", 0.01)
    monitor = monitor_of(server)

    def closed() -> None:
        monitor.ended.set()
        raise OSError

    monkeypatch.setattr(monitor, "round", closed)
    monitor.start()
    monitor.thread.join(30)
    assert lines.getvalue() == ""


def test_a_monitor_that_takes_no_samples_fails(server: InProcessServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monitor = monitor_of(server)
    assert monitor.problem() is None
    monkeypatch.setattr(module, "LATE_SECONDS", 0.0)
    assert "no health sample for" in str(monitor.problem())
