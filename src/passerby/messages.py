"""The vocabulary that every room shares: what a message is, and what becomes of it.

A *message* is one fact that a client stated ("this visitor did that", "this person has these traits"). The edge makes
messages, the log keeps them in order, the worker applies them, and what is then known of an event is a `StoredEvent`.

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
    ("" where the whole message is meant), `sample` a shortened value to look at.
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
    """One fact, as the edge understood it and as the log keeps it (a JSON array, fields in this order).

    `identifiers` are as sent, strings, not yet cleaned. `deduplication_key` is empty where the caller gave none.
    `violations` are what the dialect already noticed, `rejected` and `rejected_traits` the values of the event and of
    the profile that it could not read. New fields go to the end, with a default: old logs stay readable.
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
    """A product as an event speaks of it. What its sender did not say is left out."""

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
    """What an event means, in words that are the same for every dialect (`passerby.commerce`).

    `value` is what it was worth, in `currency`, where its sender says so; neither is ever worked out.
    """

    name: StandardEvent
    items: list[Item]
    value: int | float | None
    currency: str | None


class StoredEvent(msgspec.Struct, gc=False, kw_only=True, omit_defaults=True):
    """An event after the worker applied it: immutable, kept under the profile that was resolved for it then.

    One JSON object of this shape is one line of an outbox batch, and one row of the event store. `id` is the message's
    id; `position` its place in the log; `rejected` holds what the catalogue's rules refused, `properties` the rest.
    `semantic` is what it means as a fact of a shop; one that is none is written without.
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
