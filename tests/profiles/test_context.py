"""A profile's context."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.positions import Position
from passerby.profiles import context
from passerby.profiles.traits import Versioned


def test_each_key_has_the_value_of_its_newest_message() -> None:
    member: dict[str, Versioned] = {}
    context.merge_into(member, {"device": {"model": "Pixel 9"}, "ip": "192.0.2.1"}, 1, Position(1))
    context.merge_into(member, {"device": {"model": "Pixel 10"}}, 2, Position(2))
    assert context.fold([member]) == {"device": {"model": "Pixel 10"}, "ip": "192.0.2.1"}


def test_members_are_folded_together() -> None:
    one, other = {"ip": Versioned("192.0.2.1", 1, Position(1))}, {"ip": Versioned("192.0.2.2", 2, Position(2))}
    assert context.fold([one, other]) == context.fold([other, one]) == {"ip": "192.0.2.2"}


def test_of_too_many_keys_the_newest_stay() -> None:
    member: dict[str, Versioned] = {}
    for number in range(context.CONTEXT_KEYS + 5):
        context.merge_into(member, {f"key {number}": number}, number, Position(number))
    assert set(member) == {f"key {number}" for number in range(5, context.CONTEXT_KEYS + 5)}


MAIL, WEB = {"source": "mail"}, {"source": "web"}


def test_the_first_and_the_last_campaign_are_shown() -> None:
    member: dict[str, Versioned] = {}
    context.merge_into(member, {"campaign": WEB}, 2, Position(1))
    context.merge_into(member, {"campaign": {"source": "app"}}, 3, Position(2))
    context.merge_into(member, {"campaign": MAIL, "ip": "192.0.2.1"}, 1, Position(3))
    assert context.fold([member]) == {
        "campaign_first": MAIL,
        "campaign_last": {"source": "app"},
        "ip": "192.0.2.1",
    }


@pytest.mark.parametrize("nothing", [{}, None, ""])
def test_who_comes_through_no_campaign_keeps_those_before(nothing: Any) -> None:
    member: dict[str, Versioned] = {}
    context.merge_into(member, {"campaign": MAIL}, 2, Position(1))
    context.merge_into(member, {"campaign": nothing}, 1, Position(2))
    context.merge_into(member, {"campaign": nothing, "campaign_first": None}, 3, Position(3))
    assert context.fold([member]) == {"campaign_first": MAIL, "campaign_last": MAIL}


def test_of_all_members_the_first_campaign_is_the_oldest() -> None:
    one: dict[str, Versioned] = {}
    other: dict[str, Versioned] = {}
    context.merge_into(one, {"campaign": WEB}, 2, Position(1))
    context.merge_into(other, {"campaign": MAIL}, 1, Position(2))
    expected = {"campaign_first": MAIL, "campaign_last": WEB}
    assert context.fold([one, other]) == context.fold([other, {}, one]) == expected
    assert context.fold([one]) == {"campaign_first": WEB, "campaign_last": WEB}


def test_the_first_campaign_is_kept_however_many_keys_come_later() -> None:
    member: dict[str, Versioned] = {}
    context.merge_into(member, {"campaign": MAIL}, 0, Position(1))
    for number in range(context.CONTEXT_KEYS + 5):
        context.merge_into(member, {f"key {number}": number}, number + 1, Position(number + 2))
    assert context.fold([member])["campaign_first"] == MAIL
    assert len(member) == context.CONTEXT_KEYS + 1


@pytest.fixture
def few_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CONTEXT_KEYS", 3)


@pytest.mark.usefixtures("few_keys")
def test_the_key_that_stays_is_the_same_for_keys_of_one_message() -> None:
    one: dict[str, Versioned] = {}
    context.merge_into(one, dict.fromkeys("edcba", 1), 1, Position(1))
    assert sorted(one) == ["a", "b", "c"]


KEYS = (*"abcd", "campaign", "campaign_first", "campaign_last")
Said = list[tuple[dict[str, int], int]]


def learned(said: Iterable[tuple[dict[str, int], int, Position]]) -> dict[str, Versioned]:
    member: dict[str, Versioned] = {}
    for message in said:
        context.merge_into(member, *message)
    return member


@given(
    st.lists(st.tuples(st.dictionaries(st.sampled_from(KEYS), st.integers(1, 3)), st.integers(0, 4)), max_size=8),
    st.lists(st.integers(0, 2), min_size=8, max_size=8),
    st.permutations(range(3)),
)
def test_the_fold_does_not_depend_on_the_members_of_messages(said: Said, homes: list[int], order: list[int]) -> None:
    messages = [(values, time, Position(position)) for position, (values, time) in enumerate(said)]
    parts: list[list[tuple[dict[str, int], int, Position]]] = [[], [], []]
    for message, home in zip(messages, homes, strict=False):
        parts[home].append(message)
    assert context.fold(learned(parts[home]) for home in order) == context.fold([learned(messages)])
    assert context.fold([learned(messages + messages)]) == context.fold([learned(messages)])


def test_kept_keys_do_not_depend_on_the_order_of_arrival(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CONTEXT_KEYS", 3)

    @given(
        st.lists(st.tuples(st.dictionaries(st.sampled_from(KEYS), st.integers(0, 3)), st.integers(0, 4)), max_size=8),
        st.permutations(range(8)),
    )
    def same_keys_stay(said: Said, order: list[int]) -> None:
        messages = [(values, time, Position(position)) for position, (values, time) in enumerate(said)]
        shuffled = [messages[position] for position in order if position < len(messages)]
        assert learned(messages) == learned(shuffled)

    same_keys_stay()
