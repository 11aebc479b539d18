"""Sends alerts: one HTTP POST of JSON, to a webhook or in Slack's format. Redirects and proxies are not followed."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable
from functools import cache
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from passerby.accounts.alerting import AlertSettings
from passerby.clock import iso
from passerby.monitoring.alerts import RULES, AlertState

TIMEOUT_SECONDS: Final = 5.0
"""For connecting, and for each read of the response."""
ANSWER_BYTES: Final = 4_096
"""Bytes read of a response at most; only its status is used."""

Status = Literal["firing", "resolved", "test"]
Send = Callable[[AlertSettings, "Notification"], None]


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a POST to a webhook. `text` is the alert in one line, the only field that Slack receives."""

    alert: str
    status: Status
    title: str
    value: float
    threshold: float | None
    unit: str
    detail: str
    since: str
    sent_at: str
    text: str


class NotDelivered(Exception):
    """The receiver cannot be reached, or did not answer 2xx. The message says why, without the address."""


def notification(name: str, state: AlertState, settings: AlertSettings, now: int) -> Notification:
    """Return the notification of an alert. `name` is that of a rule, or `test`."""
    rule = RULES.get(name)
    threshold: float | None = getattr(settings, rule.threshold) if rule and rule.threshold else None
    status: Status = "test" if rule is None else "firing" if state.firing else "resolved"
    title = rule.label if rule else "Test alert from Passerby"
    unit, value = rule.unit if rule else "", state.value or 0.0
    if status == "test":
        text = f"{title}: no action is needed."
    else:
        limit = "" if threshold is None else f" (threshold {threshold:g} {unit})"
        detail = f" - {state.detail}" if state.firing and state.detail else ""  # of a resolved alert, it is past
        text = f"{status.capitalize()}: {title} {value:g} {unit}{limit}{detail}"
    return Notification(
        alert=name,
        status=status,
        title=title,
        value=value,
        threshold=threshold,
        unit=unit,
        detail=state.detail,
        since=iso(state.since),
        sent_at=iso(now),
        text=text,
    )


def body(settings: AlertSettings, sent: Notification) -> bytes:
    """Encode a notification in the receiver's format. `&`, `<` and `>` are escaped for Slack, where they are markup."""
    if settings.format == "json":
        return msgspec.json.encode(sent)
    text = sent.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return msgspec.json.encode({"text": text})


def send(settings: AlertSettings, sent: Notification) -> None:
    """POST a notification; returns once the receiver answered 2xx. Raises NotDelivered."""
    parts = urlsplit(settings.address)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": "application/json", "User-Agent": "Passerby"}
    host, port = parts.hostname or "", parts.port
    connection = (
        http.client.HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=_tls())
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    )
    try:
        connection.request("POST", path, body(settings, sent), headers)
        answer = connection.getresponse()
        answer.read(ANSWER_BYTES)
    except (OSError, http.client.HTTPException, ValueError) as error:
        # Not the error's own text, nor its chain: both may contain the address, which is often a secret.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise NotDelivered(f"The receiver cannot be reached: {reason}") from None
    finally:
        connection.close()
    if not http.HTTPStatus.OK <= answer.status < http.HTTPStatus.MULTIPLE_CHOICES:
        raise NotDelivered(f"The receiver answered HTTP {answer.status}")


@cache
def _tls() -> ssl.SSLContext:
    """Create the TLS context once: loading the system's certificates is slow."""
    return ssl.create_default_context()
