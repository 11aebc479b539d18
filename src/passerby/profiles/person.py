"""The part of a profile that API calls of vendors are answered with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from passerby.profiles import context, traits
from passerby.profiles.traits import Versioned


class Person(NamedTuple):
    """The traits and context of a profile, and its newest identifier of each namespace."""

    traits: dict[str, Any]
    context: dict[str, Any]
    newest: dict[str, str]


class Part(NamedTuple):
    """Traits and context of one member."""

    traits: dict[str, Versioned]
    context: dict[str, Versioned]


def fold_person(parts: Sequence[Part], identifiers: Iterable[tuple[str, str]]) -> Person:
    """Fold members into one record; `identifiers` are (namespace, value) in the order they were last seen."""
    return Person(
        traits.fold(part.traits for part in parts), context.fold(part.context for part in parts), dict(identifiers)
    )
