"""Annotations of the data catalog: descriptions of events and attributes, and whether they are planned or hidden."""

from __future__ import annotations

from typing import Final

import msgspec

MOST: Final = 20_000
"""Annotations of one project. They are read as a whole for each page of the catalog."""


class Annotation(msgspec.Struct, frozen=True, kw_only=True):
    """The annotation of an event, of an attribute of an event, or of a trait, if `event` is empty.

    `changed_at` in milliseconds since 1970; 0 if there is no annotation. `who` is the user who changed it last.
    """

    event: str
    attribute: str = ""
    planned: bool = False
    hidden: bool = False
    description: str = ""
    changed_at: int = 0
    who: str = ""
