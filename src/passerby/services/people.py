"""Lookups of profiles, merges and devices for pages of the console that show several at once."""

from __future__ import annotations

from collections.abc import Iterable

from passerby.identity.cleaning import clean
from passerby.messages import Identifier
from passerby.profiles.view import Profile
from passerby.services.access import Access
from passerby.services.errors import NotFound
from passerby.services.ids import uuid_of
from passerby.services.use_cases import reading
from passerby.state.views import Duplicate, HistoryEntry, MergeDetail


@reading()
def known_profiles(access: Access, ids: Iterable[str]) -> list[Profile]:
    """Return the profiles with these ids, without those that do not exist."""
    found = (access.context.state.profile(access.project, id_) for id_ in ids)
    return [profile for profile in found if profile]


@reading()
def known_merges(access: Access, ids: Iterable[str]) -> list[MergeDetail]:
    """Return the merges with these ids, without those that do not exist."""
    found = (access.context.state.merge(access.project, id_) for id_ in ids)
    return [merge for merge in found if merge]


@reading()
def find_profile(access: Access, text: str) -> Profile | None:
    """Return the profile with this id, or with an identifier that is exactly this text."""
    try:
        by_id = access.context.state.profile(access.project, uuid_of(text, "profile"))
    except NotFound:
        by_id = None
    if by_id:
        return by_id
    # The search sorts by identifier, so an exact match comes before those that only begin with the text.
    found = access.context.state.search(access.project, text, limit=1).profiles
    exact = any(text in {each.value, each.value.lower()} for each in found[0].identifiers) if found else False
    return found[0] if exact else None


@reading()
def find_cleaned(access: Access, text: str) -> list[Profile]:
    """Return the profiles that own a text after it is cleaned like an identifier of a message, in any namespace.

    This finds a phone number with spaces, or an e-mail address in capitals.
    """
    policy, state = access.context.policy_of(access.project), access.context.state
    cleaned = ((name, clean(name, text, policy)) for name in policy.classes)
    found = (state.profile_of(access.project, Identifier(name, value)) for name, value in cleaned if value)
    return list({profile.id: profile for profile in found if profile}.values())


@reading()
def find_duplicate(access: Access, one: str, other: str) -> Duplicate | None:
    """Return two profiles with what they share; None where they are one, or one is unknown."""
    return access.context.state.duplicate(access.project, one, other)


@reading()
def first_decisions(access: Access, profile_id: str, limit: int) -> list[HistoryEntry]:
    """Return the first decisions of a profile's history."""
    history = access.context.state.history(access.project, profile_id, limit=limit)
    return history.entries if history else []


@reading()
def devices_of(access: Access, identifiers: Iterable[Identifier]) -> list[tuple[str, dict[str, object]]]:
    """Return what each of these identifiers stated about its device, with the identifier's value."""
    with access.context.state.snapshot() as snapshot:
        found = [(each.value, snapshot.device(access.project, each)) for each in identifiers]
    return [(value, about) for value, about in found if about]


@reading()
def common_traits(access: Access, most: int) -> list[str]:
    """Return the names of the traits that most profiles have."""
    known = access.context.state.catalogue(access.project, limit=1).traits
    return [trait.name for trait in sorted(known, key=lambda trait: -trait.count)[:most]]


@reading()
def is_indexing(access: Access) -> bool:
    """Return whether profiles of an earlier version are still being indexed for the search."""
    return access.context.state.indexing()
