"""Context of an event's message: the one sent, with the sender, the campaign, and ids that identify nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from passerby.dialects.antsomi.identifiers import Identities
from passerby.dialects.common.context import AGENT_LIMIT, SESSION_LIMIT, campaign_of, sender_of
from passerby.dialects.common.values import read_id
from passerby.dialects.contract import Request

CAMPAIGN: Final = "campaign"


def message_context(
    fields: Mapping[str, Any],
    extra: Mapping[str, Any],
    sent: Mapping[str, Any],
    identities: Identities,
    request: Request,
) -> dict[str, Any]:
    """Return the context of an event's message: `sent`, its own, with the sender, other ids, and the campaign."""
    # A server's address and user agent are not those of the visitor.
    context: dict[str, Any] = {} if identities.server else sender_of(request)
    context |= sent
    if "userAgent" in sent:
        # All dialects share one name for the user agent.
        agent = context.pop("userAgent")
        if agent is not None:
            context["user_agent"] = agent[:AGENT_LIMIT] if type(agent) is str else agent
    # Ids that become neither an identifier nor the session are stored as context.
    for field in ("aid", "cid"):
        if fields.get(field) not in (None, ""):
            context[field] = fields[field]
    session = fields.get("sid")
    if session is not None and not session_of(fields):
        context["sid"] = session
    uid = fields.get("uid")
    if uid and not identities.visitor and read_id(uid) != identities.customer:
        context["uid"] = uid
    if not sent.get(CAMPAIGN):
        campaign = campaign_of(fields, extra, sent)
        if campaign:
            context[CAMPAIGN] = campaign
    return context


def session_of(fields: Mapping[str, Any]) -> str:
    """Return the id of the event's session, or ""."""
    return read_id(fields.get("sid"), SESSION_LIMIT) or ""
