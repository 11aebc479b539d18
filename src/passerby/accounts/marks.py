"""What people say of the catalogue's events and attributes: planned, hidden, and what they mean."""

from __future__ import annotations

from typing import Final

import msgspec

MOST: Final = 20_000
"""Marks of one project."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of an event, or of an attribute of it; of a trait, where `event` is empty.

    `changed_at` in milliseconds since 1970; 0 where nobody has said anything.
    """

    event: str
    attribute: str = ""
    planned: bool = False
    hidden: bool = False
    description: str = ""
    changed_at: int = 0
    who: str = ""
