"""Reads flags in the spellings that clients use: booleans, numbers, and both as text in any case."""

from __future__ import annotations

from typing import Any, Final

YES: Final = frozenset({"true", "1", "yes", "on"})
NO: Final = frozenset({"false", "0", "no", "off"})
LONGEST: Final = 16
"""Characters; longer text is no flag and is not lower-cased."""


def says_yes(value: Any) -> bool:
    """Return whether a value is true. An unreadable value is neither true nor false."""
    return _spelt(value) in YES


def says_no(value: Any) -> bool:
    """Return whether a value is false."""
    return _spelt(value) in NO


def _spelt(value: Any) -> str:
    if type(value) is str:
        return value.strip().lower() if len(value) <= LONGEST else ""
    if type(value) in (bool, int, float) and value in (0, 1):
        return "1" if value else "0"
    return ""
