"""Errors that every store has in common, whichever engine it uses.

Each protocol has its own subclasses, for callers that treat one store differently. Everyone else catches these.
"""

from __future__ import annotations


class StoreError(Exception):
    """A store cannot be read or written. `store` names it in messages to users."""

    store = "a store"


class StoreUnavailable(StoreError):
    """A temporary or fixable condition: disk full, file locked or not accessible. Nothing was changed."""


class StoreBroken(StoreError):
    """A permanent failure: a damaged file, or a bug. Trying again does not help."""
