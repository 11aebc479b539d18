"""Scopes of API tokens."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """A permission of an API token."""

    READ = "read"
    """Read everything in its project except keys and the audit log."""
    IDENTITY = "identity"
    """Merge, detach and undo."""
    MANAGE = "manage"
    """Change the project's settings, policy, catalogue and keys, and read the audit log."""


EVERY: Final = frozenset(Scope)
"""The scopes of tokens created before scopes existed, or without naming any."""


def stored(scopes: Iterable[Scope]) -> str:
    """Serialise scopes for storage."""
    return " ".join(sorted(set(scopes)))


def read(text: str) -> frozenset[Scope]:
    """Parse stored scopes."""
    return frozenset(map(Scope, text.split()))
