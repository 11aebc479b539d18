"""Hypothesis strategies for messages: few values, so that they collide often."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from random import Random
from typing import Any, Final, NamedTuple, TypeVar

from hypothesis import strategies as st
from tests.worker.comparison import DAY, HOUR

from passerby.messages import Identifier

T = TypeVar("T")

SEED: Final = st.integers(0, 2**32)
"""For what is drawn by hundreds and need not shrink."""

USERS = [Identifier("user_id", value) for value in ("u1", "u2", "u3")]
CONTACTS = [
    Identifier("email", "e1@x.io"),
    Identifier("email", "e2@x.io"),
    Identifier("email", "e1@x.io", "north"),
    Identifier("phone", "+4930123456"),
]
DEVICES = [
    *(Identifier("mobile_id", value) for value in ("m1", "m2", "m3")),
    *(Identifier("anonymous_id", value) for value in ("a1", "a2", "a3")),
]
ADVERTISING = [Identifier("aaid", "g1"), Identifier("idfa", "g2")]
PREVIOUS = [Identifier("previous_id", value) for value in ("a1", "a2", "a3", "m1", "u1", "u2", "later")]
ALIASED = [Identifier("previous_id", value) for value in ("a1", "a2", "m1", "u1")]
LATER = [Identifier("anonymous_id", "later"), Identifier("mobile_id", "later"), Identifier("user_id", "later")]
HINTS = [Identifier("device_id", "d1"), Identifier("device_id", "d2")]
ODD = [
    Identifier("user_id", "undefined"),
    Identifier("user_id", " u1 "),
    Identifier("email", " E1@x.io"),
    Identifier("mobile_id", "NULL"),
    Identifier("aaid", "G1"),
    Identifier("idfa", "00000000-0000-0000"),
    Identifier("device_id", "unknown"),
]


class Draft(NamedTuple):
    """What `Comparison.append` takes."""

    names: tuple[Identifier, ...]
    fields: dict[str, Any]


def _each(kind: str, *parts: list[Identifier]) -> list[Draft]:
    """Every message of a kind that carries one of each of these."""
    return [Draft(names, {"kind": kind}) for names in product(*parts)]


def _anything() -> list[Draft]:
    """Messages with up to four identifiers of any sort, some of them not clean or of no use."""
    draw = Random(0)
    names = USERS + CONTACTS + DEVICES + ADVERTISING + HINTS + PREVIOUS + ODD
    kinds = ["track", "identify"]
    return [Draft(tuple(draw.choices(names, k=n % 5)), {"kind": draw.choice(kinds)}) for n in range(1000)]


# Whole messages are made beforehand and drawn by number: to draw each part of each would take most of the time.
_NAMES: Final = (
    _each("track", DEVICES),
    _each("track", DEVICES, ADVERTISING),
    _each("track", DEVICES, HINTS),
    _each("identify", USERS, DEVICES),
    _each("identify", CONTACTS, DEVICES),
    _each("identify", USERS, DEVICES, HINTS),
    _each("identify", USERS, CONTACTS, DEVICES),
    _each("identify", DEVICES, DEVICES),
    _each("identify", CONTACTS, CONTACTS),
    _each("identify", USERS, PREVIOUS),
    _each("identify", DEVICES, PREVIOUS),
    _each("track", LATER),
    _anything(),
)
_PROJECTS: Final = (1, 1, 2)
_TIMES: Final = (DAY, DAY + 1000, DAY + 2000, DAY + 3000)
_PAUSES: Final = (0, 1000, 3 * HOUR, 400 * HOUR)
_TRAITS: Final[tuple[dict[str, Any], ...]] = ({}, {}, {"a": "x"}, {"a": "y", "b": "z"}, {"email": "typed@x.io"})
_KEYS: Final = (("segment", ""), ("segment", ""), ("segment", ""), ("segment", "k1"), ("webengage", "k1"))
_FIELDS: Final[list[dict[str, Any]]] = [
    {"project": project, "time": time, "after": after, "traits": traits, "dialect": dialect, "deduplication_key": key}
    for project, time, after, traits, (dialect, key) in product(_PROJECTS, _TIMES, _PAUSES, _TRAITS, _KEYS)
]


def pick(choices: Sequence[T]) -> st.SearchStrategy[T]:
    """What `sampled_from` gives, without the representation of them all that it makes."""
    return st.integers(0, len(choices) - 1).map(lambda number: choices[number])


MESSAGE: Final = st.builds(
    lambda draft, fields: Draft(draft.names, draft.fields | fields),
    st.one_of(*map(pick, _NAMES)),
    pick(_FIELDS),
)


def mixed(number: int) -> list[Draft]:
    """So many messages of all sorts, always the same."""
    random = Random(number)
    sorts = [random.choice(sort) for sort in random.choices(_NAMES, k=number)]
    return [Draft(draft.names, draft.fields | random.choice(_FIELDS)) for draft in sorts]
