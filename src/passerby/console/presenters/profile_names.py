"""Display names of profiles, and their identifiers in order of significance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from passerby.profiles import testing
from passerby.profiles.view import Profile, ProfileIdentifier
from passerby.state.views import HistoryEntry

SHOWN: Final = 120
"""How many characters of a name are shown; a trait may be a thousand long."""
_PREFERRED: Final = ("user_id", "email", "phone")
_WHOLE: Final = ("name", "full_name", "fullName", "Name")
_FIRST: Final = ("first_name", "firstName", "firstname", "we_first_name")
_GIVES: Final = frozenset({"attached", "reassigned"})
"""Kinds of decisions that give a profile an identifier."""
_LAST: Final = ("last_name", "lastName", "lastname", "we_last_name")


def title(profile: Profile) -> str:
    """Return the display name: the name, else user ID, email or phone, any identifier, or the short profile ID."""
    found = next(_names(profile), "") or f"Profile {profile.id[-12:]}"
    return found if len(found) <= SHOWN else f"{found[:SHOWN]}…"


def is_test(profile: Profile) -> bool:
    """Whether it is a test profile."""
    return testing.is_test(each.value for each in profile.identifiers)


def rank(namespace: str) -> int:
    """How much an identifier of this namespace says, the smallest the most."""
    return _PREFERRED.index(namespace) if namespace in _PREFERRED else len(_PREFERRED)


def strongest(profile: Profile) -> list[ProfileIdentifier]:
    """The identifiers, those first that say the most."""
    return sorted(profile.identifiers, key=lambda each: rank(each.namespace))


def _names(profile: Profile) -> Iterator[str]:
    parts = " ".join(filter(None, (_text(profile, spellings) for spellings in (_FIRST, _LAST))))
    yield from filter(None, (_text(profile, _WHOLE), parts))
    yield from (each.value for each in strongest(profile))


def _text(profile: Profile, spellings: Sequence[str]) -> str:
    """The first of these traits that holds some text; no dialect agrees with another on how names are spelt."""
    values = (profile.traits.get(name) for name in spellings)
    return next((value.strip() for value in values if isinstance(value, str) and value.strip()), "")


def member_names(entries: Iterable[HistoryEntry]) -> dict[str, str]:
    """Return a name for each profile that these decisions gave an identifier: the strongest of its identifiers."""
    best: dict[str, tuple[int, str]] = {}
    for entry in entries:
        if entry.kind in _GIVES and entry.to and entry.identifier:
            found = (rank(entry.identifier.namespace), entry.identifier.value)
            if entry.to not in best or found[0] < best[entry.to][0]:
                best[entry.to] = found
    return {profile: value for profile, (_, value) in best.items()}
