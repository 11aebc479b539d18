"""What the live stream shows: accepted messages and refused requests as items of one kind, and which are wanted."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec

from passerby.identity.namespaces import CLASSES, IdentifierClass
from passerby.log.protocol import Entry
from passerby.messages import Identifier, Message, SemanticName
from passerby.refused.record import NO_PROJECT, Refused
from passerby.semantics.meaning import standard_of
from passerby.state.views import HistoryIdentifier
from passerby.times import iso

PAYLOAD_LENGTH = 300
"""Characters of a payload that an item shows."""

Status = Literal["accepted", "refused"]


class LiveItem(msgspec.Struct, kw_only=True):
    """An accepted message or a refused request.

    `id` is that of the message (see `/v1/events/{event_id}`), or the number of the refused request. `kind` says
    what a message states (`track`: an event); `request` is a refused one, of which `name` is the vendor's call.
    `who` is the strongest identifier. `semantic` is the standard event, null for what is none. `payload` is the
    beginning of what was sent; `reason`, of a refused request, what its sender was told.
    """

    id: str
    status: Status
    kind: Literal["track", "identify", "invalid", "request"]
    dialect: str
    name: str
    who: HistoryIdentifier | None
    time: str
    received_at: str
    payload: str
    reason: str | None = None
    http_status: int | None = None
    semantic: SemanticName | None = None


class LiveBatch(msgspec.Struct, kw_only=True):
    """Items in the order in which they came.

    `skipped` more came meanwhile that are not shown, be they wanted or not.
    """

    items: list[LiveItem]
    skipped: int


class LiveRecent(msgspec.Struct, kw_only=True):
    """What came in last, the newest first, and where `/v1/live` goes on."""

    items: list[LiveItem]
    cursor: str


class RefusedRequest(msgspec.Struct, kw_only=True):
    """A refused request, redacted.

    `reason` is a fixed word and `message` what the sender was told; `client` is the network that it came from. The
    `body` is its beginning. Where `known` is false, no project's key came with it.
    """

    id: str
    at: str
    dialect: str
    call: str
    status: int
    reason: str
    message: str
    method: str
    path: str
    client: str
    body: str
    known: bool


class RefusedPage(msgspec.Struct, kw_only=True):
    """Some refused requests, the newest first."""

    refused: list[RefusedRequest]
    cursor: str | None


class Wanted(NamedTuple):
    """Which items are wanted. None: whichever; `text` occurs in what was sent, whatever the case of its letters."""

    dialect: str | None = None
    status: Status | None = None
    name: str | None = None
    text: str | None = None
    semantic: SemanticName | None = None

    def message(self, message: Message) -> bool:
        """Whether this message is."""
        return (
            self.status != "refused"
            and self.dialect in {None, message.dialect}
            and self.name in {None, message.name}
            and (self.semantic is None or self.semantic == _standard(message))
            and (self.text is None or self.text.lower() in _searched(message).lower())
        )

    def request(self, refused: Refused) -> bool:
        """Whether this refused request is."""
        return (
            self.status != "accepted"
            and self.semantic is None
            and self.dialect in {None, refused.dialect}
            and self.name in {None, refused.call}
            and (self.text is None or self.text.lower() in f"{refused.path}\n{refused.body}\n{refused.text}".lower())
        )


def of_entry(entry: Entry) -> LiveItem:
    """An accepted message as an item."""
    message = entry.message
    strongest = min(message.identifiers, key=_strength, default=None)
    return LiveItem(
        id=message.id,
        status="accepted",
        kind=message.kind,
        dialect=message.dialect,
        name=message.name,
        who=None if strongest is None else HistoryIdentifier(**strongest._asdict()),
        time=iso(message.time),
        received_at=iso(message.received_at),
        payload=_text(message.properties or message.traits)[:PAYLOAD_LENGTH],
        semantic=_standard(message),
    )


def of_refused(refused: Refused) -> LiveItem:
    """A refused request as an item."""
    return LiveItem(
        id=str(refused.number),
        status="refused",
        kind="request",
        dialect=refused.dialect,
        name=refused.call,
        who=None,
        time=iso(refused.at),
        received_at=iso(refused.at),
        payload=refused.body[:PAYLOAD_LENGTH],
        reason=refused.text,
        http_status=refused.status,
    )


def refused_of(kept: Refused) -> RefusedRequest:
    """A refused request as the API shows it."""
    return RefusedRequest(
        id=str(kept.number),
        at=iso(kept.at),
        dialect=kept.dialect,
        call=kept.call,
        status=kept.status,
        reason=kept.reason,
        message=kept.text,
        method=kept.method,
        path=kept.path,
        client=kept.client,
        body=kept.body,
        known=kept.project != NO_PROJECT,
    )


def _standard(message: Message) -> SemanticName | None:
    return standard_of(message.dialect, message.name) if message.kind == "track" else None


def _strength(identifier: Identifier) -> IdentifierClass:
    return CLASSES.get(identifier.namespace, IdentifierClass.CONTACT)


def _searched(message: Message) -> str:
    return _text([message.id, message.identifiers, message.properties, message.traits, message.session_id])


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
