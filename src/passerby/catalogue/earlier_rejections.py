"""Converts rejected values of earlier versions, whose rule was stored as `kind: sentence`, to a kind and a detail.

Nothing writes such texts any more. They are in data directories of versions up to 0.1: in the log and in the outbox
until these are pruned, in rejected traits until their backfill is complete, and in the event store, whose rows are
immutable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from passerby.messages import NO_REJECTION_DETAIL, Rejected, RejectionDetail

_SEPARATOR: Final = ": "
_EXCLUSIVE: Final = "must be fewer than"


def upgraded(kind: str, detail: RejectionDetail = NO_REJECTION_DETAIL) -> tuple[str, RejectionDetail]:
    """Return kind and detail of a rejection; those of the present version are returned as they are.

    A sentence that no version wrote is dropped: its kind is kept.
    """
    kind, separator, text = kind.partition(_SEPARATOR)
    if not separator:
        return kind, detail
    words = text.replace(",", "").split()
    read = _DETAILS.get(kind)
    return kind, NO_REJECTION_DETAIL if read is None else read(words, [int(word) for word in words if word.isdecimal()])


def upgraded_value(rejected: Rejected) -> Rejected:
    """Return a rejected value of a message of any version as the present version has it."""
    kind, detail = upgraded(rejected.kind, rejected.detail)
    return rejected if kind == rejected.kind else Rejected(rejected.name, rejected.value, kind, detail)


def _types(words: list[str], _numbers: list[int]) -> RejectionDetail:
    """Read "expected number, got string"."""
    if len(words) != 4:  # noqa: PLR2004 - the words of the sentence
        return NO_REJECTION_DETAIL
    return RejectionDetail(expected=words[1], got=words[3])


def _size(words: list[str], numbers: list[int]) -> RejectionDetail:
    """Read "1000 characters, must be fewer than 1000" and "300 bytes, must be at most 256"."""
    if len(numbers) != 2:  # noqa: PLR2004 - the numbers of the sentence
        return NO_REJECTION_DETAIL
    size, limit = numbers
    return RejectionDetail(size=size, limit=limit - 1 if _EXCLUSIVE in " ".join(words) else limit)


def _count(words: list[str], numbers: list[int]) -> RejectionDetail:
    """Read "the event has 25 of type string already" and "the profile has 100 beyond the catalogue already"."""
    got = words[words.index("type") + 1] if "type" in words[:-1] else ""
    return RejectionDetail(got=got, limit=numbers[0]) if numbers else NO_REJECTION_DETAIL


_DETAILS: Final[Mapping[str, Callable[[list[str], list[int]], RejectionDetail]]] = {
    "type_mismatch": _types,
    "name_too_long": _size,
    "string_too_long": _size,
    "value_too_large": _size,
    "too_many_attributes": _count,
    "too_many_traits": _count,
}
