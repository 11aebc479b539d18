"""Aliases that arrive before the identifiers that they are about."""

from __future__ import annotations

from itertools import permutations

import pytest
from tests.identity.desk import Desk, aaid, email, limited, mobile, user, visitor

from passerby.identity.aliases import readings
from passerby.identity.namespaces import CLASSES, IdentifierClass, Policy
from passerby.messages import Identifier

V = Identifier("previous_id", "v")


@pytest.mark.parametrize("device", [visitor("v"), mobile("v")])
def test_a_device_that_arrives_after_its_alias_belongs_to_the_customer(device: Identifier) -> None:
    desk = Desk()
    customer = desk.identify(user("u"), V)
    assert desk.track(device) == customer
    assert desk.owner(device) == customer


@pytest.mark.parametrize("messages", list(permutations([(user("u"), V), (visitor("v"),), (mobile("v"),)])))
def test_all_devices_of_the_value_belong_to_the_customer_in_any_order(messages: list[tuple[Identifier, ...]]) -> None:
    desk = Desk()
    for names in messages:
        desk.track(*names)
    assert desk.owner(visitor("v")) == desk.owner(mobile("v")) == desk.owner(user("u"))


@pytest.mark.parametrize("messages", list(permutations([(user("u"), V), (user("v"),), (visitor("v"),)])))
def test_a_customer_of_the_value_stays_another_in_any_order(messages: list[tuple[Identifier, ...]]) -> None:
    desk = Desk()
    for names in messages:
        desk.track(*names)
    assert desk.owner(visitor("v")) == desk.owner(user("u")) != desk.owner(user("v"))
    conflicts = [d for d in desk.news() if d.kind == "conflict"]
    assert [(d.identifier, d.from_, d.to) for d in conflicts] == [
        (user("v"), desk.owner(user("v")), desk.owner(user("u")))
    ]


def test_whoever_comes_with_an_aliased_device_is_merged_as_if_it_had_been_known() -> None:
    desk = Desk()
    lead = desk.identify(email("a@x.io"))
    customer = desk.identify(user("u"), V)
    desk.identify(email("a@x.io"), visitor("v"))
    assert desk.now(lead) == customer


def test_another_customer_on_an_aliased_device_takes_it_over() -> None:
    desk = Desk()
    customer, other = desk.identify(user("u"), V), desk.identify(user("other"))
    desk.news()
    assert desk.identify(user("other"), visitor("v")) == other
    assert [(d.kind, d.to) for d in desk.news()] == [("attached", customer), ("reassigned", other)]


def test_a_known_device_is_not_moved_by_an_old_alias() -> None:
    desk = Desk()
    customer = desk.identify(user("u"), V)
    desk.track(visitor("v"))
    other = desk.identify(user("other"), visitor("v"))
    desk.track(visitor("v"))
    assert desk.owner(visitor("v")) == other != customer


def test_the_last_of_two_customers_aliases_holds() -> None:
    desk = Desk()
    desk.identify(user("a"), V)
    last = desk.identify(user("b"), V)
    assert desk.track(visitor("v")) == last


def test_two_visitors_with_the_same_alias_are_one() -> None:
    desk = Desk()
    first = desk.track(visitor("x"), V)
    desk.track(visitor("y"), V)
    assert desk.owner(visitor("y")) == desk.track(visitor("v")) == first


def test_only_device_identifiers_without_a_scope_are_aliased() -> None:
    desk = Desk()
    customer = desk.identify(user("u"), V)
    for other in (aaid("v"), Identifier("mobile_id", "v", "unit")):
        assert desk.track(other) != customer


def test_an_alias_beyond_the_limit_does_not_wait() -> None:
    desk = Desk(limited(previous=1))
    customer = desk.identify(user("u"), V)
    desk.news()
    desk.identify(user("u"), Identifier("previous_id", "w"))
    assert desk.kinds() == ["limited"]
    assert desk.track(visitor("w")) != customer
    assert desk.track(visitor("v")) == customer


def test_a_device_that_its_aliased_profile_has_no_room_for_is_on_its_own() -> None:
    desk = Desk(limited(device=1))
    customer = desk.identify(user("u"), visitor("w"), V)
    desk.news()
    assert desk.track(visitor("v")) != customer
    assert desk.kinds() == ["limited", "created", "attached"]


def test_an_alias_follows_its_profile_when_that_is_merged() -> None:
    desk = Desk()
    desk.track(visitor("x"), V)
    customer = desk.identify(user("u"))
    desk.identify(user("u"), visitor("x"))
    assert desk.track(visitor("v")) == customer


def test_an_alias_onto_itself_does_nothing() -> None:
    desk = Desk()
    desk.track(visitor("u"))
    desk.identify(user("u"), Identifier("previous_id", "u"))
    assert desk.owner(visitor("u")) != desk.owner(user("u"))
    assert desk.owner(Identifier("previous_id", "u")) is None


def test_a_previous_id_may_stand_for_a_device_of_any_namespace() -> None:
    policy = Policy(classes={**CLASSES, "kiosk": IdentifierClass.DEVICE, "card": IdentifierClass.CONTACT})
    namespaces = [each.namespace for each in readings([V], policy)]
    assert namespaces == ["mobile_id", "anonymous_id", "kiosk", "user_id"]
