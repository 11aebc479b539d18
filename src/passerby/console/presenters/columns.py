"""Which columns a list of profiles has: what the address says, `trait:plan` for a trait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from passerby.profiles.view import Profile

BUILT_IN: Final[Mapping[str, str]] = {
    "stage": "Stage",
    "identifiers": "Identifiers",
    "last_seen": "Last seen",
    "first_seen": "First seen",
    "events": "Events",
    "id": "Profile ID",
}
TRAIT: Final = "trait:"
USUAL: Final = ("stage", "identifiers", "last_seen", "events")
MOST: Final = 12


def chosen(asked: Iterable[str] | None) -> list[str]:
    """The columns to show: those asked for that there are, or the usual ones where none is."""
    known = [name for name in asked or () if name in BUILT_IN or (len(name) > len(TRAIT) and name.startswith(TRAIT))]
    return list(dict.fromkeys(known))[:MOST] or list(USUAL)


def heading(column: str) -> str:
    """What stands above a column."""
    return BUILT_IN.get(column) or column.removeprefix(TRAIT)


def trait(profile: Profile, column: str) -> Any:
    """The value of a trait's column; None where the profile has no such trait."""
    return profile.traits.get(column.removeprefix(TRAIT))
