"""Context of an event's message: as it was sent, with what else is known of device, campaign and sender."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from passerby.dialects.antsomi.identifiers import Who
from passerby.dialects.common.campaigns import campaign_of
from passerby.dialects.common.ids import read_id
from passerby.dialects.contract import Request

CAMPAIGN: Final = "campaign"
AGENT_LIMIT: Final = 512
"""How many characters of a user agent are kept."""
SESSION_LIMIT: Final = 128
"""A longer session id is none; it stays in the context."""


def message_context(
    fields: Mapping[str, Any], extra: Mapping[str, Any], sent: Mapping[str, Any], who: Who, request: Request
) -> dict[str, Any]:
    """Return the context of an event's message: `sent`, its own, with the sender, other ids, and the campaign."""
    context: dict[str, Any] = {}
    if not who.server:  # else the address and user agent are those of a server, not of the visitor
        if request.client_ip:
            context["ip"] = request.client_ip
        agent = request.headers.get("user-agent")
        if agent:
            context["user_agent"] = agent[:AGENT_LIMIT]
    context |= sent
    if "userAgent" in sent:
        # All dialects share one name for the user agent.
        agent = context.pop("userAgent")
        if agent is not None:
            context["user_agent"] = agent[:AGENT_LIMIT] if type(agent) is str else agent
    _keep_ids(context, fields, who)
    if not sent.get(CAMPAIGN):
        campaign = campaign_of(fields, extra, sent)
        if campaign:
            context[CAMPAIGN] = campaign
    return context


def _keep_ids(context: dict[str, Any], fields: Mapping[str, Any], who: Who) -> None:
    """Keep the ids that are no identifier of the message, and no session."""
    for field in ("aid", "cid"):
        if fields.get(field) not in (None, ""):
            context[field] = fields[field]
    session = fields.get("sid")
    if session is not None and not session_of(fields):
        context["sid"] = session
    uid = fields.get("uid")
    if uid and not who.visitor and read_id(uid) != who.customer:
        context["uid"] = uid


def session_of(fields: Mapping[str, Any]) -> str:
    """Return the id of the event's session, or ""."""
    return read_id(fields.get("sid"), SESSION_LIMIT) or ""
