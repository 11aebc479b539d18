"""Items of live events: accepted messages and rejected requests in one form, and the filter of them."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec

from passerby.dialects.commerce import standard_of
from passerby.identity.namespaces import CLASSES, IdentifierClass
from passerby.log.protocol import Entry
from passerby.messages import Identifier, Message, StandardEvent
from passerby.rejected_requests.record import RejectedRequest
from passerby.services.live_errors import LiveError, State, TypesOf, errors_of, no_types, state_of
from passerby.services.request_texts import rejection_message

PAYLOAD_LENGTH = 300
"""Characters of a payload that an item shows."""

Status = Literal["accepted", "refused"]
ItemKind = Literal["track", "identify", "invalid", "request"]
WantedStatus = Literal["accepted", "errors", "dropped", "refused"]


class LiveItem(msgspec.Struct, kw_only=True, frozen=True):
    """An accepted message or a rejected request. Times in ms.

    `id` is that of the message, or the number of the rejected request. `name` is that of the event, or the vendor's
    call; `who` the strongest identifier. `payload` is the beginning of what was sent, `reason` the error in the
    response to a rejected request. `state` is `errors` for an accepted message with validation `errors`, `dropped` for
    a rejected request and for an invalid message.
    """

    id: str
    status: Status
    kind: ItemKind
    dialect: str
    name: str
    who: Identifier | None
    time: int
    received_at: int
    payload: str
    reason: str | None = None
    http_status: int | None = None
    semantic: StandardEvent | None = None
    state: State = "accepted"
    errors: list[LiveError] = []


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
            and (self.text is None or self.text.lower() in _searched_text(message))
            # Last, as it validates the message once more: the conditions before it leave few.
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
    strongest = min(
        message.identifiers, key=lambda each: CLASSES.get(each.namespace, IdentifierClass.CONTACT), default=None
    )
    return LiveItem(
        id=message.id,
        status="accepted",
        kind=message.kind,
        dialect=message.dialect,
        name=message.name,
        who=strongest,
        time=message.time,
        received_at=message.received_at,
        payload=_text(message.properties or message.traits)[:PAYLOAD_LENGTH],
        semantic=_standard(message),
        state=state_of(message, errors),
        errors=errors,
    )


def of_request(refused: RejectedRequest) -> LiveItem:
    """Return a rejected request as an item."""
    return LiveItem(
        id=str(refused.number),
        status="refused",
        kind="request",
        dialect=refused.dialect,
        name=refused.call,
        who=None,
        time=refused.at,
        received_at=refused.at,
        payload=refused.body[:PAYLOAD_LENGTH],
        reason=message_of(refused),
        http_status=refused.status,
        state="dropped",
    )


def message_of(refused: RejectedRequest) -> str:
    """Return the error of a rejected request as text."""
    return rejection_message(refused.reason, refused.cause, refused.answer, refused.status)


def _standard(message: Message) -> StandardEvent | None:
    return standard_of(message.dialect, message.name) if message.kind == "track" else None


def _searched_text(message: Message) -> str:
    """Return what the filter's text is looked for in: as JSON, so that names and values are found alike."""
    return _text(
        [message.id, message.name, message.identifiers, message.properties, message.traits, message.session_id]
    ).lower()


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
