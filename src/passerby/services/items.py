"""Items of live events: accepted messages and rejected requests in one form, and the filter of them."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec

from passerby.clock import iso
from passerby.dialects.commerce import standard_of
from passerby.identity.namespaces import CLASSES, IdentifierClass
from passerby.log.protocol import Entry
from passerby.messages import Identifier, Message, StandardEvent
from passerby.rejected_requests.record import NO_PROJECT, RejectedRequest
from passerby.services.live_errors import LiveError, State, TypesOf, errors_of, no_types, state_of
from passerby.services.request_texts import rejection_message
from passerby.state.views import HistoryIdentifier

PAYLOAD_LENGTH = 300
"""Characters of a payload that an item shows."""

Status = Literal["accepted", "refused"]
WantedStatus = Literal["accepted", "errors", "dropped", "refused"]


class LiveItem(msgspec.Struct, kw_only=True):
    """An accepted message or a refused request.

    `id` is that of the message (see `/v1/events/{event_id}`), or the number of the refused request. `kind` is
    the kind of a message (`track`: an event); `request` is a refused one, of which `name` is the vendor's call.
    `who` is the strongest identifier. `semantic` is the standard event, null for what is none. `payload` is the
    beginning of what was sent; `reason` is the error in the response to a rejected request. `state` is `errors` for an
    accepted message with validation `errors`, `dropped` for a rejected request and for an invalid message.
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
    semantic: StandardEvent | None = None
    state: State = "accepted"
    errors: list[LiveError] = []


class LiveBatch(msgspec.Struct, kw_only=True):
    """Items in order of arrival. `skipped` more arrived that are not shown, whether they match the filter or not."""

    items: list[LiveItem]
    skipped: int


class LiveRecent(msgspec.Struct, kw_only=True):
    """The newest items first, and the cursor from which `/v1/live` continues."""

    items: list[LiveItem]
    cursor: str


class RefusedRequest(msgspec.Struct, kw_only=True):
    """A refused request, redacted.

    `reason` is a fixed word and `message` the error in the response; `client` is the network that it came from. The
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
    """A filter of items; None does not restrict.

    `name` is that of the event and `text` occurs in its name or in what was sent, both in any case.
    """

    dialect: str | None = None
    status: WantedStatus | None = None
    name: str | None = None
    text: str | None = None
    semantic: StandardEvent | None = None

    def message(self, message: Message, types_of: TypesOf = no_types) -> bool:
        """Return whether a message matches. `types_of` returns the catalogue's types."""
        return (
            self.status != "refused"
            and self.dialect in {None, message.dialect}
            and self._is_named(message.name)
            and (self.semantic is None or self.semantic == _standard(message))
            and (self.text is None or self.text.lower() in _searched(message).lower())
            and (
                self.status not in {"errors", "dropped"}
                or self.status == state_of(message, errors_of(message, types_of))
            )
        )

    def request(self, refused: RejectedRequest) -> bool:
        """Return whether a rejected request matches."""
        return (
            self.status not in {"accepted", "errors"}
            and self.semantic is None
            and self.dialect in {None, refused.dialect}
            and self._is_named(refused.call)
            and (
                self.text is None
                or self.text.lower() in f"{refused.path}\n{refused.body}\n{message_of(refused)}".lower()
            )
        )

    def _is_named(self, name: str) -> bool:
        return self.name is None or self.name == name or self.name.casefold() == name.casefold()


def of_entry(entry: Entry, types_of: TypesOf = no_types) -> LiveItem:
    """Return an accepted message as an item, with its validation errors. `types_of` returns the catalogue's types."""
    message = entry.message
    errors = errors_of(message, types_of)
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
        state=state_of(message, errors),
        errors=errors,
    )


def of_refused(refused: RejectedRequest) -> LiveItem:
    """Return a rejected request as an item."""
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
        reason=message_of(refused),
        http_status=refused.status,
        state="dropped",
    )


def message_of(refused: RejectedRequest) -> str:
    """Return the error of a rejected request as text."""
    return rejection_message(refused.reason, refused.cause, refused.answer, refused.status)


def refused_of(kept: RejectedRequest) -> RefusedRequest:
    """A refused request as the API shows it."""
    return RefusedRequest(
        id=str(kept.number),
        at=iso(kept.at),
        dialect=kept.dialect,
        call=kept.call,
        status=kept.status,
        reason=kept.reason,
        message=message_of(kept),
        method=kept.method,
        path=kept.path,
        client=kept.client,
        body=kept.body,
        known=kept.project != NO_PROJECT,
    )


def _standard(message: Message) -> StandardEvent | None:
    return standard_of(message.dialect, message.name) if message.kind == "track" else None


def _strength(identifier: Identifier) -> IdentifierClass:
    return CLASSES.get(identifier.namespace, IdentifierClass.CONTACT)


def _searched(message: Message) -> str:
    return _text(
        [message.id, message.name, message.identifiers, message.properties, message.traits, message.session_id]
    )


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
