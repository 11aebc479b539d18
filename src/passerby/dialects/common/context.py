"""Reads what all dialects have in a message's context: the sender's address and user agent, and the campaign.

All dialects use the form of Segment's spec for campaigns (`context.campaign`): `utm_source` becomes `source`,
`utm_campaign` becomes `name`, any other `utm_` parameter loses its prefix, and click ids of advertising networks keep
their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from passerby.dialects.contract import Request

AGENT_LIMIT: Final = 512
"""Characters kept of a user agent."""
SESSION_LIMIT: Final = 128
"""Characters. A longer session id is ignored and remains in the context."""

PREFIX: Final = "utm_"
PREFIX_LENGTH: Final = len(PREFIX)
RENAMED: Final[Mapping[str, str]] = {"campaign": "name"}
CLICK_IDS: Final = frozenset(
    {"dclid", "fbclid", "gbraid", "gclid", "li_fat_id", "msclkid", "ttclid", "twclid", "wbraid"}
)

VALUE_LIMIT: Final = 512
"""Characters kept of a parameter."""
PARAMETER_LIMIT: Final = 20
"""Parameters kept of a campaign."""


def sender_of(request: Request) -> dict[str, Any]:
    """Return the address and user agent of a request whose sender is the user's own device."""
    context: dict[str, Any] = {"ip": request.client_ip} if request.client_ip else {}
    agent = request.headers.get("user-agent")
    if agent:
        context["user_agent"] = agent[:AGENT_LIMIT]
    return context


def campaign_of(*sources: Mapping[str, Any]) -> dict[str, str]:
    """Return the campaign in these parameters, or {}. For a repeated name, the earlier source takes precedence."""
    found: dict[str, str] = {}
    for parameters in sources:
        for parameter in parameters:
            # A slice and a set lookup, because this runs for every field of every message and most are no parameters.
            if parameter[:PREFIX_LENGTH] != PREFIX and parameter not in CLICK_IDS:
                continue
            bare, value = parameter.removeprefix(PREFIX), parameters[parameter]
            if bare and type(value) is str and value and not value.isspace() and len(found) < PARAMETER_LIMIT:
                found.setdefault(RENAMED.get(bare, bare), value[:VALUE_LIMIT])
    return found
