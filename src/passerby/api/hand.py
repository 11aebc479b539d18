"""What people decide: merging two profiles, detaching an identifier, and taking that back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import uuid_utils
from litestar import post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from passerby.api import examples
from passerby.api.access import access_at_once
from passerby.api.authorization import actor_of
from passerby.api.describe import changing
from passerby.api.identity import cleaned
from passerby.identity.decisions import Actor
from passerby.presenters.decisions import Facts, reason
from passerby.profiles.view import Profile
from passerby.services.access import Access
from passerby.services.answers import Detached, HandMade
from passerby.services.bodies import DetachRequest, MergeRequest, UndoRequest
from passerby.services.errors import ApiError, ErrorCode, not_found
from passerby.state.protocol import (
    AlreadyUndone,
    BuiltOn,
    CustomerStays,
    ForbiddenMerge,
    Hand,
    HandMerge,
    LimitExceeded,
    MovedOn,
    SameProfile,
    UnknownDetachment,
    UnknownIdentifier,
    UnknownProfile,
)
from passerby.web.parameters import DetachmentId, ProfileId, uuid_of

_TAGS = ["Identity"]
_DEPENDENCIES = {
    "access": Provide(access_at_once, sync_to_thread=False),
    "actor": Provide(actor_of, sync_to_thread=False),
}
_MERGING = (ErrorCode.NOT_FOUND, ErrorCode.FORBIDDEN_MERGE, ErrorCode.LIMIT_EXCEEDED)


@post(
    "/merges",
    operation_id="mergeProfiles",
    summary="Merge two profiles by hand",
    description="`winner` absorbs `loser`, or the profiles that they belong to by now; a customer absorbs whoever is "
    "none, whichever was named first. What R3 keeps apart needs `force`: of two customers the loser's customer id "
    "becomes a former one of the winner, and still leads to it. The reason and the token's label are kept in the "
    "history, and the merge can be undone like any other.",
    tags=_TAGS,
    status_code=200,
    dependencies=_DEPENDENCIES,
    responses=changing(HandMade, examples.HAND_MERGED, ErrorCode.INVALID_PARAMETER, ErrorCode.SAME_PROFILE, *_MERGING),
)
async def merge_profiles(
    access: NamedDependency[Access], actor: NamedDependency[Actor], data: JSONBody[MergeRequest]
) -> HandMade:
    return await access.run(_merge, access, actor, data)


@post(
    "/profiles/{profile_id:str}/detach",
    operation_id="detachIdentifier",
    summary="Detach an identifier by hand",
    description="Gives one identifier of a profile a profile of its own; what it did before stays behind. The two "
    "don't merge again through this identifier. A customer id cannot be detached: undo the merge that brought it.",
    tags=_TAGS,
    status_code=200,
    dependencies=_DEPENDENCIES,
    responses=changing(
        Detached, examples.DETACHED, ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_FOUND, ErrorCode.CUSTOMER_STAYS
    ),
)
async def detach_identifier(
    access: NamedDependency[Access], actor: NamedDependency[Actor], profile_id: ProfileId, data: JSONBody[DetachRequest]
) -> Detached:
    return await access.run(_detach, access, actor, uuid_of(profile_id, "profile"), data)


@post(
    "/detachments/{detachment_id:str}/undo",
    operation_id="undoDetachment",
    summary="Undo a detachment",
    description="The profile absorbs again what was detached from it, with all that it has become since.",
    tags=_TAGS,
    status_code=200,
    dependencies=_DEPENDENCIES,
    responses=changing(
        HandMade,
        examples.HAND_MERGED,
        ErrorCode.INVALID_PARAMETER,
        ErrorCode.ALREADY_UNDONE,
        ErrorCode.BUILT_ON,
        ErrorCode.MOVED_ON,
        *_MERGING,
    ),
)
async def undo_detachment(
    access: NamedDependency[Access],
    actor: NamedDependency[Actor],
    detachment_id: DetachmentId,
    data: JSONBody[UndoRequest | None] = None,
) -> HandMade:
    comment = data.reason if data else ""
    return await access.run(_undo_detachment, access, actor, uuid_of(detachment_id, "detachment"), comment)


def hand_of(access: Access, actor: Actor, comment: str) -> Hand:
    """A manual decision of this actor, made now."""
    desk, project = access
    return Hand(desk.now(), actor, comment, lambda: str(uuid_utils.uuid7()), desk.policy_of(project))


def _merge(access: Access, actor: Actor, request: MergeRequest) -> HandMade:
    winner, loser = (uuid_of(id_, "profile") for id_ in (request.winner, request.loser))
    hand = hand_of(access, actor, request.reason)
    with access.desk.writer() as state, _refused():
        made = state.merge_profiles(access.project, winner, loser, hand, force=request.force)
    return _made(access, made)


def _detach(access: Access, actor: Actor, profile: str, request: DetachRequest) -> Detached:
    identifier = cleaned(access, request.identifier())
    if identifier is None:
        raise not_found("identifier of this profile")
    with access.desk.writer() as state, _refused():
        made = state.detach(access.project, profile, identifier, hand_of(access, actor, request.reason))
    return Detached(detachment_id=made.id, profiles=_profiles(access, made.profile, made.detached))


def _undo_detachment(access: Access, actor: Actor, detachment_id: str, comment: str) -> HandMade:
    hand = hand_of(access, actor, comment)
    with access.desk.writer() as state, _refused():
        made = state.undo_detachment(access.project, detachment_id, hand)
    return _made(access, made)


def _made(access: Access, made: HandMerge) -> HandMade:
    (profile,) = _profiles(access, made.winner)
    return HandMade(merge_id=made.id, profile=profile)


def _profiles(access: Access, *ids: str) -> list[Profile]:
    return [profile for id_ in ids if (profile := access.desk.state.profile(access.project, id_))]


@contextmanager
def _refused() -> Iterator[None]:
    """What the state refuses, in the API's words."""
    try:
        yield
    except (UnknownProfile, UnknownIdentifier, UnknownDetachment) as unknown:
        raise not_found(_WHAT[type(unknown)]) from None
    except ForbiddenMerge as forbidden:
        message = f"{reason(Facts('conflict', forbidden.rule))}; set `force` to merge them"
        raise ApiError(ErrorCode.FORBIDDEN_MERGE, message, {"rule": forbidden.rule}) from None
    except LimitExceeded as limit:
        message = f"together they would exceed the limit of {limit}"
        raise ApiError(ErrorCode.LIMIT_EXCEEDED, message, {"namespace": str(limit)}) from None
    except BuiltOn as later:
        message = "what was detached was merged since: undo that first"
        raise ApiError(ErrorCode.BUILT_ON, message, {"merge_id": later.merge_id}) from None
    except (SameProfile, CustomerStays, AlreadyUndone, MovedOn) as refusal:
        raise ApiError(*_REFUSED[type(refusal)]) from None


_WHAT: dict[type[Exception], str] = {
    UnknownProfile: "profile",
    UnknownIdentifier: "identifier of this profile",
    UnknownDetachment: "detachment",
}
_REFUSED: dict[type[Exception], tuple[ErrorCode, str]] = {
    SameProfile: (ErrorCode.SAME_PROFILE, "these are one profile already"),
    CustomerStays: (ErrorCode.CUSTOMER_STAYS, "a customer id cannot be detached: undo the merge that brought it"),
    AlreadyUndone: (ErrorCode.ALREADY_UNDONE, "this detachment was undone before"),
    MovedOn: (ErrorCode.MOVED_ON, "the identifier belongs to somebody else by now"),
}
