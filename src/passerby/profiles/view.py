"""The profile as returned by the API, folded from the records of its members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, cast

import msgspec

from passerby.clock import iso
from passerby.identity.stage import Stage
from passerby.messages import RejectionDetail
from passerby.presenters.rejections import rejection_reason
from passerby.profiles import context, rejected, traits
from passerby.profiles.activity import Activity, combine
from passerby.profiles.traits import Versioned

StageLabel = Literal["anonymous", "lead", "customer"]


class MemberRecord(msgspec.Struct, kw_only=True):
    """The stored record of one member. Times in ms.

    `merge_id` and `merged_at` are of the merge into this profile; None for the canonical profile itself.
    """

    id: str
    activity: Activity
    stage: Stage = Stage.ANONYMOUS
    user_id: str | None = None
    traits: dict[str, Versioned] = {}
    rejected: dict[str, Versioned] = {}
    """Values are `rejected.RejectedTrait`."""
    context: dict[str, Versioned] = {}
    merge_id: str | None = None
    merged_at: int | None = None


class IdentifierRecord(msgspec.Struct, kw_only=True):
    """The stored record of one identifier of a profile. Times in ms."""

    namespace: str
    value: str
    scope: str
    first_seen: int
    last_seen: int


class ProfileIdentifier(msgspec.Struct, kw_only=True):
    """An identifier of a profile in the API."""

    namespace: str
    value: str
    scope: str
    first_seen: str
    last_seen: str


class ProfileMember(msgspec.Struct, kw_only=True):
    """A member of a profile in the API: the profile itself (without a merge), or one merged into it."""

    id: str
    merge_id: str | None
    merged_at: str | None


class ProfileRejected(msgspec.Struct, kw_only=True):
    """A trait whose newest value a rule rejected: the value as sent, the rule, and the `reason` in words."""

    name: str
    value: Any
    kind: str
    detail: RejectionDetail
    reason: str


class Profile(msgspec.Struct, kw_only=True):
    """A profile in the API. Times are ISO 8601 in UTC with milliseconds.

    `rejected` are the traits whose newest value was rejected, at most 100, by name.
    """

    id: str
    stage: StageLabel
    user_id: str | None
    identifiers: list[ProfileIdentifier]
    traits: dict[str, Any]
    rejected: list[ProfileRejected]
    context: dict[str, Any]
    first_seen: str
    last_seen: str
    event_count: int
    members: list[ProfileMember]


def fold_profile(
    canonical: MemberRecord, absorbed: Sequence[MemberRecord], identifiers: Iterable[IdentifierRecord]
) -> Profile:
    """Fold a canonical profile, the members merged into it, and its identifiers into one profile.

    Members are in the order of their merges, after the profile itself; identifiers in the order they were first seen.
    """
    members = [canonical, *sorted(absorbed, key=lambda member: (member.merged_at or 0, member.id))]
    activity = combine(member.activity for member in members)
    return Profile(
        id=canonical.id,
        stage=cast("StageLabel", canonical.stage.label),
        user_id=canonical.user_id,
        identifiers=[
            ProfileIdentifier(
                namespace=each.namespace,
                value=each.value,
                scope=each.scope,
                first_seen=iso(each.first_seen),
                last_seen=iso(each.last_seen),
            )
            for each in sorted(identifiers, key=lambda each: (each.first_seen, each.namespace, each.value, each.scope))
        ],
        traits=traits.fold(member.traits for member in members),
        rejected=_rejected(members),
        context=context.fold(member.context for member in members),
        first_seen=iso(activity.first_seen),
        last_seen=iso(activity.last_seen),
        event_count=activity.event_count,
        members=[
            ProfileMember(
                id=member.id,
                merge_id=member.merge_id,
                merged_at=None if member.merged_at is None else iso(member.merged_at),
            )
            for member in members
        ],
    )


def _rejected(members: Sequence[MemberRecord]) -> list[ProfileRejected]:
    if not any(member.rejected for member in members):
        return []
    found = rejected.fold((member.rejected for member in members), (member.traits for member in members))
    return [
        ProfileRejected(
            name=name,
            value=each.value,
            kind=each.kind,
            detail=each.detail,
            reason=rejection_reason(each.kind, each.detail),
        )
        for name, each in found.items()
    ]
