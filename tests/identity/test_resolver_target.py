"""R1: the strongest identifier selects the profile."""

from __future__ import annotations

import pytest
from tests.identity.resolver_harness import ResolverHarness, aaid, device, email, mobile, phone, user, visitor

from passerby.messages import Identifier


def test_a_known_customer_id_names_its_owner_whatever_else_is_reached() -> None:
    harness = ResolverHarness()
    harness.identify(email("a@x.io"), mobile("m1"))
    customer = harness.identify(user("u1"))
    assert harness.identify(mobile("m1"), email("a@x.io"), user("u1")) == customer


def test_an_unknown_customer_id_goes_to_the_anonymous_visitor_it_comes_with() -> None:
    harness = ResolverHarness()
    visit = harness.track(visitor("v1"))
    assert harness.identify(user("u1"), visitor("v1")) == visit


def test_an_unknown_customer_id_goes_to_the_lead_it_comes_with() -> None:
    harness = ResolverHarness()
    lead = harness.identify(email("a@x.io"))
    assert harness.identify(user("u1"), email("a@x.io")) == lead


def test_an_unknown_customer_id_goes_to_a_lead_reached_by_a_device_if_no_contact_speaks_against_it() -> None:
    harness = ResolverHarness()
    lead = harness.identify(email("a@x.io"), mobile("m1"))
    assert harness.identify(user("u1"), mobile("m1")) == lead


def test_an_unknown_customer_id_prefers_the_strongest_class() -> None:
    harness = ResolverHarness()
    harness.track(aaid("g1"))
    harness.track(mobile("m1"))
    lead = harness.identify(email("a@x.io"))
    assert harness.identify(user("u1"), aaid("g1"), mobile("m1"), email("a@x.io")) == lead


def test_an_unknown_customer_id_prefers_the_oldest_among_equals() -> None:
    harness = ResolverHarness()
    oldest = harness.track(visitor("v1"))
    harness.track(mobile("m1"))
    assert harness.identify(user("u1"), mobile("m1"), visitor("v1")) == oldest


def test_an_unknown_customer_id_makes_a_new_profile_where_all_others_are_customers() -> None:
    harness = ResolverHarness()
    taken = harness.identify(user("u1"), email("a@x.io"), mobile("m1"))
    harness.new_decisions()
    new = harness.identify(user("u2"), email("a@x.io"), mobile("m1"))
    assert new != taken
    assert harness.kinds() == ["created", "attached", "conflict", "reassigned"]


def test_an_unknown_customer_id_makes_a_new_profile_where_a_contact_speaks_against_the_device() -> None:
    harness = ResolverHarness()
    lead = harness.identify(email("a@x.io"), mobile("m1"))
    new = harness.identify(user("u1"), email("b@x.io"), mobile("m1"))
    assert new != lead
    assert harness.owner(mobile("m1")) == new


def test_the_first_known_contact_names_the_profile() -> None:
    harness = ResolverHarness()
    by_phone, by_email = harness.identify(phone("+4930123456")), harness.identify(email("a@x.io"))
    harness.new_decisions()
    assert harness.identify(email("new@x.io"), email("a@x.io"), phone("+4930123456")) == by_email
    assert harness.canonical(by_phone) == by_email
    assert harness.kinds() == ["attached", "merged"]


def test_unknown_contacts_go_to_the_owner_of_a_device_that_holds_none_of_their_kind() -> None:
    harness = ResolverHarness()
    customer = harness.identify(user("u1"), phone("+4930123456"), mobile("m1"))
    assert harness.identify(email("a@x.io"), mobile("m1")) == customer
    assert harness.state(email("a@x.io")).user_id == "u1"


def test_unknown_contacts_prefer_a_device_to_an_advertising_id_and_then_the_oldest() -> None:
    harness = ResolverHarness()
    harness.track(aaid("g1"))
    older = harness.track(mobile("m1"))
    harness.track(visitor("v1"))
    assert harness.identify(email("a@x.io"), aaid("g1"), visitor("v1"), mobile("m1")) == older


def test_unknown_contacts_create_a_profile_if_the_device_owner_has_another_contact() -> None:
    harness = ResolverHarness()
    lead = harness.identify(email("a@x.io"), mobile("m1"))
    assert harness.identify(email("b@x.io"), mobile("m1")) != lead


def test_a_message_without_names_of_people_goes_to_the_highest_stage() -> None:
    harness = ResolverHarness()
    harness.track(mobile("m1"))
    customer = harness.identify(user("u1"), aaid("g1"))
    assert harness.track(mobile("m1"), aaid("g1")) == customer


def test_at_the_same_stage_it_goes_to_the_strongest_class_and_then_to_the_oldest() -> None:
    harness = ResolverHarness()
    harness.track(aaid("g1"))
    older = harness.track(visitor("v1"))
    harness.track(mobile("m1"))
    assert harness.track(aaid("g1"), mobile("m1"), visitor("v1")) == older


@pytest.mark.parametrize("identifiers", [(), (user("undefined"),), (mobile("null"), aaid("0-0")), (device("d1"),)])
def test_an_event_without_usable_identifiers_gets_a_new_profile(identifiers: tuple[Identifier, ...]) -> None:
    harness = ResolverHarness()
    assert harness.track(*identifiers) != harness.track(*identifiers)


@pytest.mark.parametrize("identifiers", [(), (user("undefined"),), (device("d1"),)])
def test_other_messages_without_usable_identifiers_have_no_effect(identifiers: tuple[Identifier, ...]) -> None:
    harness = ResolverHarness()
    assert harness.ignored(*identifiers)
    assert harness.new_decisions() == []


def test_a_blocked_value_is_in_the_history_of_the_profile_as_it_was_sent() -> None:
    harness = ResolverHarness()
    profile = harness.identify(user(" NULL "), mobile("m1"))
    blocked = [decision for decision in harness.new_decisions() if decision.kind == "blocked"]
    assert [(decision.identifier, decision.to) for decision in blocked] == [(user(" NULL "), profile)]
