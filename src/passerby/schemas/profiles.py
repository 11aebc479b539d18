"""JSON of profiles and their summaries."""

from __future__ import annotations

from typing import Any

import msgspec

from passerby.clock import iso
from passerby.identity.stage import StageLabel
from passerby.messages import RejectionDetail
from passerby.presenters.rejections import rejection_reason
from passerby.profiles.summary import Device, EventNameCount, ProfileSummary, Revenue
from passerby.profiles.view import Profile, ProfileIdentifier
from passerby.schemas.published import Json
from passerby.services.profiles import ProfilePage


class ProfileIdentifierJson(Json, kw_only=True):
    """An identifier of a profile in the API."""

    namespace: str
    value: str
    scope: str
    first_seen: str
    last_seen: str


class ProfileMemberJson(Json, kw_only=True):
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


class ProfileJson(Json, kw_only=True):
    """A profile in the API. Times are ISO 8601 in UTC with milliseconds.

    `rejected` are the traits whose newest value was rejected, at most 100, by name.
    """

    id: str
    stage: StageLabel
    user_id: str | None
    identifiers: list[ProfileIdentifierJson]
    traits: dict[str, Any]
    rejected: list[ProfileRejected]
    context: dict[str, Any]
    first_seen: str
    last_seen: str
    event_count: int
    members: list[ProfileMemberJson]


class ProfilePageJson(Json, kw_only=True):
    """Some profiles. A page of a search may be short, or empty, and still have a cursor."""

    profiles: list[ProfileJson]
    cursor: str | None


class FirstTouchJson(Json, kw_only=True):
    """The first touch. `at` is the time of the first event; missing values are null."""

    at: str
    url: str | None
    referrer: str | None
    campaign: dict[str, Any] | None


class ProfileSummaryJson(Json, kw_only=True):
    """Summary of a profile. Times are ISO 8601 in UTC.

    Orders, revenue and the last purchase are computed from the newest 1,000 purchase events; `orders_complete` is false
    if there are more. `event_names` are the 200 most frequent.
    """

    id: str
    name: str | None
    email: str | None
    phone: str | None
    orders: int
    orders_complete: bool
    revenue: list[Revenue]
    last_purchase: str | None
    sessions: int
    device: Device | None
    first_touch: FirstTouchJson | None
    event_names: list[EventNameCount]


def profile_json(profile: Profile) -> ProfileJson:
    """Return the JSON of a profile."""
    return ProfileJson(
        id=profile.id,
        stage=profile.stage.label,
        user_id=profile.user_id,
        identifiers=list(map(profile_identifier_json, profile.identifiers)),
        traits=dict(profile.traits),
        rejected=[
            ProfileRejected(
                name=name,
                value=each.value,
                kind=each.kind,
                detail=each.detail,
                reason=rejection_reason(each.kind, each.detail),
            )
            for name, each in profile.rejected.items()
        ],
        context=dict(profile.context),
        first_seen=iso(profile.first_seen),
        last_seen=iso(profile.last_seen),
        event_count=profile.event_count,
        members=[
            ProfileMemberJson(id=each.id, merge_id=each.merge_id, merged_at=_time(each.merged_at))
            for each in profile.members
        ],
    )


def profile_identifier_json(identifier: ProfileIdentifier) -> ProfileIdentifierJson:
    """Return the JSON of an identifier of a profile."""
    return ProfileIdentifierJson(
        namespace=identifier.namespace,
        value=identifier.value,
        scope=identifier.scope,
        first_seen=iso(identifier.first_seen),
        last_seen=iso(identifier.last_seen),
    )


def profile_page_json(found: ProfilePage) -> ProfilePageJson:
    """Return the JSON of a page of profiles."""
    return ProfilePageJson(profiles=list(map(profile_json, found.profiles)), cursor=found.cursor)


def found_profiles(found: Profile | ProfilePage) -> ProfileJson | ProfilePageJson:
    """Return the JSON of what a search found: one profile, or a page of them."""
    return profile_json(found) if isinstance(found, Profile) else profile_page_json(found)


def profile_summary_json(summary: ProfileSummary) -> ProfileSummaryJson:
    """Return the JSON of a summary."""
    touch = summary.first_touch
    return ProfileSummaryJson(
        id=summary.id,
        name=summary.name,
        email=summary.email,
        phone=summary.phone,
        orders=summary.orders,
        orders_complete=summary.orders_complete,
        revenue=summary.revenue,
        last_purchase=_time(summary.last_purchase),
        sessions=summary.sessions,
        device=summary.device,
        first_touch=None
        if touch is None
        else FirstTouchJson(at=iso(touch.at), url=touch.url, referrer=touch.referrer, campaign=touch.campaign),
        event_names=summary.event_names,
    )


def _time(moment: int | None) -> str | None:
    return None if moment is None else iso(moment)
