"""By which name a profile is shown: the best of what is known, so that a list can be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from passerby.profiles.view import Profile

SHOWN: Final = 120
"""How many characters of a name are shown; a trait may be a thousand long."""
_PREFERRED: Final = ("user_id", "email", "phone")
"""Namespaces whose identifiers say more than others, in their order."""


def title(profile: Profile) -> str:
    """Somebody's name, else their customer id, address or number, else any identifier, else the profile's short id."""
    found = next(_names(profile), "") or f"Profile {profile.id[-12:]}"
    return found if len(found) <= SHOWN else f"{found[:SHOWN]}…"


def _names(profile: Profile) -> Iterator[str]:
    yield from filter(None, (_text(profile, name) for name in ("name", "full_name")))
    yield from filter(None, [" ".join(filter(None, (_text(profile, part) for part in ("first_name", "last_name"))))])
    yield from _preferred((each.namespace, each.value) for each in profile.identifiers)


def _preferred(identifiers: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The values of identifiers, those first that say the most."""
    ranks = {name: rank for rank, name in enumerate(_PREFERRED)}
    yield from (value for _, value in sorted(identifiers, key=lambda each: ranks.get(each[0], len(ranks))))


def _text(profile: Profile, trait: str) -> str:
    value = profile.traits.get(trait)
    return value.strip() if isinstance(value, str) else ""
