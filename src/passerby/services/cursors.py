"""Cursors: the place at which a list continues, as opaque text that callers pass back.

A cursor is the URL-safe base64 of a JSON array: a letter for the kind of list, then the place in it. It contains only
what the previous page showed, and gives access to nothing: the project is always that of the token.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Generic, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from passerby.services.errors import invalid

Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Moment = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Id = Annotated[str, Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


T = TypeVar("T")


class Page(NamedTuple):
    """Which part of a list is wanted: at most `limit` items, those after `cursor`."""

    limit: int
    cursor: str | None = None


class Listed(NamedTuple, Generic[T]):
    """A page of a list. `cursor` leads to the next page; None: this is the last."""

    items: list[T]
    cursor: str | None


class AfterProfile(msgspec.Struct, array_like=True, tag="p", frozen=True):
    """After a profile in the list of all."""

    id: Id


class AfterIdentifier(msgspec.Struct, array_like=True, tag="i", frozen=True):
    """After an identifier that a search has passed; see `state.views.IdentifierMatch`."""

    spelling: Annotated[int, Meta(ge=0, le=1)]
    value: str
    namespace: str
    scope: str


class AfterTerm(msgspec.Struct, array_like=True, tag="s", frozen=True):
    """After a term that a search has passed; see `state.views.TermMatch`."""

    scan: Annotated[int, Meta(ge=0, le=2**31)]
    value: str
    id: Id


class AfterEvent(msgspec.Struct, array_like=True, tag="e", frozen=True):
    """After an event in a timeline."""

    time: Moment
    id: Id


class AfterDecision(msgspec.Struct, array_like=True, tag="h", frozen=True):
    """After a decision in a history."""

    number: Number


class AfterMerge(msgspec.Struct, array_like=True, tag="m", frozen=True):
    """After a merge in the list of all."""

    id: Id


class AfterChange(msgspec.Struct, array_like=True, tag="g", frozen=True):
    """After a change of the policy."""

    number: Number


class AfterRejection(msgspec.Struct, array_like=True, tag="r", frozen=True):
    """After a rejected request."""

    number: Number


class AfterAudit(msgspec.Struct, array_like=True, tag="a", frozen=True):
    """After an entry of the audit log."""

    number: Number


class AfterName(msgspec.Struct, array_like=True, tag="c", frozen=True):
    """After an event name in the catalogue."""

    name: str


class AfterDuplicate(msgspec.Struct, array_like=True, tag="d", frozen=True):
    """After a pair of profiles that share a value, or at the first pair of a value."""

    kind: str
    value: str
    one: Id | Literal[""]
    other: Id | Literal[""]


class AfterDismissal(msgspec.Struct, array_like=True, tag="x", frozen=True):
    """After a dismissed pair of profiles."""

    one: Id
    other: Id


class AfterDead(msgspec.Struct, array_like=True, tag="q", frozen=True):
    """After an item that a destination gave up."""

    at: Moment
    number: Number


Place = (
    AfterProfile
    | AfterIdentifier
    | AfterTerm
    | AfterEvent
    | AfterDecision
    | AfterMerge
    | AfterChange
    | AfterRejection
    | AfterAudit
    | AfterName
    | AfterDuplicate
    | AfterDismissal
    | AfterDead
)
P = TypeVar("P", bound=Place)

_places = msgspec.json.Decoder(Place)


def encode(place: Place) -> str:
    """Return the cursor of a place."""
    return urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode()


def decode(cursor: str | None, *kinds: type[P]) -> P | None:
    """Return the place of a cursor of one of these kinds of list; None for None.

    Raises ServiceError for a text that is not the result of `encode` for such a place.
    """
    if cursor is None:
        return None
    try:
        place = _places.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, msgspec.MsgspecError):
        raise invalid("cursor", "this is no cursor") from None
    if not isinstance(place, kinds):
        raise invalid("cursor", "this cursor belongs to another list")
    return place
