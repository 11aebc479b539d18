"""Slack: one message an item through an incoming webhook.

The message is text with the members of the envelope in double braces (`{{data.event.name}}`), or what the destination's
map makes: a text, or an object with `text` and `blocks`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec

from passerby.destinations.envelope import Envelope
from passerby.destinations.kind import SECRET, URL, Kind, Limits, Payload, Sign, Skipped
from passerby.destinations.records import ITEM_TYPES
from passerby.destinations.texts import fill
from passerby.destinations.verdicts import Outcome, Request, Response, Result, Verdict, one, outcome_of

TEXT_LENGTH: Final = 40_000
"""Characters of a message; Slack cuts longer ones off. https://docs.slack.dev/reference/methods/chat.postMessage"""
BODY_BYTES: Final = 200_000

DEFAULT_TEXTS: Final[Mapping[str, str]] = {
    "event": "*{{data.event.name}}* by {{data.profile.user_id|data.profile.id}}",
    "profile.created": "New profile {{data.profile.user_id|data.profile_id}} ({{data.profile.stage}})",
    "profile.updated": "Profile {{data.profile.user_id|data.profile_id}} changed",
    "profile.merged": "Profile {{data.merge.loser}} was merged into {{data.merge.winner}}",
    "profile.unmerged": "The merge of {{data.merge.loser}} into {{data.merge.winner}} was undone",
    "profile.erased": "Profile {{data.profile_id}} was erased",
    "segment.entered": "{{data.profile.user_id|data.profile_id}} entered segment {{data.segment.name}}",
    "segment.exited": "{{data.profile.user_id|data.profile_id}} left segment {{data.segment.name}}",
}

_RESULTS: Final[Mapping[str, Result]] = {
    "invalid_payload": "permanent",
    "invalid_blocks": "permanent",
    "no_text": "permanent",
    "too_many_attachments": "permanent",
    "user_not_found": "permanent",
    "posting_to_general_channel_denied": "misconfigured",
    "action_prohibited": "misconfigured",
    "channel_is_archived": "misconfigured",
    "channel_not_found": "misconfigured",
    "invalid_token": "auth",
    "no_active_hooks": "auth",
    "no_service": "auth",
    "no_service_id": "auth",
    "no_team": "auth",
    "team_disabled": "auth",
    "rollup_error": "temporary",
}
"""By the texts with which Slack answers. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"""


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Configuration of a Slack channel."""

    url: Annotated[
        str,
        SECRET,
        URL,
        msgspec.Meta(
            title="Webhook URL",
            description="From the page *Incoming Webhooks* of the Slack app",
            pattern=r"^https://[a-z0-9.-]+\.slack(-gov)?\.com/\S+$",
        ),
    ]
    text: Annotated[
        str,
        msgspec.Meta(
            title="Text",
            description="Members of the item in double braces: {{data.event.name}}. Empty: a sentence for each type",
            max_length=4_000,
        ),
    ] = ""


def limits(_config: Config) -> Limits:
    """Return Slack's limit of about one message a second for each webhook."""
    return Limits(
        max_items=1,
        max_bytes=BODY_BYTES,
        max_item_bytes=BODY_BYTES,
        max_wait_ms=0,
        requests_per_second=1.0,
    )


def prepare(config: Config, envelope: Envelope, mapped: Any, _now_ms: int) -> Payload | Skipped:
    """Return the message: the map's, or the configured text filled with the envelope's members."""
    if mapped is envelope:
        mapped = fill(config.text or DEFAULT_TEXTS[envelope["type"]], envelope)
    if isinstance(mapped, str):
        return Payload({"text": mapped[:TEXT_LENGTH]}) if mapped.strip() else Skipped("no_text")
    if not isinstance(mapped, dict) or not (mapped.get("text") or mapped.get("blocks")):
        return Skipped("no_text")
    return Payload(mapped)


def request(config: Config, payloads: Sequence[Payload], _now_ms: int, id: str, _sign: Sign) -> Request:  # noqa: A002, ARG001 - the parameters of every kind
    """Return the request that posts one message."""
    (message,) = payloads
    return Request("POST", config.url, {"content-type": "application/json"}, msgspec.json.encode(message.body))


def judge(_config: Config, response: Response, _payloads: Sequence[Payload]) -> Verdict:
    """Judge by the text of the answer, `ok` or the name of an error, and by the status for other texts."""
    text = response.body[:_ERROR_BYTES].decode("ascii", "replace").strip()
    by_status = outcome_of(response)
    if by_status.result == "delivered" or not _ERROR.fullmatch(text):
        return one(by_status)
    result = _RESULTS.get(text, by_status.result)
    return one(Outcome(result, text, by_status.retry_after_ms) if text in _RESULTS else by_status)


_ERROR_BYTES: Final = 100
_ERROR: Final = re.compile(r"[a-z_]+")


KIND: Final = Kind(
    name="slack",
    title="Slack",
    summary="Messages in a Slack channel, about one a second.",
    docs_url="https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
    config=Config,
    types=ITEM_TYPES,
    default_types=("event",),
    default_ordering="none",
    limits=limits,
    prepare=prepare,
    request=request,
    judge=judge,
)
