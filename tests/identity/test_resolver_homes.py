"""Homes of identifiers, and the member under which a message is recorded."""

from __future__ import annotations

from tests.identity.resolver_harness import ResolverHarness, aaid, device, email, mobile, user, visitor

from passerby.messages import Identifier


def merged() -> tuple[ResolverHarness, str, str]:
    """A customer who absorbed a device's profile; the ids of the device's member and the customer's."""
    harness = ResolverHarness()
    one, other = harness.track(mobile("m1")), harness.identify(user("u1"))
    harness.identify(user("u1"), mobile("m1"))
    assert harness.canonical(one) == other
    return harness, one, other


def test_a_merge_moves_no_identifier() -> None:
    harness, one, other = merged()
    assert (harness.home(mobile("m1")), harness.home(user("u1"))) == (one, other)
    assert harness.owner(mobile("m1")) == other


def test_a_message_that_names_the_customer_is_recorded_under_the_customers_member() -> None:
    harness, _, other = merged()
    assert harness.recorded_under(user("u1"), mobile("m1")) == other


def test_one_that_carries_the_device_alone_is_recorded_under_the_devices_member() -> None:
    harness, one, _ = merged()
    assert harness.recorded_under(mobile("m1")) == one


def test_one_without_any_known_identifier_is_recorded_under_the_new_profile() -> None:
    harness, one, other = merged()
    assert harness.recorded_under(mobile("m2")) not in {one, other}


def test_identifiers_that_are_new_get_the_home_of_what_named_the_target() -> None:
    harness, one, other = merged()
    harness.track(mobile("m1"), visitor("by the device"))
    harness.track(user("u1"), visitor("by the customer"))
    assert harness.home(visitor("by the device")) == one
    assert harness.home(visitor("by the customer")) == other
    assert [(d.kind, d.to) for d in harness.new_decisions()[-2:]] == [("attached", one), ("attached", other)]


def test_an_identifier_that_changes_hands_gets_a_new_home() -> None:
    harness, _, other = merged()
    third = harness.identify(user("u2"), mobile("m1"))
    assert harness.home(mobile("m1")) == third
    moved = harness.new_decisions()[-1]
    assert (moved.kind, moved.from_, moved.to) == ("reassigned", other, third)


def test_a_message_that_merges_its_target_away_is_recorded_where_it_was_named() -> None:
    harness = ResolverHarness()
    lead, customer = harness.identify(email("a@x.io")), harness.identify(user("u1"), mobile("m1"))
    assert harness.recorded_under(email("a@x.io"), mobile("m1"), visitor("v1")) == lead
    assert harness.canonical(lead) == customer
    assert harness.home(visitor("v1")) == lead


def test_of_weak_identifiers_the_one_that_named_the_target_decides() -> None:
    harness, one, other = merged()
    harness.identify(user("u1"), aaid("g1"))
    assert harness.recorded_under(aaid("g1"), mobile("m1")) == one
    assert harness.recorded_under(aaid("g1")) == other


def test_what_an_alias_attaches_is_at_home_where_the_alias_is() -> None:
    harness, one, _ = merged()
    harness.track(mobile("m1"), Identifier("previous_id", "later"))
    harness.track(visitor("later"))
    assert harness.home(visitor("later")) == one


def test_a_hint_is_linked_to_the_member_that_the_message_is_recorded_under() -> None:
    harness = ResolverHarness()
    one, other = harness.track(mobile("m1")), harness.track(mobile("m2"))
    harness.track(mobile("m1"), mobile("m2"))
    assert harness.canonical(other) == one
    harness.track(mobile("m2"), device("d1"))
    assert harness.resolver.linked == {device("d1"): {other: None}}
