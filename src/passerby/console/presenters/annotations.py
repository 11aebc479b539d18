"""What people say of the catalogue, where the catalogue's own page looks for it."""

from __future__ import annotations

from collections.abc import Iterable

from passerby.services.management_answers import MarkInfo

Of = tuple[str, str]
"""Event (empty: a trait) and attribute (empty: the event itself)."""


def by_subject(marks: Iterable[MarkInfo]) -> dict[Of, MarkInfo]:
    """The marks by what they are of."""
    return {(mark.event or "", mark.attribute or ""): mark for mark in marks}


def never_came(marks: Iterable[MarkInfo], names: Iterable[str]) -> list[MarkInfo]:
    """The planned events that are not among these names."""
    came = set(names)
    return [mark for mark in marks if mark.planned and mark.event and not mark.attribute and mark.event not in came]
