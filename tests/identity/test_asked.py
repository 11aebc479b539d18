"""What is asked of identity, in the words of the rules' own list."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.identity.desk import Desk, aaid, device, email, mobile, phone, user, visitor

from passerby.identity.stage import Stage
from passerby.messages import Identifier


def test_tracking_an_unknown_mobile_id_makes_an_anonymous_profile() -> None:
    desk = Desk()
    desk.track(mobile("m1"))
    assert desk.stage(mobile("m1")) is Stage.ANONYMOUS
    assert desk.kinds() == ["created", "attached"]


def test_identifying_an_anonymous_profile_as_an_unknown_customer_makes_it_that_customer() -> None:
    desk = Desk()
    anonymous = desk.track(mobile("m1"))
    assert desk.identify(mobile("m1"), user("u1")) == anonymous
    assert desk.stage(mobile("m1")) is Stage.CUSTOMER
    assert desk.owner(user("u1")) == anonymous


def test_identifying_an_anonymous_profile_as_a_known_customer_lets_that_one_absorb_it() -> None:
    desk = Desk()
    customer = desk.identify(mobile("m0"), user("u1"))
    anonymous = desk.track(mobile("m1"))
    assert desk.identify(mobile("m1"), user("u1")) == customer
    assert desk.now(anonymous) == customer
    assert desk.owner(mobile("m1")) == customer


def test_a_mobile_id_that_another_customer_signs_in_with_moves_and_leaves_its_past() -> None:
    desk = Desk()
    a = desk.identify(mobile("m1"), user("a"))
    b = desk.identify(user("b"))
    desk.news()
    assert desk.identify(mobile("m1"), user("b")) == b
    assert desk.owner(mobile("m1")) == b
    assert desk.owner(user("a")) == a
    assert desk.now(a) == a
    assert [(d.kind, d.from_, d.to) for d in desk.news()] == [("reassigned", a, b)]


def test_one_address_in_two_business_units_is_two_users_and_the_mobile_id_goes_with_the_second() -> None:
    desk = Desk()
    first = desk.identify(mobile("m1"), email("a@x.io", "X"))
    second = desk.identify(mobile("m1"), email("a@x.io", "Y"))
    assert first != second
    assert desk.owner(email("a@x.io", "X")) == first
    assert desk.owner(mobile("m1")) == second


@pytest.mark.parametrize("calls", sorted(set(permutations(["track", "identify"] * 2))))
def test_calls_that_come_too_fast_make_one_profile_whatever_their_order(calls: tuple[str, ...]) -> None:
    desk = Desk()
    recorded = [
        desk.track(mobile("m1")) if call == "track" else desk.identify(mobile("m1"), user("u1")) for call in calls
    ]
    assert len({desk.now(profile) for profile in recorded}) == 1
    assert len(desk.resolver.created) == 1


@given(st.lists(st.tuples(st.sampled_from(["m1", "m2", "m3"]), st.booleans())))
def test_one_persons_devices_end_in_one_profile_whatever_the_interleaving(calls: list[tuple[str, bool]]) -> None:
    desk = Desk()
    recorded = [
        desk.identify(mobile(value), user("u1")) if signs_in else desk.track(mobile(value)) for value, signs_in in calls
    ]
    recorded += [desk.identify(mobile(value), user("u1")) for value in ("m1", "m2", "m3")]
    assert len({desk.now(profile) for profile in recorded}) == 1


def test_a_customer_id_cannot_be_changed() -> None:
    desk = Desk()
    a = desk.identify(visitor("v1"), user("a"))
    b = desk.identify(visitor("v1"), user("b"))
    assert desk.owner(visitor("v1")) == b
    assert desk.owner(user("a")) == a
    assert desk.state(user("a")).user_id == "a"


def test_signing_up_takes_the_anonymous_visits_of_one_device_along() -> None:
    desk = Desk()
    day_1 = desk.track(visitor("u1"), device("d"))
    day_3 = desk.track(visitor("u2"), device("d"))
    assert day_1 != day_3
    assert desk.stage(visitor("u1")) is desk.stage(visitor("u2")) is Stage.ANONYMOUS
    day_7 = desk.identify(visitor("u2"), user("c"), device("d"))
    assert desk.now(day_1) == desk.now(day_3) == desk.now(day_7)
    assert desk.stage(visitor("u1")) is Stage.CUSTOMER


def test_after_a_logout_the_visitor_is_nobodys() -> None:
    desk = Desk()
    customer = desk.identify(visitor("v1"), user("a"), device("d"))
    after = desk.track(visitor("v2"), device("d"))
    assert after != customer
    assert desk.stage(visitor("v2")) is Stage.ANONYMOUS


def test_what_was_done_after_a_logout_becomes_that_of_whoever_signs_in_next() -> None:
    desk = Desk()
    a = desk.identify(visitor("v1"), user("a"), device("d"))
    between = desk.track(visitor("v2"), device("d"))
    b = desk.identify(visitor("v3"), user("b"), device("d"))
    assert desk.now(between) == desk.now(b)
    assert desk.owner(user("a")) == a


def test_an_advertising_id_stitches_two_visitor_ids() -> None:
    desk = Desk()
    first = desk.track(visitor("v1"), aaid("g1"))
    second = desk.track(visitor("v2"))
    assert first != second
    desk.track(visitor("v2"), aaid("G1"))
    assert desk.owner(visitor("v1")) == desk.owner(visitor("v2"))


def test_a_zeroed_advertising_id_stitches_nobody() -> None:
    desk = Desk()
    zeroed = aaid("00000000-0000-0000-0000-000000000000")
    assert desk.track(visitor("v1"), zeroed) != desk.track(visitor("v2"), zeroed)


@pytest.mark.parametrize("contact", [email("a@x.io"), phone("+4930123456")])
def test_identify_by_a_contact_names_the_profile_of_all_later_events_with_it(contact: Identifier) -> None:
    desk = Desk()
    named = desk.identify(contact, visitor("v1"))
    assert desk.track(contact) == named
    assert desk.track(contact, visitor("v2")) == named
    assert desk.stage(contact) is Stage.LEAD


def test_a_customer_id_alone_merges_nobody() -> None:
    desk = Desk()
    anonymous, customer = desk.track(visitor("v1")), desk.track(user("u1"))
    assert desk.track(user("u1")) == customer
    assert desk.owner(visitor("v1")) == anonymous
