"""Which columns a list of profiles has."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from passerby.console.presenters.columns import MOST, USUAL, chosen, heading


def test_nothing_asked_for_gives_the_usual_columns() -> None:
    assert chosen(None) == chosen([]) == chosen(["nonsense", "trait:"]) == list(USUAL)


def test_columns_come_once_and_in_the_order_asked_for() -> None:
    assert chosen(["trait:plan", "stage", "trait:plan"]) == ["trait:plan", "stage"]


@given(st.lists(st.text() | st.text().map("trait:{}".format)))
def test_whatever_is_asked_for_there_are_columns_and_not_too_many(asked: list[str]) -> None:
    assert 1 <= len(chosen(asked)) <= max(MOST, len(USUAL))


def test_a_trait_is_headed_by_its_name() -> None:
    assert (heading("last_seen"), heading("trait:plan")) == ("Last seen", "plan")
