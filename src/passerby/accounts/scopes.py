"""What a token may do."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """One thing that an API token may be good for."""

    READ = "read"
    """Look at everything of its project but keys and the audit log."""
    IDENTITY = "identity"
    """Merge, detach and undo."""
    MANAGE = "manage"
    """Change the project: its settings, policy, catalogue and keys; and see who did."""


EVERY: Final = frozenset(Scope)
"""What a token may do that was made before there were scopes, or without saying which."""


def stored(scopes: Iterable[Scope]) -> str:
    """Scopes as they are stored."""
    return " ".join(sorted(set(scopes)))


def read(text: str) -> frozenset[Scope]:
    """Stored scopes."""
    return frozenset(map(Scope, text.split()))
