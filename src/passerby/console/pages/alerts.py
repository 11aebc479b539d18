"""Alerts: their state for the health page, and the form for thresholds and the receiver."""

from __future__ import annotations

import math
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from msgspec import Meta

from passerby.accounts.alerting import ADDRESS_CHARACTERS, AlertSettings, Format, checked_address
from passerby.accounts.errors import BadSetting
from passerby.clock import Milliseconds
from passerby.console.auth.permissions import Permission
from passerby.console.routing import PageContext, form_route, page_route, redirect_to, render_page
from passerby.monitoring.alerts import RULES, AlertState, is_on
from passerby.monitoring.delivery import NotDelivered, notification, send
from passerby.monitoring.monitor import Sending
from passerby.services import alerts
from passerby.services.errors import ErrorCode, ServiceError, invalid

Number = Annotated[str, Meta(max_length=30)]
THRESHOLDS: Final = tuple(rule.threshold for rule in RULES.values() if rule.threshold)


class Alert(msgspec.Struct, kw_only=True):
    """A rule and its state. `value` is null before the first sample; `since` is when the state last changed."""

    name: str
    label: str
    status: Literal["firing", "ok", "off"]
    value: float | None
    unit: str
    threshold: float | None
    detail: str
    since: Milliseconds | None


class Receiver(msgspec.Struct, kw_only=True):
    """Where alerts are sent, by its host: the URL is a secret. `last` is the last attempt since the start."""

    host: str
    format: Format
    last: Sending | None


class Alerts(msgspec.Struct, kw_only=True):
    """All rules, and the receiver, null for none."""

    alerts: list[Alert]
    receiver: Receiver | None


class AlertsView(msgspec.Struct, kw_only=True):
    """The values of the form: thresholds by field, null for a rule that is off."""

    receiver: Receiver | None
    thresholds: dict[str, float | None]
    components: bool
    format: Format


class AlertForm(msgspec.Struct, kw_only=True):
    """The form. An empty threshold switches the rule off; an empty address keeps the saved one."""

    address: Annotated[str, Meta(max_length=ADDRESS_CHARACTERS)] = ""
    remove: Literal["", "on"] = ""
    format: Format = "json"
    lag_seconds: Number = ""
    errors_percent: Number = ""
    rejected_percent: Number = ""
    disk_free_percent: Number = ""
    components: Literal["", "on"] = ""


def alerts_of(page: PageContext) -> Alerts:
    """Return the alerts for the health page."""
    monitor = page.console.monitor
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
                since=state.since if state is not None and state.since else None,
            )
        )
    return Alerts(alerts=shown, receiver=_receiver(page, settings))


def _receiver(page: PageContext, settings: AlertSettings) -> Receiver | None:
    if not settings.address:
        return None
    return Receiver(host=settings.host, format=settings.format, last=page.console.monitor.last_sending)


async def load(page: NamedDependency[PageContext]) -> AlertsView:
    return _view(page, await page.run(page.console.monitor.alerting.settings))


def _view(page: PageContext, settings: AlertSettings) -> AlertsView:
    return AlertsView(
        receiver=_receiver(page, settings),
        thresholds={name: getattr(settings, name) for name in THRESHOLDS},
        components=settings.components,
        format=settings.format,
    )


async def change(page: NamedDependency[PageContext], data: URLEncodedBody[AlertForm]) -> Response[Any]:
    alerting = page.console.monitor.alerting
    before = await page.run(alerting.settings)
    changed = settings_in(data, before)
    await page.run(alerts.change_alerts, page.on_server, alerting, changed)
    return redirect_to(page, "/health/alerts", "alerts-saved")


def settings_in(form: AlertForm, before: AlertSettings) -> AlertSettings:
    """Read the settings from the form. Raises ServiceError for an invalid address or threshold."""
    try:
        address = checked_address(form.address) if form.address.strip() else before.address
    except BadSetting as error:
        raise ServiceError(ErrorCode.INVALID_PARAMETER, str(error), {"parameter": "address"}) from None
    texts = {name: getattr(form, name).strip() for name in THRESHOLDS}
    given = {
        "address": "" if form.remove else address,
        "format": form.format,
        "components": bool(form.components),
        # A text that is no number is passed on: the conversion below rejects it with a message.
        **{name: float(text) if _is_number(text) else text or None for name, text in texts.items()},
    }
    try:
        return msgspec.convert(given, AlertSettings)
    except msgspec.ValidationError as error:
        raise invalid("thresholds", str(error)) from None


def _is_number(text: str) -> bool:
    try:
        return not math.isnan(float(text))
    except ValueError:
        return False


async def send_test(page: NamedDependency[PageContext]) -> Response[Any]:
    """Send a test alert to the stored address, and show whether it was delivered."""
    settings = await page.run(page.console.monitor.alerting.settings)
    if not settings.address:
        raise invalid("address", "no receiver is configured: save an address first")
    now = page.context.now()
    sent = notification("test", AlertState(since=now), settings, now)
    problem = None
    # Not in a reader thread: a receiver that does not answer would hold it until the timeout.
    try:
        await page.console.examinations.run(send, settings, sent)
    except NotDelivered as error:
        problem = str(error)
    await page.run(alerts.record_test_alert, page.on_server, settings.host, problem)
    return render_page("alerts.html", page=page, view=_view(page, settings), tested=problem or "")


routes = [
    page_route("/health/alerts", load, "alerts.html", permission=Permission.SERVER_ADMIN),
    form_route("/health/alerts", change, permission=Permission.SERVER_ADMIN),
    form_route("/health/alerts/test", send_test, permission=Permission.SERVER_ADMIN),
]
