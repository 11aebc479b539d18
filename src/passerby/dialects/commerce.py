"""Standard events of a shop, recognised by the names that each dialect's vendor documents for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from passerby.commerce.reading import Dictionary, read
from passerby.commerce.vocabulary import Vocabulary, fold
from passerby.dialects import registry
from passerby.messages import Semantic, StandardEvent

VOCABULARIES: Final[Mapping[str, Vocabulary]] = {
    dialect.name: dialect.vocabulary for dialect in registry.ALL if dialect.vocabulary is not None
}
"""Vocabularies by the name of the dialect."""

_DICTIONARIES: Final = {dialect: Dictionary(vocabulary) for dialect, vocabulary in VOCABULARIES.items()}
_ANY: Final = {word: name for words in _DICTIONARIES.values() for word, name in words.events.items()}


def semantic_of(dialect: str, event: str, properties: Mapping[str, Any]) -> Semantic | None:
    """Return the standard event that an event of this dialect is, with its products and value; None where it is none.

    `properties` are as they were sent. Never fails.
    """
    words = _DICTIONARIES.get(dialect)
    name = words.events.get(fold(event)) if words else None
    return None if words is None or name is None else read(name, properties, words)


def standard_of(dialect: str, event: str) -> StandardEvent | None:
    """Return the standard event of an event name in this dialect, or None."""
    words = _DICTIONARIES.get(dialect)
    return words.events.get(fold(event)) if words else None


def name_of(event: str) -> StandardEvent | None:
    """Return the standard event of an event name in any dialect. No name has two meanings (tested)."""
    return _ANY.get(fold(event))
