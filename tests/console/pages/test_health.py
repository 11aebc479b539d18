"""The health page: components, load over time, the forecast, alerts; and the form for alerts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient
from tests.api.api_client import ApiClient, InProcessServer
from tests.monitoring.monitors import GB, MINUTE, monitor_of, sample
from tests.monitoring.test_delivery import receiver

from passerby.accounts.alerting import AlertSettings
from passerby.accounts.errors import AccountsUnavailable
from passerby.accounts.users import Role
from passerby.api.app import application
from passerby.audit.protocol import SERVER
from passerby.audit.sqlite.log import SqliteAuditLog
from passerby.console.app import create_app
from passerby.console.auth.sessions import COOKIE
from passerby.console.auth.throttle import Throttle
from passerby.console.context import ConsoleContext
from passerby.console.pages.alerts import AlertForm, settings_in
from passerby.errors import StoreError
from passerby.monitoring.alerts import AlertState
from passerby.monitoring.monitor import Monitor, Sending, Stored
from passerby.services.errors import ServiceError
from passerby.services.readers import Readers
from passerby.settings import Settings
from passerby.state.protocol import StateBroken, StateUnavailable

PRIVATE = "T0/B0/secret-path"
SAVED = AlertSettings(address=f"https://hooks.example.com/{PRIVATE}")
THRESHOLDS = {"lag_seconds": "60", "errors_percent": "1", "rejected_percent": "20", "disk_free_percent": "10"}


class HealthConsole:
    """A console whose monitor does not run, as a viewer and an administrator of all projects see it."""

    def __init__(self, server: InProcessServer, held: ExitStack) -> None:
        self.server = server
        self.monitor: Monitor = monitor_of(server)
        users = server.users
        context = ConsoleContext(
            context=server.context,
            projects=server.credentials,
            passwords=held.enter_context(closing(Readers(1))),
            examinations=held.enter_context(closing(Readers(1))),
            throttle=Throttle(),
            settings=Settings(data=server.folder),
            monitor=self.monitor,
            diagnose=list,
            versions=dict,
        )
        self.client = held.enter_context(TestClient(create_app(context, application)))
        ours = ApiClient(server).project
        self._base = f"/p/{server.credentials.names()[ours]}"
        self._cookies = {}
        for user, role in (("ann", Role.VIEWER), ("ada", Role.ADMIN)):
            users.add(user, role, "no password has this hash", 1)
            self._cookies[user] = users.open_session(user, time.time_ns() // 1_000_000)

    def get(self, user: str, path: str) -> Any:
        self.client.cookies.set(COOKIE, self._cookies[user])
        return self.client.get(self._base + path)

    def post(self, user: str, path: str, **form: str) -> Any:
        self.client.cookies.set(COOKIE, self._cookies[user])
        headers = {"Origin": str(self.client.base_url).rstrip("/")}
        return self.client.post(self._base + path, data=form, headers=headers, follow_redirects=False)

    def noted(self) -> list[tuple[str, Any]]:
        with SqliteAuditLog(self.server.folder / "audit.db") as log:
            return [(entry.action, entry.details) for entry in log.page(SERVER, limit=10)]


@pytest.fixture
def health_console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HealthConsole]:
    with ExitStack() as held:
        server = held.enter_context(closing(InProcessServer(tmp_path_factory.mktemp("health"))))
        held.enter_context(server.client)
        yield HealthConsole(server, held)


def test_a_new_server_says_that_there_are_no_samples(health_console: HealthConsole) -> None:
    text = health_console.get("ann", "/health").text
    for said in ("No samples yet", "Not enough data yet", "Healthy", "no receiver is configured", "Slow queries"):
        assert said in text
    view = health_console.get("ann", "/health.json").json()
    assert (view["well"], view["since"], view["forecast"]) == (True, None, {"bytes_per_day": None, "days": None})


def test_load_over_time_and_the_forecast_are_shown(health_console: HealthConsole) -> None:
    now = health_console.server.context.now()
    for hour in range(5, -1, -1):
        at = now - hour * 60 * MINUTE - MINUTE
        health_console.monitor.store.keep(sample(at, received=600, requests=100, errors=2, free_bytes=(50 + hour) * GB))
    view = health_console.get("ann", "/health.json?range=day").json()
    assert view["forecast"] == {"bytes_per_day": 24 * GB, "days": 2.1}
    assert {value for value in view["trends"]["received"] if value} == {10.0}
    assert {value for value in view["trends"]["errors"] if value} == {2.0}
    text = health_console.get("ann", "/health?range=day").text
    assert "2.1 days" in text
    assert "24.0 GB a day" in text
    assert 'data-from="throughput"' in text
    assert health_console.get("ann", "/health?range=year").status_code == 400


@pytest.mark.parametrize("growth, said", [(0, "Not growing"), (1, "More than 10 years"), (GB // 6, "12 days")])
def test_every_forecast_has_words(health_console: HealthConsole, growth: int, said: str) -> None:
    now = health_console.server.context.now()
    for hour in range(5, -1, -1):
        health_console.monitor.store.keep(sample(now - hour * 60 * MINUTE, free_bytes=50 * GB + hour * growth))
    assert said in health_console.get("ann", "/health").text


def test_failures_are_reported_with_advice(health_console: HealthConsole, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passerby.monitoring.monitor.LATE_SECONDS", 0.0)
    text = health_console.get("ann", "/health").text
    assert "no health sample for" in text
    assert "Check the log lines of the role console" in text
    assert not health_console.get("ann", "/health.json").json()["well"]


def test_alerts_are_shown_without_the_address(health_console: HealthConsole) -> None:
    stored = Stored(states={"lag": AlertState(firing=True, since=1, value=99.0, detail="old")})
    health_console.monitor.alerting.keep_states(msgspec.json.encode(stored).decode())
    health_console.monitor.alerting.change_settings(msgspec.structs.replace(SAVED, errors_percent=None))
    health_console.monitor.load()
    for user in ("ann", "ada"):
        for path in ("/health", "/health.json", "/health/alerts", "/health/alerts.json"):
            answer = health_console.get(user, path)
            assert (answer.status_code == 200) == (user == "ada" or "alerts" not in path)
            assert PRIVATE not in answer.text
    alerts = {alert["name"]: alert for alert in health_console.get("ann", "/health.json").json()["alerts"]["alerts"]}
    assert {name: alert["status"] for name, alert in alerts.items()} == {
        "lag": "firing", "errors": "off", "rejected": "ok", "disk": "ok", "components": "ok",
    }  # fmt: skip
    health_console.monitor.last_sending = Sending(at=1_772_323_200_000, problem="The receiver answered HTTP 500")
    text = health_console.get("ann", "/health").text
    assert "Alerts firing" in text
    assert "The receiver answered HTTP 500" in text
    health_console.monitor.last_sending = Sending(at=1_772_323_200_000, problem=None)
    assert "delivered" in health_console.get("ann", "/health").text


@pytest.mark.parametrize("failure, seconds", [(StateUnavailable("locked"), "5"), (StateBroken("malformed"), "60")])
def test_a_page_whose_store_fails_gives_advice(
    health_console: HealthConsole, monkeypatch: pytest.MonkeyPatch, failure: StoreError, seconds: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(type(health_console.server.reader), "totals", fail)
    for path in ("/", ".json"):
        answer = health_console.get("ann", path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, seconds)
        assert "state cannot be read or written now" in answer.text
        assert str(failure) not in answer.text


def test_a_session_that_cannot_be_looked_up_is_503(
    health_console: HealthConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AccountsUnavailable("database is locked")

    monkeypatch.setattr(type(health_console.server.users), "visitor", fail)
    answer = health_console.get("ann", "/")
    assert answer.status_code == 503
    assert "control file" in answer.text


def test_an_administrator_changes_alerts_and_that_is_noted_without_the_address(health_console: HealthConsole) -> None:
    form = {**THRESHOLDS, "address": SAVED.address, "format": "slack", "lag_seconds": "", "components": "on"}
    answer = health_console.post("ada", "/health/alerts", **form)
    assert (answer.status_code, answer.headers["location"].partition("?")[2]) == (303, "said=alerts-saved")
    assert health_console.monitor.alerting.settings() == msgspec.structs.replace(
        SAVED, format="slack", lag_seconds=None
    )
    ((action, details),) = health_console.noted()
    assert (action, details["address"], details["address_changed"]) == ("alerts.changed", "hooks.example.com", True)
    assert PRIVATE not in str(details)
    assert "hooks.example.com" in health_console.get("ada", "/health/alerts?said=alerts-saved").text
    assert health_console.post("ann", "/health/alerts", **form).status_code == 403


def test_a_test_alert_says_whether_it_was_delivered(health_console: HealthConsole) -> None:
    assert health_console.post("ada", "/health/alerts/test").status_code == 400
    with receiver() as (address, got):
        health_console.monitor.alerting.change_settings(AlertSettings(address=address))
        assert "Test alert delivered to 127.0.0.1" in health_console.post("ada", "/health/alerts/test").text
    assert len(got) == 1
    with receiver(500) as (address, _):
        health_console.monitor.alerting.change_settings(AlertSettings(address=address))
        assert "The receiver answered HTTP 500" in health_console.post("ada", "/health/alerts/test").text
    assert [action for action, _ in health_console.noted()] == ["alerts.tested", "alerts.tested"]
    assert health_console.post("ann", "/health/alerts/test").status_code == 403


def test_an_empty_address_keeps_the_saved_one_and_a_box_removes_it() -> None:
    assert settings_in(AlertForm(**THRESHOLDS, components="on"), SAVED) == SAVED  # type: ignore[arg-type]
    assert settings_in(AlertForm(**THRESHOLDS, remove="on", components="on"), SAVED) == AlertSettings()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "form",
    [
        {"address": "ftp://a.example/"},
        {"lag_seconds": "-1"},
        {"lag_seconds": "nan"},
        {"lag_seconds": "inf"},
        {"errors_percent": "101"},
        {"disk_free_percent": "much"},
    ],
)
def test_what_cannot_be_set_is_refused(form: dict[str, Any]) -> None:
    with pytest.raises(ServiceError):
        settings_in(AlertForm(**form), SAVED)
