"""The envelope: the JSON document of one item, which filters and templates read and a webhook sends.

The structs describe its shape (`schema`); everything that handles an item has it as plain JSON (`Envelope`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, Literal, TypedDict, cast

import msgspec

from passerby.clock import iso
from passerby.destinations.records import ItemType
from passerby.identity.stage import StageLabel
from passerby.messages import Semantic, StoredEvent
from passerby.positions import Position
from passerby.profiles.view import Profile

VERSION: Final = 1
_BATCH_ID_DIGITS: Final = 32


class Envelope(TypedDict):
    """One item as JSON. Times are ISO 8601 text in UTC.

    `id` is the same at each attempt. `data` has the `profile` as it is at `profile_at`, the time of the attempt, and by
    type: `event`, `segment` and `cause`, `changes`, `merge`.
    """

    v: int
    type: ItemType
    id: str
    timestamp: str
    project: str
    historical: bool
    data: dict[str, Any]


class EnvelopeRejected(msgspec.Struct, kw_only=True):
    """A value that a rule of the catalogue rejected, and the kind of the rule."""

    name: str
    value: Any
    kind: str


class EnvelopeEvent(msgspec.Struct, kw_only=True):
    """An event as it was stored. `profile_id` is the member that it was stored under.

    `semantic` is what it means as a standard event, in the same words for every source; null where it is none.
    """

    id: str
    name: str
    time: str
    received_at: str
    position: Position
    properties: dict[str, Any]
    rejected: list[EnvelopeRejected]
    context: dict[str, Any]
    session_id: str
    dialect: str
    profile_id: str
    semantic: Semantic | None


class EnvelopeProfile(msgspec.Struct, kw_only=True):
    """A profile. The values of an identifier are in the order in which they were last seen, the newest first."""

    id: str
    stage: StageLabel
    user_id: str | None
    identifiers: dict[str, list[str]]
    traits: dict[str, Any]
    segments: list[str]


class EnvelopeMerge(msgspec.Struct, kw_only=True):
    """A merge, or the merge that was undone: `winner` is the profile into which `loser` was merged."""

    id: str
    winner: str
    loser: str


class EnvelopeSegment(msgspec.Struct, kw_only=True):
    """A segment that a profile entered or left."""

    key: str
    name: str


class EventData(msgspec.Struct, kw_only=True):
    """`profile` and `profile_at` are null where the profile was erased."""

    event: EnvelopeEvent
    profile: EnvelopeProfile | None
    profile_at: str | None


class ProfileData(msgspec.Struct, kw_only=True):
    """`changes` are those of the profile, the oldest first: objects with a `kind`, as the change feed has them."""

    profile_id: str
    profile: EnvelopeProfile | None
    profile_at: str | None
    changes: list[dict[str, Any]]
    merge: EnvelopeMerge | None


class SegmentData(msgspec.Struct, kw_only=True):
    """`event` is the event that caused the change, if one did."""

    segment: EnvelopeSegment
    cause: str
    profile_id: str
    profile: EnvelopeProfile | None
    profile_at: str | None
    event: EnvelopeEvent | None


class _Header(msgspec.Struct, kw_only=True):
    id: str
    timestamp: str
    """Time of the event or of the change."""
    project: str
    """The project's name."""
    historical: bool
    """Whether the item is delivered by a backfill or a replay."""
    v: Literal[1] = VERSION


class EventEnvelope(_Header, kw_only=True):
    """An event."""

    type: Literal["event"]
    data: EventData


class ProfileEnvelope(_Header, kw_only=True):
    """A change of a profile."""

    type: Literal["profile.created", "profile.updated", "profile.merged", "profile.unmerged", "profile.erased"]
    data: ProfileData


class SegmentEnvelope(_Header, kw_only=True):
    """A change of a segment's members."""

    type: Literal["segment.entered", "segment.exited"]
    data: SegmentData


ENVELOPES: Final[Mapping[str, type[_Header]]] = {
    "event": EventEnvelope,
    **dict.fromkeys(
        ("profile.created", "profile.updated", "profile.merged", "profile.unmerged", "profile.erased"), ProfileEnvelope
    ),
    **dict.fromkeys(("segment.entered", "segment.exited"), SegmentEnvelope),
}
"""The shapes by item type."""


def schema(ref_template: str = "#/$defs/{name}") -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the JSON Schema of an envelope, one of three shapes, and the definitions that it refers to."""
    shapes = dict.fromkeys(ENVELOPES.values())
    references, definitions = msgspec.json.schema_components(shapes, ref_template=ref_template)
    return {"oneOf": list(references)}, definitions


def event_id(position: Position) -> str:
    """Return the id of an event's item."""
    return f"ev-{position}"


def profile_change_id(position: Position, profile_id: str) -> str:
    """Return the id of the item of a profile's changes at a position."""
    return f"pc-{position}-{profile_id}"


def segment_change_id(number: int) -> str:
    """Return the id of the item of a segment change."""
    return f"sc-{number}"


def request_id(ids: Iterable[str]) -> str:
    """Return the id of a request: the item's own, or a hash of the items' ids, the same for the same batch."""
    different = list(dict.fromkeys(ids))
    if len(different) == 1:
        return different[0]
    return f"b-{sha256(' '.join(different).encode()).hexdigest()[:_BATCH_ID_DIGITS]}"


def event_of(event: StoredEvent) -> EnvelopeEvent:
    """Return a stored event as envelopes have it."""
    return EnvelopeEvent(
        id=event.id,
        name=event.name,
        time=iso(event.time),
        received_at=iso(event.received_at),
        position=event.position,
        properties=event.properties,
        rejected=[EnvelopeRejected(name=each.name, value=each.value, kind=each.kind) for each in event.rejected],
        context=event.context,
        session_id=event.session_id,
        dialect=event.dialect,
        profile_id=event.profile_id,
        semantic=event.semantic,
    )


def profile_of(profile: Profile, segments: Sequence[str] = ()) -> EnvelopeProfile:
    """Return a profile as envelopes have it."""
    identifiers: dict[str, list[str]] = {}
    for each in sorted(profile.identifiers, key=lambda each: (each.last_seen, each.first_seen), reverse=True):
        values = identifiers.setdefault(each.namespace, [])
        if each.value not in values:  # the same address in two scopes
            values.append(each.value)
    return EnvelopeProfile(
        id=profile.id,
        stage=profile.stage.label,
        user_id=profile.user_id,
        identifiers=identifiers,
        traits=dict(profile.traits),
        segments=list(segments),
    )


def as_json(envelope: EventEnvelope | ProfileEnvelope | SegmentEnvelope) -> Envelope:
    """Return an envelope as plain JSON."""
    return cast("Envelope", msgspec.to_builtins(envelope))
