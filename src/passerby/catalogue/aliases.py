"""Aliases: spellings of event names, attributes and traits that an administrator merged into another spelling.

An alias applies to messages from then on. Data recorded before keeps its name, and readers combine it with the
canonical name. Therefore an alias can be undone: the two names are then separate again, except for data recorded in
between, which stays under the canonical name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

MOST: Final = 1_000
"""Aliases that a project may have."""


class Alias(NamedTuple):
    """A spelling and the name that it is merged into.

    `attribute` is "" for an event name; `event` is "" for a trait of profiles. `at` in milliseconds since 1970.
    """

    event: str
    attribute: str
    canonical: str
    at: int = 0
    who: str = ""


class BadAlias(Exception):
    """The two names cannot be merged. The message says why, and what to do."""


class UnknownName(Exception):
    """The catalogue has no such event name, attribute, trait or alias."""


class Aliases:
    """All aliases of a project. A canonical name may itself be merged into another one."""

    def __init__(self, aliases: Iterable[Alias]) -> None:
        self.rows = list(aliases)
        self.events = _resolved({row.event: row.canonical for row in self.rows if not row.attribute})
        by_event: dict[str, dict[str, str]] = {}
        for row in self.rows:
            if row.attribute:
                by_event.setdefault(row.event, {})[row.attribute] = row.canonical
        self.attributes = {event: _resolved(found) for event, found in by_event.items()}

    def event(self, name: str) -> str:
        """Return the canonical name of an event name."""
        return self.events.get(name, name)

    def respelled(self, event: str, values: dict[str, Any]) -> dict[str, Any]:
        """Return the properties of an event of this canonical name, or traits (""), under their canonical names.

        If a message has the canonical name as well, or two spellings of it, the others keep their names, so that no
        value is lost.
        """
        known = self.attributes.get(event)
        if known is None or known.keys().isdisjoint(values):
            return values
        renamed: dict[str, Any] = {}
        for name, value in values.items():
            canonical = known.get(name, name)
            renamed[name if canonical in values or canonical in renamed else canonical] = value
        return renamed

    def spellings(self, name: str) -> list[str]:
        """Return this canonical event name and everything that is merged into it."""
        return [name, *(alias for alias, canonical in self.events.items() if canonical == name)]

    def added(self, event: str, attribute: str, canonical: str) -> None:
        """Check that a spelling can be merged into a name. Raises BadAlias."""
        known = self.attributes.get(event, {}) if attribute else self.events
        name = attribute or event
        if name in known:
            raise BadAlias(f"{name!r} is merged into {known[name]!r} already: undo that first")
        if known.get(canonical, canonical) == name:
            raise BadAlias(f"{canonical!r} is a spelling of {name!r} itself: undo that first, or choose another name")
        if len(self.rows) >= MOST:
            raise BadAlias(f"a project has at most {MOST} merged spellings: undo one that is not needed")

    def has_spellings(self, event: str, attribute: str) -> bool:
        """Whether any spelling is merged into this event name or attribute."""
        known = self.attributes.get(event, {}) if attribute else self.events
        return (attribute or event) in known.values()


def _resolved(direct: Mapping[str, str]) -> dict[str, str]:
    """Follow each spelling to the end of its chain. Chains have no cycles: `Aliases.added` refuses them."""
    found = {}
    for name, canonical in direct.items():
        target = canonical
        # Bounded by the number of spellings, in case a cycle came into the table in another way.
        for _ in range(len(direct)):
            if target not in direct:
                break
            target = direct[target]
        found[name] = target
    return found
