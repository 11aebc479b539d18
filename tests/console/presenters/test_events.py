"""A timeline split into visits, standard events with their items, and viewed pages."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from passerby.console.presenters.events import item_table, item_text, page_view, standard_label, visits
from passerby.messages import Item, Semantic, StoredEvent
from passerby.positions import Position

_DAY = 1_790_000_000_000


def _event(minute: float, session: str = "") -> StoredEvent:
    at = _DAY + int(minute * 60_000)
    return StoredEvent(
        project=1,
        position=Position(1),
        id=str(at),
        name="viewed",
        time=at,
        received_at=at,
        properties={},
        rejected=[],
        context={},
        session_id=session,
        dialect="segment",
        profile_id="p",
    )


def test_a_session_is_one_visit_and_shows_the_gap_before_it() -> None:
    found = visits([_event(3_000, "b"), _event(2_999, "b"), _event(10, "a"), _event(0, "a")])
    assert [(visit.session_id, len(visit.events), visit.lasted, visit.away) for visit in found] == [
        ("b", 2, "1 minute", "2 d 1 h"),
        ("a", 2, "10 minutes", ""),
    ]
    assert (found[1].began, found[1].ended) == (_DAY, _DAY + 600_000)


def test_without_sessions_half_an_hour_ends_a_visit() -> None:
    found = visits([_event(70), _event(41), _event(10)])
    assert [(len(visit.events), visit.away) for visit in found] == [(2, "31 min"), (1, "")]


def test_two_sessions_that_follow_at_once_have_no_break() -> None:
    assert [visit.away for visit in visits([_event(0.5, "b"), _event(0, "a")])] == ["", ""]


def test_an_event_without_a_session_is_not_in_one() -> None:
    assert [visit.session_id for visit in visits([_event(2), _event(1, "a"), _event(0)])] == ["", "a", ""]


_MINUTES = st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(["", "a", "b"])))


@given(_MINUTES)
def test_every_event_is_in_one_visit_in_order(minutes: list[tuple[int, str]]) -> None:
    events = [_event(minute, session) for minute, session in sorted(minutes, reverse=True)]
    assert [event for visit in visits(events) for event in visit.events] == events


SHOES = Item(id="p-1", name="Running Shoes", quantity=2, price=39.8)


def test_a_standard_event_has_a_label_in_words() -> None:
    assert standard_label("product_viewed") == "Product viewed"


def test_an_item_shows_its_name_and_a_quantity_other_than_one() -> None:
    assert item_text(SHOES) == "2 \N{MULTIPLICATION SIGN} Running Shoes"
    assert item_text(Item(sku="S-1", quantity=1)) == "S-1"
    assert item_text(Item(id="p-1")) == "p-1"


def test_items_are_a_table_of_the_columns_that_any_has() -> None:
    items = [SHOES, Item(sku="S-2", price=5)] + [Item(id=str(n)) for n in range(60)]
    table = item_table(Semantic(name="purchased", items=items, value=84.6, currency="EUR"))
    assert table.columns == ["id", "sku", "name", "quantity", "price"]
    assert table.rows[:2] == [["p-1", None, "Running Shoes", 2, 39.8], [None, "S-2", None, None, 5]]
    assert (len(table.rows), table.more) == (50, 12)


def event(name: str, context: dict[str, Any] | None = None, **properties: Any) -> StoredEvent:
    return StoredEvent(
        project=1,
        position=Position(1),
        id="e",
        name=name,
        time=0,
        received_at=0,
        properties=properties,
        rejected=[],
        context=context or {},
        session_id="",
        dialect="segment",
        profile_id="p",
    )


def test_a_page_view_shows_its_page() -> None:
    assert page_view(event("Viewed Page", page="/home")) == "/home"
    assert page_view(event("Screen Viewed", {"page": {"url": "https://x.example/"}})) == "https://x.example/"
    assert page_view(event("Viewed Page")) == ""


def test_other_events_show_their_properties_alone() -> None:
    assert page_view(event("Bought", {"page": {"url": "https://x.example/"}}, url="/a")) == ""
