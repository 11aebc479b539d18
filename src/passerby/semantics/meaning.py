"""What an event of a dialect means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from passerby.messages import Semantic, SemanticName
from passerby.semantics import antsomi, crossengage, customerlabs, segment, webengage
from passerby.semantics.reading import Dictionary, read
from passerby.semantics.vocabulary import Vocabulary, fold

VOCABULARIES: Final[Mapping[str, Vocabulary]] = {
    "crossengage": crossengage.WORDS,
    "webengage": webengage.WORDS,
    "customerlabs": customerlabs.WORDS,
    "antsomi": antsomi.WORDS,
    "segment": segment.WORDS,
}
"""By the name of the dialect."""

_DICTIONARIES: Final = {dialect: Dictionary(vocabulary) for dialect, vocabulary in VOCABULARIES.items()}
_ANY: Final = {word: name for words in _DICTIONARIES.values() for word, name in words.events.items()}


def semantic_of(dialect: str, event: str, properties: Mapping[str, Any]) -> Semantic | None:
    """What an event with these properties (as they were sent) means; None where it is no fact of a shop.

    Never fails.
    """
    words = _DICTIONARIES.get(dialect)
    name = words.events.get(fold(event)) if words else None
    return None if words is None or name is None else read(name, properties, words)


def standard_of(dialect: str, event: str) -> SemanticName | None:
    """What events of this name mean in this dialect; None where the dialect has no meaning for it."""
    words = _DICTIONARIES.get(dialect)
    return words.events.get(fold(event)) if words else None


def name_of(event: str) -> SemanticName | None:
    """What events of this name mean in the dialects that know it: no two of them differ."""
    return _ANY.get(fold(event))
