"""The requirements of identity resolution, one by one."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.identity.resolver_harness import ResolverHarness, aaid, device, email, mobile, phone, user, visitor

from passerby.identity.stage import Stage
from passerby.messages import Identifier


def test_tracking_an_unknown_mobile_id_makes_an_anonymous_profile() -> None:
    harness = ResolverHarness()
    harness.track(mobile("m1"))
    assert harness.stage(mobile("m1")) is Stage.ANONYMOUS
    assert harness.kinds() == ["created", "attached"]


def test_identifying_an_anonymous_profile_as_an_unknown_customer_makes_it_that_customer() -> None:
    harness = ResolverHarness()
    anonymous = harness.track(mobile("m1"))
    assert harness.identify(mobile("m1"), user("u1")) == anonymous
    assert harness.stage(mobile("m1")) is Stage.CUSTOMER
    assert harness.owner(user("u1")) == anonymous


def test_identifying_an_anonymous_profile_as_a_known_customer_lets_that_one_absorb_it() -> None:
    harness = ResolverHarness()
    customer = harness.identify(mobile("m0"), user("u1"))
    anonymous = harness.track(mobile("m1"))
    assert harness.identify(mobile("m1"), user("u1")) == customer
    assert harness.canonical(anonymous) == customer
    assert harness.owner(mobile("m1")) == customer


def test_a_mobile_id_is_reassigned_when_another_customer_signs_in_and_its_past_stays() -> None:
    harness = ResolverHarness()
    a = harness.identify(mobile("m1"), user("a"))
    b = harness.identify(user("b"))
    harness.new_decisions()
    assert harness.identify(mobile("m1"), user("b")) == b
    assert harness.owner(mobile("m1")) == b
    assert harness.owner(user("a")) == a
    assert harness.canonical(a) == a
    assert [(d.kind, d.from_, d.to) for d in harness.new_decisions()] == [("reassigned", a, b)]


def test_one_address_in_two_business_units_is_two_users_and_the_mobile_id_goes_with_the_second() -> None:
    harness = ResolverHarness()
    first = harness.identify(mobile("m1"), email("a@x.io", "X"))
    second = harness.identify(mobile("m1"), email("a@x.io", "Y"))
    assert first != second
    assert harness.owner(email("a@x.io", "X")) == first
    assert harness.owner(mobile("m1")) == second


@pytest.mark.parametrize("calls", sorted(set(permutations(["track", "identify"] * 2))))
def test_calls_without_a_pause_make_one_profile_in_any_order(calls: tuple[str, ...]) -> None:
    harness = ResolverHarness()
    recorded = [
        harness.track(mobile("m1")) if call == "track" else harness.identify(mobile("m1"), user("u1")) for call in calls
    ]
    assert len({harness.canonical(profile) for profile in recorded}) == 1
    assert len(harness.resolver.created) == 1


@given(st.lists(st.tuples(st.sampled_from(["m1", "m2", "m3"]), st.booleans())))
def test_one_persons_devices_end_in_one_profile_whatever_the_interleaving(calls: list[tuple[str, bool]]) -> None:
    harness = ResolverHarness()
    recorded = [
        harness.identify(mobile(value), user("u1")) if signs_in else harness.track(mobile(value))
        for value, signs_in in calls
    ]
    recorded += [harness.identify(mobile(value), user("u1")) for value in ("m1", "m2", "m3")]
    assert len({harness.canonical(profile) for profile in recorded}) == 1


def test_a_customer_id_cannot_be_changed() -> None:
    harness = ResolverHarness()
    a = harness.identify(visitor("v1"), user("a"))
    b = harness.identify(visitor("v1"), user("b"))
    assert harness.owner(visitor("v1")) == b
    assert harness.owner(user("a")) == a
    assert harness.state(user("a")).user_id == "a"


def test_signing_up_takes_the_anonymous_visits_of_one_device_along() -> None:
    harness = ResolverHarness()
    day_1 = harness.track(visitor("u1"), device("d"))
    day_3 = harness.track(visitor("u2"), device("d"))
    assert day_1 != day_3
    assert harness.stage(visitor("u1")) is harness.stage(visitor("u2")) is Stage.ANONYMOUS
    day_7 = harness.identify(visitor("u2"), user("c"), device("d"))
    assert harness.canonical(day_1) == harness.canonical(day_3) == harness.canonical(day_7)
    assert harness.stage(visitor("u1")) is Stage.CUSTOMER


def test_after_a_logout_the_visitor_is_anonymous() -> None:
    harness = ResolverHarness()
    customer = harness.identify(visitor("v1"), user("a"), device("d"))
    after = harness.track(visitor("v2"), device("d"))
    assert after != customer
    assert harness.stage(visitor("v2")) is Stage.ANONYMOUS


def test_events_after_a_logout_belong_to_the_next_user_who_signs_in() -> None:
    harness = ResolverHarness()
    a = harness.identify(visitor("v1"), user("a"), device("d"))
    between = harness.track(visitor("v2"), device("d"))
    b = harness.identify(visitor("v3"), user("b"), device("d"))
    assert harness.canonical(between) == harness.canonical(b)
    assert harness.owner(user("a")) == a


def test_an_advertising_id_stitches_two_visitor_ids() -> None:
    harness = ResolverHarness()
    first = harness.track(visitor("v1"), aaid("g1"))
    second = harness.track(visitor("v2"))
    assert first != second
    harness.track(visitor("v2"), aaid("G1"))
    assert harness.owner(visitor("v1")) == harness.owner(visitor("v2"))


def test_a_zeroed_advertising_id_merges_no_profiles() -> None:
    harness = ResolverHarness()
    zeroed = aaid("00000000-0000-0000-0000-000000000000")
    assert harness.track(visitor("v1"), zeroed) != harness.track(visitor("v2"), zeroed)


@pytest.mark.parametrize("contact", [email("a@x.io"), phone("+4930123456")])
def test_identify_by_a_contact_names_the_profile_of_all_later_events_with_it(contact: Identifier) -> None:
    harness = ResolverHarness()
    named = harness.identify(contact, visitor("v1"))
    assert harness.track(contact) == named
    assert harness.track(contact, visitor("v2")) == named
    assert harness.stage(contact) is Stage.LEAD


def test_a_customer_id_alone_merges_no_profiles() -> None:
    harness = ResolverHarness()
    anonymous, customer = harness.track(visitor("v1")), harness.track(user("u1"))
    assert harness.track(user("u1")) == customer
    assert harness.owner(visitor("v1")) == anonymous
