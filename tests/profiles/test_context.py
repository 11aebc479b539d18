"""A profile's context."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.profiles import context
from passerby.profiles.traits import Versioned


def test_each_key_is_as_the_newest_message_that_has_it_said() -> None:
    member: dict[str, Versioned] = {}
    context.merge_into(member, {"device": {"model": "Pixel 9"}, "ip": "192.0.2.1"}, 1, 1)
    context.merge_into(member, {"device": {"model": "Pixel 10"}}, 2, 2)
    assert context.fold([member]) == {"device": {"model": "Pixel 10"}, "ip": "192.0.2.1"}


def test_members_are_folded_together() -> None:
    one, other = {"ip": Versioned("192.0.2.1", 1, 1)}, {"ip": Versioned("192.0.2.2", 2, 2)}
    assert context.fold([one, other]) == context.fold([other, one]) == {"ip": "192.0.2.2"}


def test_of_too_many_keys_the_newest_stay() -> None:
    member: dict[str, Versioned] = {}
    for number in range(context.CONTEXT_KEYS + 5):
        context.merge_into(member, {f"key {number}": number}, number, number)
    assert set(member) == {f"key {number}" for number in range(5, context.CONTEXT_KEYS + 5)}


@pytest.fixture
def few_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CONTEXT_KEYS", 3)


@pytest.mark.usefixtures("few_keys")
def test_the_key_that_stays_is_the_same_for_keys_of_one_message() -> None:
    one: dict[str, Versioned] = {}
    context.merge_into(one, dict.fromkeys("edcba", 1), 1, 1)
    assert sorted(one) == ["a", "b", "c"]


def test_whatever_the_order_of_arrival_the_same_keys_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CONTEXT_KEYS", 3)

    @given(
        st.lists(st.tuples(st.dictionaries(st.sampled_from("abcdef"), st.integers()), st.integers(0, 4)), max_size=12),
        st.randoms(use_true_random=False),
    )
    def same_keys_stay(said: list[tuple[dict[str, int], int]], random: Any) -> None:
        messages = [(values, time, position) for position, (values, time) in enumerate(said)]
        in_order: dict[str, Versioned] = {}
        shuffled: dict[str, Versioned] = {}
        for message in messages:
            context.merge_into(in_order, *message)
        for message in random.sample(messages, len(messages)):
            context.merge_into(shuffled, *message)
        assert in_order == shuffled

    same_keys_stay()
