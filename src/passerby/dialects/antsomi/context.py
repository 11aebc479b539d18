"""What is kept beside an event: its context as it was sent, and what else is known of device, campaign and sender."""

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


def surroundings(
    fields: Mapping[str, Any], extra: Mapping[str, Any], sent: Mapping[str, Any], who: Who, request: Request
) -> dict[str, Any]:
    """The context of the event's message. `sent` is the event's own."""
    context = {} if who.server else _sender(request)
    context |= sent
    if "userAgent" in sent:
        _rename_agent(context)
    _keep_ids(context, fields, who)
    if not sent.get(CAMPAIGN):
        campaign = campaign_of(fields, extra, sent)
        if campaign:
            context[CAMPAIGN] = campaign
    return context


def session_of(fields: Mapping[str, Any]) -> str:
    """The id of the event's session, or ""."""
    session = read_id(fields.get("sid"), SESSION_LIMIT)
    return session or ""


def _sender(request: Request) -> dict[str, Any]:
    """The address and user agent of a sender who is the visitor's own browser or app."""
    said: dict[str, Any] = {"ip": request.client_ip} if request.client_ip else {}
    agent = request.headers.get("user-agent")
    if agent:
        said["user_agent"] = agent[:AGENT_LIMIT]
    return said


def _rename_agent(context: dict[str, Any]) -> None:
    """All dialects share one name for the user agent."""
    agent = context.pop("userAgent")
    if agent is not None:
        context["user_agent"] = agent[:AGENT_LIMIT] if type(agent) is str else agent


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
