"""The summary of a profile."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.event_store.chdb.sample_events import NOON, event

from passerby.identity.stage import Stage
from passerby.messages import Semantic, StoredEvent
from passerby.profiles.summary import ORDERS, ProfileSummary, Revenue, page_of, summarise
from passerby.profiles.view import Profile, ProfileIdentifier

ID = "0192f0a0-0000-7000-8000-00000000000a"


def profile(context: dict[str, Any] | None = None, emails: tuple[str, ...] = (), **traits: Any) -> Profile:
    seen = NOON
    held = [
        ProfileIdentifier(namespace="email", value=value, scope="", first_seen=seen, last_seen=seen) for value in emails
    ]
    return Profile(
        id=ID,
        stage=Stage.CUSTOMER,
        user_id="u1",
        identifiers=held,
        traits=traits,
        rejected={},
        context=context or {},
        first_seen=seen,
        last_seen=seen,
        event_count=0,
        members=[],
    )


def bought(value: float | None = None, currency: str | None = "EUR", **changes: Any) -> StoredEvent:
    return event(semantic=Semantic(name="purchased", items=[], value=value, currency=currency), **changes)


def orders(*purchases: StoredEvent) -> ProfileSummary:
    return summarise(profile(), {}, 0, purchases, [])


class TestWho:
    @pytest.mark.parametrize(
        "traits",
        [
            {"name": "Ann Example", "firstName": "Annie"},
            {"first_name": "Ann", "last_name": "Example"},
            {"we_first_name": "Ann ", "we_last_name": "Example"},
            {"name": "", "displayName": "Ann Example"},
        ],
    )
    def test_the_name_is_the_whole_one_or_its_parts(self, traits: dict[str, Any]) -> None:
        assert summarise(profile(**traits), {}, 0, [], []).name == "Ann Example"

    def test_contacts_are_those_of_the_traits_as_stated(self) -> None:
        found = summarise(profile(emails=("old@x.example",), Email="Ann@X.example", phone=49301234567), {}, 0, [], [])
        assert (found.email, found.phone) == ("Ann@X.example", "49301234567")

    def test_else_they_are_identifiers(self) -> None:
        found = summarise(profile(emails=("ann@x.example", "second@x.example")), {}, 0, [], [])
        assert (found.name, found.email, found.phone) == (None, "ann@x.example", None)


class TestOrders:
    def test_the_same_order_is_counted_once(self) -> None:
        same = [bought(40, properties={"order_id": "o1"}), bought(40, properties={"orderId": "o1"})]
        found = orders(*same, bought(2.5, properties={"order_id": "o2"}))
        assert found.orders == 2
        assert found.revenue == [Revenue(currency="EUR", value=42.5, orders=2)]

    def test_events_without_an_order_id_are_an_order_each(self) -> None:
        assert orders(bought(1), bought(1)).orders == 2

    def test_an_order_is_worth_what_the_newest_statement_of_a_value_says(self) -> None:
        newest_first = [
            bought(None, properties={"order": "1"}),
            *(bought(n, properties={"order": "1"}) for n in (9, 7)),
        ]
        assert orders(*newest_first).revenue == [Revenue(currency="EUR", value=9, orders=1)]

    def test_currencies_are_never_added_up(self) -> None:
        found = orders(bought(1, "EUR"), bought(5, "USD"), bought(2, None), bought(2, "EUR"))
        assert [(each.currency, each.value) for each in found.revenue] == [("USD", 5), ("EUR", 3), (None, 2)]

    def test_an_order_without_a_value_is_an_order_without_revenue(self) -> None:
        found = orders(bought(None))
        assert (found.orders, found.revenue, found.last_purchase is None) == (1, [], False)

    def test_the_last_purchase_is_the_newest(self) -> None:
        assert orders(bought(time=NOON + 5), bought(time=NOON)).last_purchase == NOON + 5
        assert orders().last_purchase is None

    def test_orders_beyond_the_limit_are_reported_as_more(self) -> None:
        one = bought(1)
        assert orders(*[one] * ORDERS).orders_complete
        assert not orders(*[one] * (ORDERS + 1)).orders_complete

    @given(st.lists(st.tuples(st.integers(0, 3), st.decimals(0, 10**6, places=2)), max_size=30))
    def test_each_order_counts_once_in_the_revenue(self, stated: list[tuple[int, Any]]) -> None:
        found = orders(*(bought(float(value), properties={"order_id": f"o{number}"}) for number, value in stated))
        first = dict(reversed(stated))
        assert found.orders == len(first)
        assert sum(each.value for each in found.revenue) == pytest.approx(float(sum(first.values())))


class TestDevice:
    def test_it_is_as_the_context_describes_it(self) -> None:
        context = {
            "device": {"manufacturer": "Apple", "model": "iPhone 15"},
            "os": {"name": "iOS", "version": "18.1"},
            "app": {"name": "shop"},
            "userAgent": "Agent/1",
        }
        device = summarise(profile(context), {}, 0, [], []).device
        assert device
        assert (device.model, device.os, device.app, device.user_agent) == (
            "Apple iPhone 15",
            "iOS 18.1",
            "shop",
            "Agent/1",
        )

    def test_what_the_context_does_not_describe_comes_from_the_user_agent(self) -> None:
        agent = "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 Chrome/124.0.0.0 Mobile Safari/537.36"
        context = {"user_agent": agent, "os": {"name": "Android", "version": "14.1"}}
        device = summarise(profile(context), {}, 0, [], []).device
        assert device
        assert (device.model, device.os, device.browser) == ("Samsung SM-S918B", "Android 14.1", "Chrome Mobile 124")

    @pytest.mark.parametrize("context", [{}, {"device": "phone", "os": None, "userAgent": 7}])
    def test_what_does_not_describe_one_is_none(self, context: dict[str, Any]) -> None:
        assert summarise(profile(context), {}, 0, [], []).device is None


class TestFirstTouch:
    def test_it_is_the_first_page_with_its_referrer_and_the_first_campaign(self) -> None:
        landing = {"page": {"url": "https://shop.example/a", "referrer": "https://news.example/"}}
        earliest = [
            event(time=NOON, context={}, properties={}),
            event(time=NOON + 1, context=landing, properties={}),
            event(time=NOON + 2, context={}, properties={"url": "https://shop.example/b"}),
        ]
        found = summarise(profile({"campaign_first": {"source": "news"}}), {}, 0, [], earliest).first_touch
        assert found
        assert (found.at, found.url, found.referrer) == (NOON, "https://shop.example/a", "https://news.example/")
        assert found.campaign == {"source": "news"}

    def test_what_is_not_stated_is_null(self) -> None:
        found = summarise(profile(), {}, 0, [], [event(context={}, properties={"price": 1})]).first_touch
        assert found
        assert (found.url, found.referrer, found.campaign) == (None, None, None)

    def test_a_profile_without_events_has_no_first_touch(self) -> None:
        assert summarise(profile(), {}, 0, [], []).first_touch is None


def test_a_page_is_read_from_properties_then_from_the_context() -> None:
    assert page_of({"page": "/home"}, {"page": {"url": "https://x.example/"}}) == "/home"
    assert page_of({"page": {"no": "text"}}, {"page": {"url": "https://x.example/"}}) == "https://x.example/"
    assert page_of({}, {"page": "/home"}) == ""


def test_names_keep_their_order() -> None:
    found = summarise(profile(), {"b": 3, "a": 1}, 4, [], [])
    assert ([(each.name, each.count) for each in found.event_names], found.sessions) == ([("b", 3), ("a", 1)], 4)
