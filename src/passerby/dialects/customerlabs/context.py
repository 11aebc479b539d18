"""Reads the context of a message: the device, the campaign and the sender."""

from __future__ import annotations

from typing import Any, Final

from passerby.catalogue.rules import sample
from passerby.dialects.common.context import AGENT_LIMIT, campaign_of
from passerby.dialects.common.values import says_yes
from passerby.dialects.contract import Request
from passerby.messages import Violation

DEVICE: Final = "additional_info"
EXTERNAL_IDS: Final = "external_ids"
CAMPAIGN: Final = "utm_params"

AGENT_HEADER: Final = "cl-user-agent"
VERSIONS: Final = frozenset({"i2", "a2"})
"""The platforms of `extInfoVersion` (Mobile Tracking API): iOS and Android."""
UNKNOWN_VERSION: Final = "unknown_value"
"""Kind of violation: a value that the vendor does not document."""


def is_limited(device: dict[str, Any]) -> bool:
    """Return whether ad tracking is limited on the device. The vendor's clients send a boolean or text."""
    return says_yes(device.get("limitAdTracking"))


def odd_version(device: dict[str, Any]) -> list[Violation]:
    """Return the violation in the properties of a device, if any. The value is stored and the violation counted."""
    version = device.get("extInfoVersion")
    if version in (None, "") or (type(version) is str and version in VERSIONS):
        return []
    return [Violation(UNKNOWN_VERSION, attribute="extInfoVersion", sample=sample(version))]


def sender(request: Request) -> dict[str, Any]:
    """Return the address and user agent of a sender that is a device, which has the vendor's user-agent header."""
    agent = request.headers.get(AGENT_HEADER, "").strip()
    if not agent:
        return {}
    said = {"user_agent": agent[:AGENT_LIMIT]}
    if request.client_ip:
        said["ip"] = request.client_ip
    return said


def campaign(parameters: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters as sent, and the campaign in them or in other fields."""
    kept: dict[str, Any] = {CAMPAIGN: parameters} if parameters else {}
    found = campaign_of(parameters, *others)
    if found:
        kept["campaign"] = found
    return kept
