"""The state is the same, with the same ids, for any batch boundaries and worker crashes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from itertools import product
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from tests.worker.comparison import DAY, DEFAULT_LIMITS, HOUR, TIGHT_LIMITS, Comparison, LimitSet, temporary_folder
from tests.worker.state_dump import Dump, dump
from tests.worker.strategies import MESSAGE, SEED, Draft, mixed, pick

NAMES: Final = ("Seen", "Seen", "Bought", "we_seen", "x" * 60, "")
PROPERTIES: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"price": 1},
    {"price": "one"},
    {"we_price": 1, "note": "x" * 1000, "when": "2026-11-20T10:00:00Z"},
    {"price": True, "tags": ["a"]},
)
CONTEXTS: Final[tuple[dict[str, Any], ...]] = ({}, {"ip": "127.0.0.1"}, {"ip": "127.0.0.2", "os": {"name": "x"}})
TIMES: Final = (DAY, DAY + HOUR, DAY + 1000 * HOUR, -1)
RICH: Final[list[dict[str, Any]]] = [
    {"name": name, "properties": properties, "context": context, "time": time}
    for name, properties, context, time in product(NAMES, PROPERTIES, CONTEXTS, TIMES)
]
RICH_MESSAGE: Final = st.builds(lambda draft, fields: Draft(draft.names, draft.fields | fields), MESSAGE, pick(RICH))
INVALID: Final = Draft((), {"kind": "invalid", "properties": {"body": "?"}})


def state_after(drafts: Sequence[Draft], batches: Sequence[int], limit_set: LimitSet) -> Dump:
    """What the state holds when this log was applied in batches of these sizes."""
    with temporary_folder() as folder, closing(Comparison(folder / "state.db", limit_set)) as comparison:
        for draft in drafts:
            comparison.append(*draft.names, **draft.fields)
        for size in batches:
            comparison.apply(size)
        comparison.apply()
        return dump(folder / "state.db", comparison.log[-1].message.received_at)


@given(
    st.lists(st.one_of(MESSAGE, RICH_MESSAGE, st.just(INVALID)), min_size=1, max_size=30),
    st.sampled_from([DEFAULT_LIMITS, TIGHT_LIMITS]),
    SEED,
)
def test_any_cutting_of_the_log_gives_the_same_state(drafts: list[Draft], limit_set: LimitSet, seed: int) -> None:
    note(drafts)
    random = Random(seed)
    one_by_one = state_after(drafts, [1] * len(drafts), limit_set)
    assert state_after(drafts, [], limit_set) == one_by_one
    assert state_after(drafts, [random.randint(1, 7) for _ in drafts], limit_set) == one_by_one


@pytest.fixture(scope="module")
def messages() -> list[Draft]:
    """One of everything that a batch does something for, and more."""
    rich = [draft._replace(fields=draft.fields | RICH[number % len(RICH)]) for number, draft in enumerate(mixed(23))]
    return [*rich, INVALID]


@pytest.fixture(scope="module")
def undisturbed(messages: list[Draft]) -> Dump:
    """The state that these make when nothing happens on the way."""
    return state_after(messages, [], DEFAULT_LIMITS)


@pytest.mark.parametrize("restart", [True, False])
@pytest.mark.parametrize("fuse", range(25))
def test_a_worker_that_is_stopped_anywhere_loses_nothing_and_does_nothing_twice(
    messages: list[Draft], undisturbed: Dump, fuse: int, *, restart: bool
) -> None:
    with temporary_folder() as folder, closing(Comparison(folder / "state.db")) as comparison:
        for draft in messages:
            comparison.append(*draft.names, **draft.fields)
        while comparison.applied < len(messages):
            comparison.apply(8, fuse=fuse, restart=restart)
            comparison.invariants.check()
            comparison.apply(4)
        assert dump(folder / "state.db", comparison.log[-1].message.received_at) == undisturbed
