"""Positions in the log: which message, and how far.

A log has one or more partitions, numbered from 0. Messages are ordered within a partition and nowhere else, so there
are two types: a `Position` identifies one message, and `Positions` is how far a log reaches or was processed: the last
position of each partition.

A `Position` is a pair of partition and offset, packed into one integer of 63 bits: the partition in the upper 12, the
offset in the lower 51. Rows, events and loops hold that integer, so a position costs no object and no second column.
The positions of partition 0 are its offsets: the embedded engine, which has no other, stores 1, 2, 3. Offsets ascend
and may leave gaps; 0 is before the first message. Only engines of the log and this module make positions or take them
apart. All other code compares positions for identity and order, stores them, and compares progress with `Positions`.

Comparing positions of two partitions gives an order that is total and fixed, as a tie-break needs, and unrelated to
time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NewType, Protocol, TypeVar, final

PARTITIONS: Final = 1 << 12
"""Partitions that a log may have: numbers 0 to 4,095."""
OFFSETS: Final = 1 << 51
"""Offsets that a partition may have, 0 included: enough for a million messages a second over 70 years."""

_OFFSET_BITS: Final = 51
_OFFSET: Final = OFFSETS - 1
_DIGITS: Final = 16
"""Decimal digits of the largest offset: texts are padded to them, so that they sort as their positions do."""
_TEXT: Final = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,16})", re.ASCII)

Position = NewType("Position", int)
"""The position of one message. Compare it only with positions of the same partition, or to break a tie."""

ShownPosition = int | str
"""A position as the API shows it: see `to_json`."""


class _Located(Protocol):
    @property
    def position(self) -> Position: ...


_LocatedT = TypeVar("_LocatedT", bound=_Located)


def pack(partition: int, offset: int) -> Position:
    """Return the position of an offset in a partition; raises ValueError where there can be no such position."""
    if not (0 <= partition < PARTITIONS and 0 <= offset < OFFSETS):
        raise ValueError(f"no position has partition {partition} and offset {offset}")
    return Position(partition << _OFFSET_BITS | offset)


def partition_of(position: Position) -> int:
    """Return the partition of a position."""
    return position >> _OFFSET_BITS


def partitions_of(positions: Sequence[Position]) -> set[int]:
    """Return the partitions of positions, without a loop if all are of one partition, as is usual.

    A position's upper bits are its partition, so all positions between two of a partition are of that partition.
    """
    if not positions:
        return set()
    first, last = min(positions) >> _OFFSET_BITS, max(positions) >> _OFFSET_BITS
    return {first} if first == last else {position >> _OFFSET_BITS for position in positions}


def offset_of(position: Position) -> int:
    """Return the offset of a position within its partition."""
    return position & _OFFSET


def to_text(position: Position) -> str:
    """Return a position as text, `partition:offset`. Texts of one partition sort as their positions do."""
    return f"{partition_of(position)}:{offset_of(position):0{_DIGITS}}"


def from_text(text: str) -> Position:
    """Read a position from the text that `to_text` gives, or from an offset alone, which means partition 0.

    Raises ValueError.
    """
    found = _TEXT.fullmatch(text)
    if found is None:
        raise ValueError(f"not a position: {text!r}")
    return pack(int(found[1] or 0), int(found[2]))


def to_json(position: Position) -> ShownPosition:
    """Return a position as the API shows it: the offset in partition 0, the text in any other.

    The packed integer of another partition is larger than a JavaScript number can hold exactly.
    """
    return position if position < OFFSETS else to_text(position)


@final
class Positions:
    """How far a log reaches, or was read, applied or delivered: the last position of each partition.

    A partition that is not listed is at its beginning. Immutable. Two of these may each be ahead of the other, in
    different partitions, so there is no `<`: use `has_reached`.
    """

    __slots__ = ("_last",)

    def __init__(self, positions: Iterable[Position] = ()) -> None:
        """Keep the last of these positions in each partition."""
        ordered = sorted(positions)
        if ordered and ordered[-1] < OFFSETS:  # all of partition 0: no loop over a batch
            ordered = ordered[-1:]
        self._last = {position >> _OFFSET_BITS: position for position in ordered if position & _OFFSET}

    @classmethod
    def at(cls, position: Position) -> Positions:
        """Return `Positions([position])` in less time, for each append."""
        positions = cls.__new__(cls)
        positions._last = {position >> _OFFSET_BITS: position} if position & _OFFSET else {}  # noqa: SLF001 - our own
        return positions

    def __iter__(self) -> Iterator[Position]:
        """Yield the last positions, by partition."""
        return iter(self._last.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Positions) and self._last == other._last

    def __hash__(self) -> int:
        return hash(tuple(self._last.values()))

    def __repr__(self) -> str:
        return f"Positions({self})"

    def __str__(self) -> str:
        """Return these positions as text, which `parse` reads: `partition:offset`, separated by commas.

        Where only partition 0 has messages, this is its offset alone.
        """
        if self._last.keys() <= {0}:
            return str(self._last.get(0, 0))
        return ",".join(f"{partition}:{offset_of(position)}" for partition, position in self._last.items())

    @classmethod
    def parse(cls, text: str) -> Positions:
        """Read positions from their text. Raises ValueError."""
        return cls(map(from_text, text.split(",")))

    def to_json(self) -> ShownPosition:
        """Return these positions as the API shows them: one integer where only partition 0 has messages, else text."""
        return self._last.get(0, 0) if self._last.keys() <= {0} else str(self)

    def offset(self, partition: int = 0) -> int:
        """Return the offset in one partition, 0 for its beginning. For engines of the log."""
        return self._last.get(partition, 0) & _OFFSET

    def covers(self, position: Position) -> bool:
        """Whether this is as far as a position, or further, in that position's partition."""
        return self._last.get(position >> _OFFSET_BITS, 0) >= position or not position & _OFFSET

    def has_reached(self, other: Positions) -> bool:
        """Whether this is as far as `other`, or further, in every partition."""
        last = self._last
        return all(last.get(partition, 0) >= position for partition, position in other._last.items())

    def joined(self, other: Positions) -> Positions:
        """Return the further position of each partition."""
        return Positions((*self, *other))

    def met(self, other: Positions) -> Positions:
        """Return the position of each partition that both have reached."""
        theirs = other._last
        return Positions(
            min(position, theirs[partition]) for partition, position in self._last.items() if partition in theirs
        )

    def uncovered(self, located: Sequence[_LocatedT]) -> list[_LocatedT]:
        """Return the entries that are beyond these positions, in their order."""
        reached = self._last.get
        positions = [each.position for each in located]
        partitions = partitions_of(positions)
        if len(partitions) == 1 and min(positions) > reached(partitions.pop(), 0):
            return list(located)  # all are new, as for every batch that is read for the first time
        return [each for each in located if each.position > reached(each.position >> _OFFSET_BITS, 0)]

    def distance(self, after: Positions) -> int:
        """Return the sum over all partitions of how many offsets this is ahead of `after`. For engines of the log."""
        before = after._last
        return sum(
            max(0, position - before.get(partition, partition << _OFFSET_BITS))
            for partition, position in self._last.items()
        )


START: Final = Positions()
"""The beginning of a log, where nothing is read."""
