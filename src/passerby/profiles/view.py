"""A profile: what is known of one user, folded from the records of its members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from passerby.identity.stage import Stage
from passerby.profiles import context, rejected, traits
from passerby.profiles.activity import Activity, combine
from passerby.profiles.rejected import RejectedTrait
from passerby.profiles.traits import Versioned


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


class ProfileIdentifier(msgspec.Struct, kw_only=True, frozen=True):
    """An identifier of a profile. Times in ms."""

    namespace: str
    value: str
    scope: str
    first_seen: int
    last_seen: int


class ProfileMember(msgspec.Struct, kw_only=True, frozen=True):
    """A member of a profile: the profile itself (without a merge), or one merged into it. `merged_at` in ms."""

    id: str
    merge_id: str | None
    merged_at: int | None


class Profile(msgspec.Struct, kw_only=True, frozen=True):
    """A canonical profile with everything that was merged into it. Times in ms.

    `rejected` are the traits whose newest value was rejected, at most 100, by name.
    """

    id: str
    stage: Stage
    user_id: str | None
    identifiers: Sequence[ProfileIdentifier]
    traits: Mapping[str, Any]
    rejected: Mapping[str, RejectedTrait]
    context: Mapping[str, Any]
    first_seen: int
    last_seen: int
    event_count: int
    members: Sequence[ProfileMember]


def fold_profile(
    canonical: MemberRecord, absorbed: Sequence[MemberRecord], identifiers: Iterable[ProfileIdentifier]
) -> Profile:
    """Fold a canonical profile, the members merged into it, and its identifiers into one profile.

    Members are in the order of their merges, after the profile itself; identifiers in the order they were first seen.
    """
    members = [canonical, *sorted(absorbed, key=lambda member: (member.merged_at or 0, member.id))]
    activity = combine(member.activity for member in members)
    # Nearly no profile has rejected traits, and pages of profiles fold a thousand.
    any_rejected = any(member.rejected for member in members)
    return Profile(
        id=canonical.id,
        stage=canonical.stage,
        user_id=canonical.user_id,
        identifiers=sorted(identifiers, key=lambda each: (each.first_seen, each.namespace, each.value, each.scope)),
        traits=traits.fold(member.traits for member in members),
        rejected=rejected.fold((member.rejected for member in members), (member.traits for member in members))
        if any_rejected
        else {},
        context=context.fold(member.context for member in members),
        first_seen=activity.first_seen,
        last_seen=activity.last_seen,
        event_count=activity.event_count,
        members=[ProfileMember(id=each.id, merge_id=each.merge_id, merged_at=each.merged_at) for each in members],
    )
