"""Possible duplicates: pairs of profiles that share a contact value, and which of them are different people."""

from __future__ import annotations

import msgspec

from passerby.services import cursors, errors
from passerby.services.access import Access
from passerby.services.caller import Permission
from passerby.services.cursors import Page
from passerby.services.errors import not_found
from passerby.services.ids import uuid_of
from passerby.services.merges import decision_of
from passerby.services.use_cases import changing, reading
from passerby.state.protocol import SameProfile, UnknownDismissal, UnknownProfile
from passerby.state.views import Duplicate, DuplicatePlace


class DuplicatePage(msgspec.Struct, kw_only=True, frozen=True):
    """Pairs of profiles that may be one person, and the cursor of the next page. A page may be short, or empty."""

    duplicates: list[Duplicate]
    cursor: str | None


@reading()
def list_duplicates(access: Access, page: Page, *, dismissed: bool = False) -> DuplicatePage:
    """Return a page of possible duplicates, or of pairs that were dismissed."""
    state, project, cursor = access.context.state, access.project, None
    # The two lists have different orders, so a cursor of one has no meaning in the other.
    if dismissed:
        last = cursors.decode(page.cursor, cursors.AfterDismissal)
        after = DuplicatePlace("", "", last.one, last.other) if last else None
        found = state.dismissed_duplicates(project, limit=page.limit, after=after)
        if found.after:
            cursor = cursors.encode(cursors.AfterDismissal(found.after.one, found.after.other))
    else:
        place = cursors.decode(page.cursor, cursors.AfterDuplicate)
        after = DuplicatePlace(place.kind, place.value, place.one, place.other) if place else None
        found = state.duplicates(project, limit=page.limit, after=after)
        if found.after:
            cursor = cursors.encode(cursors.AfterDuplicate(*found.after))
    return DuplicatePage(duplicates=found.duplicates, cursor=cursor)


@reading()
def get_duplicate(access: Access, one: str, other: str) -> Duplicate:
    """Return two profiles with what they share. Raises NotFound where one is unknown, or both are the same."""
    found = access.context.state.duplicate(access.project, uuid_of(one, "profile"), uuid_of(other, "profile"))
    if found is None:
        raise not_found("pair of profiles")
    return found


@changing(Permission.IDENTITY)
def dismiss_duplicate(access: Access, one: str, other: str, reason: str = "") -> Duplicate:
    """Mark two profiles as different people: the pair is not listed again. Raises NotFound, SameProfile."""
    return _decide(access, one, other, reason, dismiss=True)


@changing(Permission.IDENTITY)
def restore_duplicate(access: Access, one: str, other: str, reason: str = "") -> Duplicate:
    """Revoke a dismissal: the pair is listed again. Raises NotFound, SameProfile."""
    return _decide(access, one, other, reason, dismiss=False)


def _decide(access: Access, one: str, other: str, reason: str, *, dismiss: bool) -> Duplicate:
    first, second = (uuid_of(profile, "profile") for profile in (one, other))
    action = "duplicate.dismissed" if dismiss else "duplicate.restored"
    given = {"reason": reason} if reason else {}
    with access.recording(action, f"{first} {second}", given) as change, access.context.writer() as writer:
        try:
            if dismiss:
                ids = writer.dismiss_duplicate(access.project, first, second, decision_of(access, reason))
            else:
                ids = writer.restore_duplicate(access.project, first, second)
        except UnknownProfile:
            raise not_found("profile") from None
        except UnknownDismissal:
            raise not_found("dismissal of these two") from None
        except SameProfile:
            raise errors.SameProfile from None
        # The state names the profiles that these two belong to now, which may be others than those of the request.
        change.subject, change.details = " ".join(ids), {"profiles": list(ids)} | given
    return get_duplicate(access, first, second)
