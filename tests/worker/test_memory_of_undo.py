"""A merge and its undo leave the state as without the merge, for any messages in between.

The same log is applied to two states. In one of them two profiles are merged manually before its second half, and that
is undone at the end. The second half names nothing by which the two would meet, and gives a contact or a customer id to
neither, as R3 looks at the whole of a merged profile.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from random import Random
from typing import Any, Final, NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from tests.worker.comparison import DAY, Comparison, temporary_folder
from tests.worker.strategies import SEED
from tests.worker.view import PersonView

from passerby.messages import Identifier

CUSTOMER: Final = Identifier("user_id", "u1")
SIDES: Final = (
    [CUSTOMER, Identifier("email", "e1@x.io"), Identifier("mobile_id", "m1"), Identifier("aaid", "g1")],
    [Identifier("email", "e2@x.io"), Identifier("mobile_id", "m2"), Identifier("anonymous_id", "a2")],
)
"""What identifies each side before the merge, all in one message. The second has no customer id, or R3(a) decides."""
FRESH: Final = [[Identifier("anonymous_id", f"new {side}{number}") for number in range(2)] for side in range(2)]
"""Device identifiers that a side gets while the two are merged."""

Said = tuple[int, tuple[Identifier, ...], str, dict[str, Any]]
"""Which side, identifiers, kind, traits."""


def _message(side: int) -> st.SearchStrategy[Said]:
    names = st.lists(st.sampled_from([*SIDES[side], *FRESH[side]]), min_size=1, max_size=3, unique=True)
    traits = st.dictionaries(st.sampled_from(["a", "b"]), st.integers(0, 9), max_size=2)
    return st.tuples(st.just(side), names.map(tuple), st.sampled_from(["track", "identify"]), traits)


MESSAGES: Final = st.lists(st.one_of(_message(0), _message(1)), max_size=12)


class Case(NamedTuple):
    """The messages after the merge, whether the first profile is a customer, and which of the two wins."""

    said: Sequence[Said]
    seed: int
    customer: bool
    swapped: bool


def people_after(case: Case, *, merged: bool) -> tuple[list[PersonView], dict[str, int]]:
    """What the profiles are in the end, and how many there are of each stage."""
    random = Random(case.seed)
    with temporary_folder() as folder, closing(Comparison(folder / "state.db")) as comparison:
        for side in SIDES:
            comparison.append(*(name for name in side if case.customer or name != CUSTOMER), time=DAY)
        comparison.apply()
        if merged:
            assert comparison.merge_manually(1, *((1, 0) if case.swapped else (0, 1)), force=True) == "done"
        for _, names, kind, traits in case.said:
            comparison.append(*names, kind=kind, traits=traits, time=DAY + random.randint(0, 9) * 1000)
        while comparison.applied < len(comparison.log):
            comparison.apply(random.randint(1, 5))
        if merged:
            assert comparison.undo(1, 0)
        comparison.check()
        view = comparison.observer.view(1)
        return view.people, view.stages


@given(MESSAGES, SEED, st.booleans(), st.booleans())
def test_an_undone_merge_leaves_no_trace_in_the_profiles(
    said: list[Said],
    seed: int,
    customer: bool,  # noqa: FBT001 - drawn
    swapped: bool,  # noqa: FBT001 - drawn
) -> None:
    meant = [
        (side, names, kind, traits)
        for side, names, kind, traits in said
        if any(name in SIDES[side] for name in names) and (customer or CUSTOMER not in names)
    ]
    case = Case(meant, seed, customer, swapped)
    assert people_after(case, merged=True) == people_after(case, merged=False)
