"""Cursors: where a list goes on, in a form that callers hand back and don't look into.

A cursor is the URL-safe base64 of a JSON array: a letter for the kind of list, then the place in it. It holds no more
than what the page before showed anyway, and gives access to nothing: the project is always that of the token.
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
    """Which part of a list is wanted: at most `limit` things, those after `cursor`."""

    limit: int
    cursor: str | None = None


class Listed(NamedTuple, Generic[T]):
    """A page of a list. `cursor` leads to the next page; None: this is the last."""

    items: list[T]
    cursor: str | None


class AfterProfile(msgspec.Struct, array_like=True, tag="p", frozen=True):
    """Behind a profile in the list of all."""

    id: Id


class AfterIdentifier(msgspec.Struct, array_like=True, tag="i", frozen=True):
    """Behind an identifier that a search came past; see `state.views.IdentifierMatch`."""

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
    """Behind an event in a timeline."""

    time: Moment
    id: Id


class AfterDecision(msgspec.Struct, array_like=True, tag="h", frozen=True):
    """Behind a decision in a history."""

    number: Number


class AfterMerge(msgspec.Struct, array_like=True, tag="m", frozen=True):
    """Behind a merge in the list of all."""

    id: Id


class AfterChange(msgspec.Struct, array_like=True, tag="g", frozen=True):
    """Behind a change of the policy."""

    number: Number


class AfterRefused(msgspec.Struct, array_like=True, tag="r", frozen=True):
    """Behind a refused request."""

    number: Number


class AfterAudit(msgspec.Struct, array_like=True, tag="a", frozen=True):
    """Behind an entry of the audit log."""

    number: Number


class AfterName(msgspec.Struct, array_like=True, tag="c", frozen=True):
    """Behind an event name in the catalogue."""

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


Place = (
    AfterProfile
    | AfterIdentifier
    | AfterTerm
    | AfterEvent
    | AfterDecision
    | AfterMerge
    | AfterChange
    | AfterRefused
    | AfterAudit
    | AfterName
    | AfterDuplicate
    | AfterDismissal
)
P = TypeVar("P", bound=Place)

_places = msgspec.json.Decoder(Place)


def encode(place: Place) -> str:
    """The cursor of this place."""
    return urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode()


def decode(cursor: str | None, *kinds: type[P]) -> P | None:
    """The place of a cursor that belongs to one of these kinds of list; None for None.

    Raises ServiceError for anything that `encode` did not make of such a place.
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
