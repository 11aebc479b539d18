"""Aliases that arrive before the identifiers that they link."""

from __future__ import annotations

from itertools import permutations

import pytest
from tests.identity.resolver_harness import ResolverHarness, aaid, email, limited, mobile, user, visitor

from passerby.identity.aliases import readings
from passerby.identity.namespaces import CLASSES, IdentifierClass, Policy
from passerby.messages import Identifier

V = Identifier("previous_id", "v")


@pytest.mark.parametrize("device", [visitor("v"), mobile("v")])
def test_a_device_that_arrives_after_its_alias_belongs_to_the_customer(device: Identifier) -> None:
    harness = ResolverHarness()
    customer = harness.identify(user("u"), V)
    assert harness.track(device) == customer
    assert harness.owner(device) == customer


@pytest.mark.parametrize("messages", list(permutations([(user("u"), V), (visitor("v"),), (mobile("v"),)])))
def test_all_devices_of_the_value_belong_to_the_customer_in_any_order(messages: list[tuple[Identifier, ...]]) -> None:
    harness = ResolverHarness()
    for names in messages:
        harness.track(*names)
    assert harness.owner(visitor("v")) == harness.owner(mobile("v")) == harness.owner(user("u"))


@pytest.mark.parametrize("messages", list(permutations([(user("u"), V), (user("v"),), (visitor("v"),)])))
def test_a_customer_of_the_value_stays_another_in_any_order(messages: list[tuple[Identifier, ...]]) -> None:
    harness = ResolverHarness()
    for names in messages:
        harness.track(*names)
    assert harness.owner(visitor("v")) == harness.owner(user("u")) != harness.owner(user("v"))
    conflicts = [d for d in harness.new_decisions() if d.kind == "conflict"]
    assert [(d.identifier, d.from_, d.to) for d in conflicts] == [
        (user("v"), harness.owner(user("v")), harness.owner(user("u")))
    ]


def test_a_new_device_with_an_alias_is_merged_as_if_it_were_known() -> None:
    harness = ResolverHarness()
    lead = harness.identify(email("a@x.io"))
    customer = harness.identify(user("u"), V)
    harness.identify(email("a@x.io"), visitor("v"))
    assert harness.canonical(lead) == customer


def test_another_customer_on_an_aliased_device_takes_it_over() -> None:
    harness = ResolverHarness()
    customer, other = harness.identify(user("u"), V), harness.identify(user("other"))
    harness.new_decisions()
    assert harness.identify(user("other"), visitor("v")) == other
    assert [(d.kind, d.to) for d in harness.new_decisions()] == [("attached", customer), ("reassigned", other)]


def test_a_known_device_is_not_moved_by_an_old_alias() -> None:
    harness = ResolverHarness()
    customer = harness.identify(user("u"), V)
    harness.track(visitor("v"))
    other = harness.identify(user("other"), visitor("v"))
    harness.track(visitor("v"))
    assert harness.owner(visitor("v")) == other != customer


def test_the_last_of_two_customers_aliases_holds() -> None:
    harness = ResolverHarness()
    harness.identify(user("a"), V)
    last = harness.identify(user("b"), V)
    assert harness.track(visitor("v")) == last


def test_two_visitors_with_the_same_alias_are_one() -> None:
    harness = ResolverHarness()
    first = harness.track(visitor("x"), V)
    harness.track(visitor("y"), V)
    assert harness.owner(visitor("y")) == harness.track(visitor("v")) == first


def test_only_device_identifiers_without_a_scope_are_aliased() -> None:
    harness = ResolverHarness()
    customer = harness.identify(user("u"), V)
    for other in (aaid("v"), Identifier("mobile_id", "v", "unit")):
        assert harness.track(other) != customer


def test_an_alias_beyond_the_limit_does_not_wait() -> None:
    harness = ResolverHarness(limited(previous=1))
    customer = harness.identify(user("u"), V)
    harness.new_decisions()
    harness.identify(user("u"), Identifier("previous_id", "w"))
    assert harness.kinds() == ["limited"]
    assert harness.track(visitor("w")) != customer
    assert harness.track(visitor("v")) == customer


def test_a_device_that_its_aliased_profile_has_no_room_for_is_on_its_own() -> None:
    harness = ResolverHarness(limited(device=1))
    customer = harness.identify(user("u"), visitor("w"), V)
    harness.new_decisions()
    assert harness.track(visitor("v")) != customer
    assert harness.kinds() == ["limited", "created", "attached"]


def test_an_alias_follows_its_profile_when_that_is_merged() -> None:
    harness = ResolverHarness()
    harness.track(visitor("x"), V)
    customer = harness.identify(user("u"))
    harness.identify(user("u"), visitor("x"))
    assert harness.track(visitor("v")) == customer


def test_an_alias_onto_itself_does_nothing() -> None:
    harness = ResolverHarness()
    harness.track(visitor("u"))
    harness.identify(user("u"), Identifier("previous_id", "u"))
    assert harness.owner(visitor("u")) != harness.owner(user("u"))
    assert harness.owner(Identifier("previous_id", "u")) is None


def test_a_previous_id_may_stand_for_a_device_of_any_namespace() -> None:
    policy = Policy(classes={**CLASSES, "kiosk": IdentifierClass.DEVICE, "card": IdentifierClass.CONTACT})
    namespaces = [each.namespace for each in readings([V], policy)]
    assert namespaces == ["mobile_id", "anonymous_id", "kiosk", "user_id"]
