"""Records of the outbox: changes of profiles, as JSON, one record a line.

Events are `passerby.messages.StoredEvent`. A change is one of the classes here, distinguished by `kind`. Every writer
of the state writes its changes in the transaction that makes them. Records are stored: kinds and fields may be added,
fields with a default, and are never renamed or reused. Readers skip kinds that they do not know.

A change has the `profile` that it was recorded under and, if that one was merged into another, the `canonical` profile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

import msgspec

from passerby.identity.decisions import Decision
from passerby.messages import Identifier
from passerby.positions import Position


class _Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag_field="kind"):
    """Fields of every change. `position` is that of the message that caused it, else the last one applied before it."""

    project: int
    position: Position
    profile: str
    canonical: str = ""
    """Empty where it is `profile`."""
    at: int = 0
    """When the change was made (ms), 0 for one that a message caused."""


class Created(_Change, frozen=True, kw_only=True, gc=False, tag="created"):
    """A profile was created. Its first stage follows as a `StageChanged`, unless it is anonymous."""


class Attached(_Change, frozen=True, kw_only=True, gc=False, tag="attached"):
    """An identifier that was unknown before is at home in `profile`."""

    identifier: Identifier


class Reassigned(_Change, frozen=True, kw_only=True, gc=False, tag="reassigned"):
    """An identifier moved from the profile `from_` to `profile`."""

    identifier: Identifier
    from_: str = msgspec.field(name="from")


class Detached(_Change, frozen=True, kw_only=True, gc=False, tag="detached"):
    """An identifier was manually detached from the profile `from_` into the new `profile`."""

    identifier: Identifier
    from_: str = msgspec.field(name="from")


class Merged(_Change, frozen=True, kw_only=True, gc=False, tag="merged"):
    """`profile` was absorbed by `winner`."""

    winner: str
    merge_id: str


class Unmerged(_Change, frozen=True, kw_only=True, gc=False, tag="unmerged"):
    """The merge of `profile` into `winner` was undone."""

    winner: str
    merge_id: str


class TraitsChanged(_Change, frozen=True, kw_only=True, gc=False, tag="traits"):
    """Traits were set. Consumers read the values from the state, which may have newer ones."""

    names: tuple[str, ...]


class StageChanged(_Change, frozen=True, kw_only=True, gc=False, tag="stage"):
    """The stage of a canonical profile changed; both are the names that the API uses."""

    from_: str = msgspec.field(name="from")
    to: str


class ConsentChanged(_Change, frozen=True, kw_only=True, gc=False, tag="consent"):
    """The purposes that a profile has consented to are now these."""

    purposes: tuple[str, ...]


class Erased(_Change, frozen=True, kw_only=True, gc=False, tag="erased"):
    """All data of `profile` was deleted. `request` names the reason, such as `TEST_DATA`."""

    request: str


Change: TypeAlias = (
    Created
    | Attached
    | Reassigned
    | Detached
    | Merged
    | Unmerged
    | TraitsChanged
    | StageChanged
    | ConsentChanged
    | Erased
)

TEST_DATA: Final = "test_data"
"""The `request` of an erasure that deletes test data."""

_encode_lines: Final = msgspec.json.Encoder().encode_lines
_decode: Final = msgspec.json.Decoder(Change).decode


class _Kind(msgspec.Struct):
    kind: str


_kind: Final = msgspec.json.Decoder(_Kind).decode
_KINDS: Final = frozenset(
    {"created", "attached", "reassigned", "detached", "merged", "unmerged", "traits", "stage", "consent", "erased"}
)


def encoded(changes: Iterable[Change]) -> bytes:
    """Encode changes as JSON, one a line; empty for none."""
    return _encode_lines(changes)


def decoded(body: bytes) -> Iterator[Change]:
    """Decode changes, one JSON object a line; skips kinds that a later version has added.

    Raises msgspec.DecodeError for other data.
    """
    for line in body.splitlines():  # one at a time: a batch of changes may have thousands
        if _kind(line).kind in _KINDS:
            yield _decode(line)


def of_decision(project: int, position: Position, decision: Decision, canonical: str) -> Change | None:
    """Return the change that an identity decision made, None for one that changed nothing, such as a conflict.

    `canonical` is the profile that the changed one belongs to after the batch or the manual change.
    """
    kind, identifier, from_, to = decision.kind, decision.identifier, decision.from_ or "", decision.to or ""
    # Written out for each kind: the worker makes one for nearly every decision, and `**` costs as much as the rest.
    if kind == "attached" and identifier is not None:
        owner = "" if canonical == to else canonical
        return Attached(project=project, position=position, profile=to, canonical=owner, identifier=identifier)
    if kind == "created":
        return Created(project=project, position=position, profile=to, canonical="" if canonical == to else canonical)
    if kind in {"merged", "undone"}:
        made = Merged if kind == "merged" else Unmerged
        return made(
            project=project,
            position=position,
            profile=from_,
            canonical="" if canonical == from_ else canonical,
            winner=to,
            merge_id=decision.merge_id or "",
        )
    if kind == "reassigned" and identifier is not None:
        moved = Detached if decision.rule == "manual" else Reassigned
        return moved(
            project=project,
            position=position,
            profile=to,
            canonical="" if canonical == to else canonical,
            identifier=identifier,
            from_=from_,
        )
    return None
