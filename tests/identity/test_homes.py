"""Where identifiers are at home, and under which member a message is recorded."""

from __future__ import annotations

from tests.identity.desk import Desk, aaid, device, email, mobile, user, visitor

from passerby.messages import Identifier


def merged() -> tuple[Desk, str, str]:
    """A customer who absorbed a device's profile; the ids of the device's member and the customer's."""
    desk = Desk()
    one, other = desk.track(mobile("m1")), desk.identify(user("u1"))
    desk.identify(user("u1"), mobile("m1"))
    assert desk.now(one) == other
    return desk, one, other


def test_a_merge_moves_no_identifier() -> None:
    desk, one, other = merged()
    assert (desk.home(mobile("m1")), desk.home(user("u1"))) == (one, other)
    assert desk.owner(mobile("m1")) == other


def test_a_message_that_names_the_customer_is_recorded_under_the_customers_member() -> None:
    desk, _, other = merged()
    assert desk.recorded(user("u1"), mobile("m1")) == other


def test_one_that_carries_the_device_alone_is_recorded_under_the_devices_member() -> None:
    desk, one, _ = merged()
    assert desk.recorded(mobile("m1")) == one


def test_one_without_any_known_identifier_is_recorded_under_the_new_profile() -> None:
    desk, one, other = merged()
    assert desk.recorded(mobile("m2")) not in {one, other}


def test_identifiers_that_are_new_get_the_home_of_what_named_the_target() -> None:
    desk, one, other = merged()
    desk.track(mobile("m1"), visitor("by the device"))
    desk.track(user("u1"), visitor("by the customer"))
    assert desk.home(visitor("by the device")) == one
    assert desk.home(visitor("by the customer")) == other
    assert [(d.kind, d.to) for d in desk.news()[-2:]] == [("attached", one), ("attached", other)]


def test_an_identifier_that_changes_hands_gets_a_new_home() -> None:
    desk, _, other = merged()
    third = desk.identify(user("u2"), mobile("m1"))
    assert desk.home(mobile("m1")) == third
    moved = desk.news()[-1]
    assert (moved.kind, moved.from_, moved.to) == ("reassigned", other, third)


def test_a_message_that_merges_its_target_away_is_recorded_where_it_was_named() -> None:
    desk = Desk()
    lead, customer = desk.identify(email("a@x.io")), desk.identify(user("u1"), mobile("m1"))
    assert desk.recorded(email("a@x.io"), mobile("m1"), visitor("v1")) == lead
    assert desk.now(lead) == customer
    assert desk.home(visitor("v1")) == lead


def test_of_weak_identifiers_the_one_that_named_the_target_decides() -> None:
    desk, one, other = merged()
    desk.identify(user("u1"), aaid("g1"))
    assert desk.recorded(aaid("g1"), mobile("m1")) == one
    assert desk.recorded(aaid("g1")) == other


def test_what_an_alias_attaches_is_at_home_where_the_alias_is() -> None:
    desk, one, _ = merged()
    desk.track(mobile("m1"), Identifier("previous_id", "later"))
    desk.track(visitor("later"))
    assert desk.home(visitor("later")) == one


def test_a_hint_is_linked_to_the_member_that_the_message_is_recorded_under() -> None:
    desk = Desk()
    one, other = desk.track(mobile("m1")), desk.track(mobile("m2"))
    desk.track(mobile("m1"), mobile("m2"))
    assert desk.now(other) == one
    desk.track(mobile("m2"), device("d1"))
    assert desk.resolver.linked == {device("d1"): {other: None}}
