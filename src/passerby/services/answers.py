"""Responses that API and console share: events, explained decisions and merges, pages of profiles.

Times are ISO 8601 in UTC with milliseconds. A page's `cursor` leads to the next page; null: there is none.
"""

from __future__ import annotations

from typing import Any

import msgspec

from passerby.clock import iso
from passerby.identity.decisions import DecisionDetail, Rule
from passerby.messages import Rejection, RejectionDetail, Semantic, StoredEvent
from passerby.presenters.decisions import Facts, facts_of, reason
from passerby.presenters.rejections import rejection_reason
from passerby.profiles.view import Profile
from passerby.state.views import (
    CatalogueAttribute,
    CatalogueEvent,
    Duplicate,
    HistoryEntry,
    HistoryIdentifier,
    Merge,
    MergeDetail,
    OtherViolation,
)


class ProfilePage(msgspec.Struct, kw_only=True):
    """Some profiles. A page of a search may be short, or empty, and still have a cursor."""

    profiles: list[Profile]
    cursor: str | None


class RejectedValue(msgspec.Struct, kw_only=True):
    """A value that a rule rejected, the rule, and the `reason` in words. Programs read `kind` and `detail`."""

    name: str
    value: Any
    kind: str
    detail: RejectionDetail
    reason: str


class Event(msgspec.Struct, kw_only=True):
    """An event as it was recorded. `profile_id` is the member that it was recorded under.

    `semantic` is what it means as a fact of a shop, in the same words for every dialect; null where it is none.
    """

    id: str
    name: str
    time: str
    received_at: str
    properties: dict[str, Any]
    rejected: list[RejectedValue]
    context: dict[str, Any]
    session_id: str
    dialect: str
    profile_id: str
    semantic: Semantic | None = None


class EventPage(msgspec.Struct, kw_only=True):
    """A part of a timeline, newest first."""

    events: list[Event]
    cursor: str | None


class ExplainedDecision(HistoryEntry, kw_only=True):
    """An identity decision with its `reason` in words. Programs read `rule`, `actor` and `detail`, which are stable."""

    reason: str


class ExplainedMerge(Merge, kw_only=True):
    """A merge with its `reason` in words. Programs read `rule`, `actor` and `detail`, which are stable."""

    reason: str


class ExplainedMergeDetail(MergeDetail, kw_only=True):
    """As `ExplainedMerge`, with what the merge moved, and whether it can be undone."""

    reason: str


class History(msgspec.Struct, kw_only=True):
    """Decisions about identity, oldest first."""

    history: list[ExplainedDecision]
    cursor: str | None


class Why(msgspec.Struct, kw_only=True):
    """The decisions that led from an identifier to its profile, in their order."""

    chain: list[ExplainedDecision]


class MergePage(msgspec.Struct, kw_only=True):
    """Some merges, the newest first."""

    merges: list[ExplainedMerge]
    cursor: str | None


class Step(msgspec.Struct, kw_only=True, rename={"from_": "from"}):
    """One decision that would be made, with its rule. The id of a profile that would be created is null."""

    identifier: HistoryIdentifier | None
    from_: str | None
    to: str | None
    rule: Rule
    detail: DecisionDetail
    by: HistoryIdentifier | None
    reason: str


class PreviewAnswer(msgspec.Struct, kw_only=True):
    """What a message with these identifiers would do now.

    `target` is the profile that it would be recorded under, null where that would be created (`created`) or where
    the message has no identifier that counts. `from` of a step is the profile that would be absorbed, or that would
    lose or keep the identifier.
    """

    target: str | None
    created: bool
    absorbed: list[Step]
    moved: list[Step]
    conflicts: list[Step]
    limits: list[Step]
    attached: list[Step]
    blocked: list[Step]


class UndoneMerge(msgspec.Struct, kw_only=True):
    """Both profiles after a merge was undone: the one that had absorbed the other, then the other."""

    profiles: list[Profile]


class DuplicatePage(msgspec.Struct, kw_only=True):
    """Pairs of profiles that may be one person. A page may be short, or empty, and still have a cursor."""

    duplicates: list[Duplicate]
    cursor: str | None


class HandMade(msgspec.Struct, kw_only=True):
    """A manual merge, and the profile after it."""

    merge_id: str
    profile: Profile


class Detached(msgspec.Struct, kw_only=True):
    """Both profiles after an identifier was detached: the one that held it, then the one that it got."""

    detachment_id: str
    profiles: list[Profile]


class CatalogueAnswer(msgspec.Struct, kw_only=True):
    """Events by name with their attributes and violations, the traits of profiles, and all other violations."""

    events: list[CatalogueEvent]
    traits: list[CatalogueAttribute]
    violations: list[OtherViolation]
    cursor: str | None


class StageCounts(msgspec.Struct, kw_only=True):
    """Profiles by stage."""

    anonymous: int
    lead: int
    customer: int


class Stats(msgspec.Struct, kw_only=True):
    """A project's counts. Always: accepted = applied + duplicates + waiting, all in messages."""

    accepted: int
    applied: int
    duplicates: int
    waiting: int
    events: int
    violations: int
    profiles: StageCounts
    lag_seconds: float


class DeletedTestData(msgspec.Struct, kw_only=True):
    """What was deleted, and how many test profiles were `kept`. `more`: there are others; repeat the request."""

    profiles: int
    events: int
    kept: int
    more: bool


class Health(msgspec.Struct, kw_only=True):
    """The server is ready; these parts were asked."""

    status: str
    checks: list[str]


def explained_decision(entry: HistoryEntry) -> ExplainedDecision:
    """A stored decision as the API shows it."""
    return ExplainedDecision(**msgspec.structs.asdict(entry), reason=reason(facts_of(entry)))


def explained_merge(merge: Merge) -> ExplainedMerge:
    """A stored merge as the API shows it."""
    return ExplainedMerge(**msgspec.structs.asdict(merge), reason=_reason_of(merge))


def explained_merge_detail(merge: MergeDetail) -> ExplainedMergeDetail:
    """A stored merge with its details as the API shows it."""
    return ExplainedMergeDetail(**msgspec.structs.asdict(merge), reason=_reason_of(merge))


def _reason_of(merge: Merge) -> str:
    return reason(Facts("merged", merge.rule, merge.via, merge.by, merge.actor, merge.detail))


def event_of(stored: StoredEvent) -> Event:
    """An event as the API shows it."""
    return Event(
        id=stored.id,
        name=stored.name,
        time=iso(stored.time),
        received_at=iso(stored.received_at),
        properties=stored.properties,
        rejected=[_rejected(each) for each in stored.rejected],
        context=stored.context,
        session_id=stored.session_id,
        dialect=stored.dialect,
        profile_id=stored.profile_id,
        semantic=stored.semantic,
    )


def _rejected(stored: Rejection) -> RejectedValue:
    return RejectedValue(
        name=stored.name,
        value=stored.value,
        kind=stored.kind,
        detail=stored.detail,
        reason=rejection_reason(stored.kind, stored.detail),
    )
