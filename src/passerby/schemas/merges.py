"""JSON of merges, detachments and possible duplicates."""

from __future__ import annotations

from typing import Any

import msgspec

from passerby.clock import iso
from passerby.identity.decisions import Actor, DecisionDetail, Rule
from passerby.presenters.decisions import Facts, reason
from passerby.profiles.view import Profile
from passerby.schemas.decisions import HistoryIdentifier, history_identifier
from passerby.schemas.profiles import ProfileJson, profile_json
from passerby.schemas.published import Json
from passerby.services.cursors import Listed
from passerby.services.duplicates import DuplicatePage
from passerby.services.merges import DetachedIdentifier, MergedProfile
from passerby.state.views import Dismissal, Duplicate, Merge, MergeDetail, SharedContact


class ExplainedMerge(msgspec.Struct, kw_only=True):
    """A merge with its `reason` in words. Programs read `rule`, `actor` and `detail`, which are stable."""

    id: str
    winner: str
    loser: str
    at: str
    message_id: str
    via: HistoryIdentifier | None
    by: HistoryIdentifier | None
    rule: Rule
    actor: Actor
    detail: DecisionDetail
    undone_at: str | None
    reason: str


class ExplainedMergeDetail(msgspec.Struct, kw_only=True):
    """As `ExplainedMerge`, with what the merge moved, and whether it can be undone."""

    id: str
    winner: str
    loser: str
    at: str
    message_id: str
    via: HistoryIdentifier | None
    by: HistoryIdentifier | None
    rule: Rule
    actor: Actor
    detail: DecisionDetail
    undone_at: str | None
    moved: list[HistoryIdentifier]
    undoable: bool
    built_on: str | None
    reason: str


class MergePage(msgspec.Struct, kw_only=True):
    """Some merges, the newest first."""

    merges: list[ExplainedMerge]
    cursor: str | None


class UndoneMerge(msgspec.Struct, kw_only=True):
    """Both profiles after a merge was undone: the one that had absorbed the other, then the other."""

    profiles: list[ProfileJson]


class ManualMergeMade(msgspec.Struct, kw_only=True):
    """A manual merge, and the profile after it."""

    merge_id: str
    profile: ProfileJson


class Detached(msgspec.Struct, kw_only=True):
    """Both profiles after an identifier was detached: the one that held it, then the one that it got."""

    detachment_id: str
    profiles: list[ProfileJson]


class DismissalJson(Json, kw_only=True):
    """A decision that two profiles are different users. `at` is ISO 8601 in UTC."""

    at: str
    who: str
    reason: str


class DuplicateJson(Json, kw_only=True):
    """A possible duplicate: two profiles, the older first, and the contact values that they share.

    `rule`, if any, forbids merging them without `force`. `dismissed` is the decision that they are different users.
    """

    profiles: list[ProfileJson]
    shared: list[SharedContact]
    rule: Rule | None
    dismissed: DismissalJson | None


class DuplicatePageJson(Json, kw_only=True):
    """Pairs of profiles that may be one person. A page may be short, or empty, and still have a cursor."""

    duplicates: list[DuplicateJson]
    cursor: str | None


def explained_merge(merge: Merge) -> ExplainedMerge:
    """Return the JSON of a merge."""
    return ExplainedMerge(**_merge(merge))


def explained_merge_detail(merge: MergeDetail) -> ExplainedMergeDetail:
    """Return the JSON of a merge with its details."""
    return ExplainedMergeDetail(
        **_merge(merge),
        moved=[HistoryIdentifier(**each._asdict()) for each in merge.moved],
        undoable=merge.undoable,
        built_on=merge.built_on,
    )


def _merge(merge: Merge) -> dict[str, Any]:
    return {
        "id": merge.id,
        "winner": merge.winner,
        "loser": merge.loser,
        "at": iso(merge.at),
        "message_id": merge.message_id,
        "via": history_identifier(merge.via),
        "by": history_identifier(merge.by),
        "rule": merge.rule,
        "actor": merge.actor,
        "detail": merge.detail,
        "undone_at": None if merge.undone_at is None else iso(merge.undone_at),
        "reason": merge_reason(merge),
    }


def merge_reason(merge: Merge) -> str:
    """Return the rule of a merge and the reason in one line."""
    return reason(Facts("merged", merge.rule, merge.via, merge.by, merge.actor, merge.detail))


def merge_page(found: Listed[Merge]) -> MergePage:
    """Return the JSON of a page of merges."""
    return MergePage(merges=list(map(explained_merge, found.items)), cursor=found.cursor)


def undone_merge(profiles: list[Profile]) -> UndoneMerge:
    """Return the JSON of the profiles after a merge was undone."""
    return UndoneMerge(profiles=list(map(profile_json, profiles)))


def manual_merge_made(made: MergedProfile) -> ManualMergeMade:
    """Return the JSON of a manual merge."""
    return ManualMergeMade(merge_id=made.merge_id, profile=profile_json(made.profile))


def detached(made: DetachedIdentifier) -> Detached:
    """Return the JSON of a detachment."""
    return Detached(detachment_id=made.detachment_id, profiles=list(map(profile_json, made.profiles)))


def duplicate_json(pair: Duplicate) -> DuplicateJson:
    """Return the JSON of a possible duplicate."""
    return DuplicateJson(
        profiles=list(map(profile_json, pair.profiles)),
        shared=pair.shared,
        rule=pair.rule,
        dismissed=None if pair.dismissed is None else dismissal_json(pair.dismissed),
    )


def dismissal_json(dismissal: Dismissal) -> DismissalJson:
    """Return the JSON of a dismissal."""
    return DismissalJson(at=iso(dismissal.at), who=dismissal.who, reason=dismissal.reason)


def duplicate_page_json(found: DuplicatePage) -> DuplicatePageJson:
    """Return the JSON of a page of possible duplicates."""
    return DuplicatePageJson(duplicates=list(map(duplicate_json, found.duplicates)), cursor=found.cursor)
