"""Alerts: their state for the health page, and the form for thresholds and receiver."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from msgspec import Meta

from passerby.accounts.alerting import ADDRESS_CHARACTERS, AlertSettings, Format, checked_address
from passerby.accounts.errors import BadSetting
from passerby.clock import iso
from passerby.console.access import Need
from passerby.console.screens import Visit, action, done, page, screen
from passerby.monitoring.alerts import RULES, AlertState, is_on
from passerby.monitoring.delivery import NotDelivered, notification, send
from passerby.monitoring.monitor import Sending
from passerby.services import alerts
from passerby.services.errors import ErrorCode, ServiceError, invalid

Number = Annotated[str, Meta(max_length=30)]
THRESHOLDS: Final = tuple(rule.threshold for rule in RULES.values() if rule.threshold)


class Alert(msgspec.Struct, kw_only=True):
    """A rule and its state. `status` is unknown before the first sample; `since` is when it last changed."""

    name: str
    label: str
    status: Literal["firing", "ok", "off"]
    value: float | None
    unit: str
    threshold: float | None
    detail: str
    since: str | None


class Receiver(msgspec.Struct, kw_only=True):
    """Where alerts are sent, without the address, which is a secret; `last` is the last attempt since the start."""

    host: str
    format: Format
    last: Sending | None


class Alerts(msgspec.Struct, kw_only=True):
    """All rules, and the receiver: null where alerts are not sent."""

    alerts: list[Alert]
    receiver: Receiver | None


class AlertsView(msgspec.Struct, kw_only=True):
    """What the form shows: the thresholds by field, null for a rule that is off."""

    receiver: Receiver | None
    thresholds: dict[str, float | None]
    components: bool
    format: Format


class AlertForm(msgspec.Struct, kw_only=True):
    """The form. An empty threshold switches the rule off; an empty address keeps the one there is."""

    address: Annotated[str, Meta(max_length=ADDRESS_CHARACTERS)] = ""
    remove: Literal["", "on"] = ""
    format: Format = "json"
    lag_seconds: Number = ""
    errors_percent: Number = ""
    rejected_percent: Number = ""
    disk_free_percent: Number = ""
    components: Literal["", "on"] = ""


def alerts_of(visit: Visit) -> Alerts:
    """The alerts as the health page shows them."""
    monitor = visit.reception.monitor
    settings, states = monitor.alerting.settings(), monitor.states()
    shown = []
    for name, rule in RULES.items():
        state = states.get(name)
        on = is_on(rule, settings)
        firing = state is not None and state.firing and on
        shown.append(
            Alert(
                name=name,
                label=rule.label,
                status="firing" if firing else "ok" if on else "off",
                value=state.value if state is not None and on else None,
                unit=rule.unit,
                threshold=getattr(settings, rule.threshold) if rule.threshold else None,
                detail=state.detail if state is not None and firing else "",
                since=iso(state.since) if state is not None and state.since else None,
            )
        )
    return Alerts(alerts=shown, receiver=_receiver(visit, settings))


def _receiver(visit: Visit, settings: AlertSettings) -> Receiver | None:
    if not settings.address:
        return None
    return Receiver(host=settings.host, format=settings.format, last=visit.reception.monitor.last_sending)


async def gather(visit: NamedDependency[Visit]) -> AlertsView:
    return _view(visit, await visit.run(visit.reception.monitor.alerting.settings))


def _view(visit: Visit, settings: AlertSettings) -> AlertsView:
    return AlertsView(
        receiver=_receiver(visit, settings),
        thresholds={name: getattr(settings, name) for name in THRESHOLDS},
        components=settings.components,
        format=settings.format,
    )


async def change(visit: NamedDependency[Visit], data: URLEncodedBody[AlertForm]) -> Response[Any]:
    alerting = visit.reception.monitor.alerting
    before = await visit.run(alerting.settings)
    changed = settings_in(data, before)
    await visit.run(alerts.change_alerts, visit.on_server, alerting, changed)
    return done(visit, "/health/alerts", "alerts-saved")


def settings_in(form: AlertForm, before: AlertSettings) -> AlertSettings:
    """The settings that a form asks for. Raises ServiceError for what cannot be one."""
    try:
        address = checked_address(form.address) if form.address.strip() else before.address
    except BadSetting as error:
        raise ServiceError(ErrorCode.INVALID_PARAMETER, str(error), {"parameter": "address"}) from None
    texts = {name: getattr(form, name).strip() for name in THRESHOLDS}
    given = {
        "address": "" if form.remove else address,
        "format": form.format,
        "components": bool(form.components),
        **{name: float(text) if _is_number(text) else text or None for name, text in texts.items()},
    }
    try:
        return msgspec.convert(given, AlertSettings)
    except msgspec.ValidationError as error:
        raise invalid("thresholds", str(error)) from None


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)  # not NaN
    except ValueError:
        return False


async def send_test(visit: NamedDependency[Visit]) -> Response[Any]:
    """Send a test alert to the stored address, and show whether it was delivered."""
    settings = await visit.run(visit.reception.monitor.alerting.settings)
    if not settings.address:
        raise invalid("address", "no receiver is configured: save an address first")
    now = visit.context.now()
    sent = notification("test", AlertState(since=now), settings, now)
    problem = None
    try:
        await visit.reception.examinations.run(send, settings, sent)
    except NotDelivered as error:
        problem = str(error)
    await visit.run(alerts.record_test_alert, visit.on_server, settings.host, problem)
    return page("alerts.html", visit=visit, view=_view(visit, settings), tested=problem or "")


routes = [
    screen("/health/alerts", gather, "alerts.html", need=Need.OWNER),
    action("/health/alerts", change, need=Need.OWNER),
    action("/health/alerts/test", send_test, need=Need.OWNER),
]
