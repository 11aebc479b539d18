"""Types that all modules share: messages, their identifiers and violations, and stored events.

A *message* is one fact that a client has sent: "this visitor did that", "this user has these traits". The edge creates
messages from calls, the log stores them in order, and the worker applies them; an event is then a `StoredEvent`.

Units: every time is an integer of milliseconds since 1970 in UTC. The ids of messages, events, profiles and merges are
UUIDv7 in their canonical text form.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple

import msgspec

from passerby.positions import Position

Kind = Literal["identify", "track", "invalid"]
"""The kind of a message: `identify` (identifiers and traits of a user), `track` (becomes one event) or `invalid` (has
neither identifiers nor an event; its violations count, and the content as sent is the member `body` of its properties,
kept for inspection)."""


class Identifier(NamedTuple):
    """An identifier of a user: a value within a namespace, and within a scope where the namespace has scopes.

    The scope of an `email` is its business unit; nearly everywhere else it is the empty string.
    """

    namespace: str
    value: str
    scope: str = ""


class Violation(NamedTuple):
    """A violation of a rule by an accepted message, counted by kind and shown to the sender.

    `subject` is the event name ("" for the profile's traits or the message itself), `attribute` the attribute's name
    ("" for the message as a whole), `sample` a shortened value.
    """

    kind: str
    subject: str = ""
    attribute: str = ""
    sample: str = ""


class RejectionDetail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a rule expected of a value. A field that does not apply to the kind, or was not recorded, has its default.

    `expected` and `got` are data types. `size` and `limit` (the most that is allowed) are characters of a name or a
    string, bytes of a value, or a number of attributes or traits.
    """

    expected: str = ""
    got: str = ""
    size: int | None = None
    limit: int | None = None


NO_REJECTION_DETAIL: Final = RejectionDetail()


class Rejected(NamedTuple):
    """A value that a rule rejected, as a message and the log have it. `kind` is the kind of the violation.

    Messages of an earlier version have a sentence as `kind` (`passerby.catalogue.earlier_rejections`).
    """

    name: str
    value: Any
    kind: str
    detail: RejectionDetail = NO_REJECTION_DETAIL


class Rejection(msgspec.Struct, gc=False):
    """A value that a rule rejected, as it is stored with the event that carried it."""

    name: str
    value: Any
    kind: str
    detail: RejectionDetail


Assurance = Literal[0, 1, 2]
"""How sure it is that a message's identifiers are those of its user: `CLAIMED`, `SIGNED` or `SERVER`."""

CLAIMED: Final = 0
"""By a public key alone."""
SIGNED: Final = 1
"""By a valid identity token for exactly the identifier that it names."""
SERVER: Final = 2
"""By a secret of the server that sent it; also all messages from before there was an assurance."""


class Message(msgspec.Struct, array_like=True, gc=False, kw_only=True):
    """One fact, as the edge read it and as the log stores it (a JSON array, fields in this order).

    `identifiers` are as sent, strings, not yet cleaned. `deduplication_key` is empty if the caller sent none.
    `violations` are those that the dialect found, `rejected` and `rejected_traits` the values of the event and of the
    profile that it could not read. New fields go to the end, with a default: old logs stay readable.
    """

    project: int
    id: str
    dialect: str
    kind: Kind
    identifiers: tuple[Identifier, ...]
    time: int
    received_at: int
    name: str = ""
    properties: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    context: dict[str, Any] = {}
    session_id: str = ""
    deduplication_key: str = ""
    violations: tuple[Violation, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    rejected_traits: tuple[Rejected, ...] = ()
    assurance: Assurance = SERVER


StandardEvent = Literal[
    "product_viewed",
    "added_to_cart",
    "removed_from_cart",
    "cart_viewed",
    "searched",
    "checkout_started",
    "promotion_used",
    "purchased",
]
"""Standard events of a shop: vendors have different names for each (`passerby.commerce`)."""


class Item(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A product of an event. Fields that were not sent are left out."""

    id: str | None = None
    sku: str | None = None
    name: str | None = None
    brand: str | None = None
    category: str | None = None
    variant: str | None = None
    price: int | float | None = None
    quantity: int | float | None = None
    url: str | None = None
    image_url: str | None = None


class Semantic(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The standard event of an event, the same for every dialect (`passerby.commerce`), with its items.

    `value` is the total value in `currency`, if both were sent; neither is ever calculated.
    """

    name: StandardEvent
    items: list[Item]
    value: int | float | None
    currency: str | None


class StoredEvent(msgspec.Struct, gc=False, kw_only=True, omit_defaults=True):
    """An event after the worker applied it: immutable, stored under the profile that was resolved for it then.

    One JSON object of this shape is one line of an outbox batch, and one row of the event store. `id` is the message's
    id, `position` its position in the log. `rejected` holds the values that the catalogue's rules rejected,
    `properties` the others. `semantic` is its standard event; an event that has none is written without the field.
    """

    project: int
    profile_id: str
    time: int
    id: str
    name: str
    received_at: int
    position: Position
    properties: dict[str, Any]
    rejected: list[Rejection]
    context: dict[str, Any]
    session_id: str
    dialect: str
    semantic: Semantic | None = None
    assurance: Assurance = SERVER
