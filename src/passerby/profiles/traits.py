"""Traits: a last-writer-wins map by event time, ties by log position.

Every value carries its version, so that the order of arrival does not matter, and every member of a profile keeps its
own, so that an undone merge gives each side its values back. Joining is commutative, associative and idempotent as
long as one log position sets a name to one value, which is so because a position is one message. Positions of different
partitions have a fixed order, which is all that a tie needs.

A null is a value like any other: it wins and loses by its time. A fold leaves out the names whose newest value is
null, so that sending null takes a trait away (as in Segment's spec), whatever arrives late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from passerby.positions import Position


class Versioned(NamedTuple):
    """A value with its version: event time (ms) and log position of its message."""

    value: Any
    time: int
    position: Position


def newer(a: Versioned, b: Versioned) -> bool:
    """Return whether `a` is newer than `b`."""
    return (a.time, a.position) > (b.time, b.position)


def merge_into(target: dict[str, Versioned], traits: Mapping[str, Any], time: int, position: Position) -> None:
    """Merge the traits of one message into `target`; newer values win."""
    for name, value in traits.items():
        current = target.get(name)
        # As `newer`, without its call and without an object for a value that loses: this runs for each trait sent.
        if current is None or time > current.time or (time == current.time and position > current.position):
            target[name] = Versioned(value, time, position)


def join_into(target: dict[str, Versioned], other: Mapping[str, Versioned]) -> None:
    """Merge `other` into `target`; newer values win."""
    for name, value in other.items():
        current = target.get(name)
        if current is None or newer(value, current):
            target[name] = value


def newest_of(members: Iterable[Mapping[str, Versioned]]) -> dict[str, Versioned]:
    """Return the newest value of each name among these members, nulls included."""
    newest: dict[str, Versioned] = {}
    for member in members:
        join_into(newest, member)
    return newest


def respelled(traits: Mapping[str, Versioned], spellings: Mapping[str, str]) -> Mapping[str, Versioned]:
    """Return traits under the canonical names of merged spellings; of several spellings the newest value wins."""
    if spellings.keys().isdisjoint(traits):  # nearly always: few projects have merged spellings
        return traits
    found: dict[str, Versioned] = {}
    for name, value in traits.items():
        join_into(found, {spellings.get(name, name): value})
    return found


def fold(members: Iterable[Mapping[str, Versioned]]) -> dict[str, Any]:
    """Fold the traits of a profile's members, for display, sorted by name."""
    newest = newest_of(members)
    return {name: newest[name].value for name in sorted(newest) if newest[name].value is not None}
