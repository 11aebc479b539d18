"""Profiles as pages show them: display name, columns of the list, campaign and context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from passerby.console.presenters.identifiers import strongest
from passerby.console.presenters.values import flat
from passerby.profiles import testing
from passerby.profiles.context import FIRST_TOUCH, LAST_TOUCH
from passerby.profiles.view import Profile

SHOWN: Final = 120
"""Characters of a display name: a trait may have a thousand."""
_WHOLE: Final = ("name", "full_name", "fullName", "Name")
_FIRST: Final = ("first_name", "firstName", "firstname", "we_first_name")
_LAST: Final = ("last_name", "lastName", "lastname", "we_last_name")
"""Traits with a name, as the vendors' clients spell them."""

BUILT_IN: Final[Mapping[str, str]] = {
    "stage": "Stage",
    "identifiers": "Identifiers",
    "last_seen": "Last seen",
    "first_seen": "First seen",
    "events": "Events",
    "id": "Profile ID",
}
"""Columns of the list of profiles other than traits, with their headings."""
TRAIT: Final = "trait:"
"""Prefix of the column of a trait, as in `trait:plan`."""
USUAL: Final = ("stage", "identifiers", "last_seen", "events")
MOST: Final = 12
"""Columns of the list unless others are chosen, and the largest number of them."""

_TOUCHES: Final = {FIRST_TOUCH: "first", LAST_TOUCH: "last"}


def title(profile: Profile) -> str:
    """Return the display name: the name, else user ID, email or phone, any identifier, or the short profile ID."""
    first_and_last = " ".join(filter(None, (_text(profile, spellings) for spellings in (_FIRST, _LAST))))
    candidates = (_text(profile, _WHOLE), first_and_last, *(each.value for each in strongest(profile)))
    found = next(filter(None, candidates), "") or f"Profile {profile.id[-12:]}"
    return found if len(found) <= SHOWN else f"{found[:SHOWN]}…"


def _text(profile: Profile, spellings: Sequence[str]) -> str:
    """Return the first of these traits that is a text which is not blank, else ""."""
    values = (profile.traits.get(name) for name in spellings)
    return next((value.strip() for value in values if isinstance(value, str) and value.strip()), "")


def is_test(profile: Profile) -> bool:
    """Return whether it is a test profile."""
    return testing.is_test(each.value for each in profile.identifiers)


def chosen(asked: Iterable[str] | None) -> list[str]:
    """Return the columns to show: the known ones among those asked for, the usual ones where there is none."""
    known = [name for name in asked or () if name in BUILT_IN or (len(name) > len(TRAIT) and name.startswith(TRAIT))]
    return list(dict.fromkeys(known))[:MOST] or list(USUAL)


def heading(column: str) -> str:
    """Return the heading of a column."""
    return BUILT_IN.get(column) or column.removeprefix(TRAIT)


def trait(profile: Profile, column: str) -> Any:
    """Return the value of a trait's column; None where the profile has no such trait."""
    return profile.traits.get(column.removeprefix(TRAIT))


def campaign(stated: Mapping[str, Any]) -> str:
    """Format a campaign in one line: those of source, medium and name that are known."""
    parts = (stated.get(name) for name in ("source", "medium", "name"))
    return " / ".join(part for part in parts if isinstance(part, str) and part)


def context_parts(context: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Split a profile's context by subject: the title and the lines of each part that is not empty."""
    touches = {word: context[key] for key, word in _TOUCHES.items() if key in context}
    others = {key: value for key, value in context.items() if key not in _TOUCHES}
    found = [("Campaign", flat(touches)), ("Device and app", flat(others))]
    return [part for part in found if part[1]]
