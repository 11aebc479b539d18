"""Merges of profiles: listing, undoing, merging manually, and detaching identifiers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

import uuid_utils

from passerby.identity.cleaning import clean_identifier
from passerby.messages import Identifier
from passerby.presenters.decisions import Facts
from passerby.presenters.decisions import reason as explain
from passerby.profiles.view import Profile
from passerby.services import cursors, errors
from passerby.services.access import Access
from passerby.services.caller import Permission
from passerby.services.cursors import Listed, Page
from passerby.services.errors import ServiceError, not_found
from passerby.services.ids import uuid_of
from passerby.services.use_cases import changing, reading
from passerby.state import protocol as state
from passerby.state.views import Merge, MergeDetail


class MergedProfile(NamedTuple):
    """A manual merge, and the profile after it."""

    merge_id: str
    profile: Profile


class DetachedIdentifier(NamedTuple):
    """A detachment, and both profiles after it: the one that held the identifier, then the one that it got."""

    detachment_id: str
    profiles: list[Profile]


@reading()
def list_merges(access: Access, page: Page, *, undone: bool | None = None) -> Listed[Merge]:
    """Return a page of merges, the newest first; only undone ones, or only the others, where `undone` is given."""
    place = cursors.decode(page.cursor, cursors.AfterMerge)
    before = place.id if place else None
    found = access.context.state.merges(access.project, limit=page.limit + 1, undone=undone, before=before)
    shown, more = found[: page.limit], len(found) > page.limit
    return Listed(shown, cursors.encode(cursors.AfterMerge(shown[-1].id)) if more else None)


@reading()
def get_merge(access: Access, merge_id: str) -> MergeDetail:
    """Return a merge with the identifiers that it moved. Raises NotFound."""
    found = access.context.state.merge(access.project, uuid_of(merge_id, "merge"))
    if found is None:
        raise not_found("merge")
    return found


@changing(Permission.IDENTITY)
def undo_merge(access: Access, merge_id: str, reason: str = "") -> list[Profile]:
    """Undo a merge; return both profiles, the one that had absorbed the other first.

    The two do not merge again through the same identifier. Raises NotFound, AlreadyUndone, DependentMerge.
    """
    context, project, merge_id = access.context, access.project, uuid_of(merge_id, "merge")
    policy = context.policy_of(project)
    recorded = access.recording("merge.undone", merge_id, _with_reason(reason))
    with recorded, context.writer() as writer, _refusals("merge", merge_id=merge_id):
        ids = writer.undo_merge(project, merge_id, context.now(), policy, actor=access.caller.actor, comment=reason)
    return _profiles(access, *ids)


@changing(Permission.IDENTITY)
def merge_profiles(access: Access, winner: str, loser: str, reason: str, *, force: bool = False) -> MergedProfile:
    """Merge two profiles, or the profiles that now contain them; a customer absorbs a profile that is none.

    `force` overrides identity rule R3. Raises NotFound, SameProfile, ForbiddenMerge, LimitExceeded.
    """
    first, second = (uuid_of(id_, "profile") for id_ in (winner, loser))
    details = {"winner": first, "loser": second, "reason": reason, "force": force}
    with access.recording("profiles.merged", details=details) as change, access.context.writer() as writer:
        with _refusals("merge"):
            made = writer.merge_profiles(access.project, first, second, decision_of(access, reason), force=force)
        change.subject = made.id
    return _merged(access, made)


@changing(Permission.IDENTITY)
def detach_identifier(access: Access, profile_id: str, identifier: Identifier, reason: str) -> DetachedIdentifier:
    """Move one identifier of a profile to a new profile; return both. Earlier events stay where they are.

    Raises NotFound, CustomerIdNotDetachable.
    """
    profile_id = uuid_of(profile_id, "profile")
    cleaned = clean_identifier(identifier, access.context.policy_of(access.project))
    if cleaned is None:
        raise not_found("identifier of this profile")
    details = {**cleaned._asdict(), "reason": reason}
    with access.recording("identifier.detached", profile_id, details) as change, access.context.writer() as writer:
        with _refusals("detachment"):
            made = writer.detach(access.project, profile_id, cleaned, decision_of(access, reason))
        change.details = details | {"detachment": made.id}
    return DetachedIdentifier(made.id, _profiles(access, made.profile, made.detached))


@changing(Permission.IDENTITY)
def undo_detachment(access: Access, detachment_id: str, reason: str = "") -> MergedProfile:
    """Merge a detached profile back into the profile that it came from, with everything it has received since.

    Raises NotFound, AlreadyUndone, DependentMerge, IdentifierReassigned, ForbiddenMerge, LimitExceeded.
    """
    detachment_id = uuid_of(detachment_id, "detachment")
    decision = decision_of(access, reason)
    recorded = access.recording("detachment.undone", detachment_id, _with_reason(reason))
    with recorded, access.context.writer() as writer, _refusals("detachment"):
        made = writer.undo_detachment(access.project, detachment_id, decision)
    return _merged(access, made)


def decision_of(access: Access, reason: str) -> state.ManualDecision:
    """Return the caller's decision, taken now, as the state records it."""
    context, project = access.context, access.project
    return state.ManualDecision(
        context.now(), access.caller.actor, reason, lambda: str(uuid_utils.uuid7()), context.policy_of(project)
    )


def _with_reason(reason: str) -> dict[str, Any] | None:
    return {"reason": reason} if reason else None


def _merged(access: Access, made: state.ManualMerge) -> MergedProfile:
    (profile,) = _profiles(access, made.winner)
    return MergedProfile(made.id, profile)


def _profiles(access: Access, *ids: str) -> list[Profile]:
    found = (access.context.state.profile(access.project, id_) for id_ in ids)
    return [profile for profile in found if profile]  # test profiles may be deleted at any time


@contextmanager
def _refusals(what: str, **details: str) -> Iterator[None]:
    """Translate errors of the state: each becomes the service error that callers act on."""
    try:
        yield
    except state.ForbiddenMerge as forbidden:
        sentence = explain(Facts("conflict", forbidden.rule))
        if what == "detachment":  # the undo of a detachment has no `force`
            raise errors.ForbiddenMerge(forbidden.rule, sentence, "merge them manually with `force`") from None
        raise errors.ForbiddenMerge(forbidden.rule, sentence) from None
    except state.AlreadyUndone:
        raise errors.AlreadyUndone(what, **details) from None
    except state.DependentMergeExists as later:
        raise errors.DependentMerge(later.merge_id) from None
    except tuple(_UNKNOWN) as unknown:
        raise not_found(_UNKNOWN[type(unknown)]) from None
    except tuple(_REFUSED) as refused:
        raise _REFUSED[type(refused)](str(refused)) from None


_UNKNOWN: Final[Mapping[type[Exception], str]] = {
    state.UnknownMerge: "merge",
    state.UnknownProfile: "profile",
    state.UnknownIdentifier: "identifier of this profile",
    state.UnknownDetachment: "detachment",
}
_REFUSED: Final[Mapping[type[Exception], Callable[[str], ServiceError]]] = {
    state.SameProfile: lambda _: errors.SameProfile(),
    state.LimitExceeded: errors.LimitExceeded,
    state.CustomerIdNotDetachable: lambda _: errors.CustomerIdNotDetachable(),
    state.IdentifierReassigned: lambda _: errors.IdentifierReassigned(),
}
