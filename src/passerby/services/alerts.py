"""Changes the settings of alerts: thresholds and receiver."""

from __future__ import annotations

import msgspec

from passerby.accounts.alerting import AlertSettings
from passerby.accounts.protocol import Alerting
from passerby.services.access import Access
from passerby.services.caller import Permission
from passerby.services.use_cases import changing


@changing(Permission.ADMINISTER)
def change_alerts(access: Access, alerting: Alerting, changed: AlertSettings) -> None:
    """Replace the alert settings. The receiver's address is a secret: only its host is recorded."""
    before = alerting.settings()
    details = msgspec.to_builtins(changed) | {"address": changed.host}
    details["address_changed"] = changed.address != before.address
    with access.recording("alerts.changed", changed.host, details):
        alerting.change_settings(changed)


@changing(Permission.ADMINISTER)
def record_test_alert(access: Access, host: str, problem: str | None) -> None:
    """Record that a test alert was sent to the receiver, and why it was not delivered (None: it was)."""
    access.record("alerts.tested", host, {"problem": problem})
