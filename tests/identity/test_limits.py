"""Limits of identifiers per profile."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.identity.resolver_harness import ResolverHarness, aaid, email, limited, mobile, user, visitor

from passerby.identity.decisions import DecisionDetail
from passerby.identity.namespaces import DEFAULT_POLICY


def test_the_limits_are_those_of_the_rules() -> None:
    limits = DEFAULT_POLICY.limits
    assert limits["user_id"] == 1
    assert limits["email"] == limits["phone"] == 20
    assert limits["mobile_id"] == limits["anonymous_id"] == 1_000
    assert limits["idfa"] == limits["aaid"] == limits["ga_app_instance_id"] == 100


def test_an_identifier_beyond_the_limit_is_not_added_and_the_event_still_counts() -> None:
    harness = ResolverHarness(limited(device=2))
    profile = harness.identify(user("u1"), mobile("m1"), mobile("m2"))
    harness.new_decisions()
    assert harness.track(user("u1"), mobile("m3")) == profile
    assert harness.owner(mobile("m3")) is None
    assert harness.kinds() == ["limited"]


@pytest.mark.parametrize("namespace", ["email", "mobile_id"])
def test_limits_count_each_namespace_by_itself(namespace: str) -> None:
    harness = ResolverHarness(limited(contact=1, device=1))
    harness.identify(user("u1"), email("a@x.io"), mobile("m1"))
    harness.new_decisions()
    harness.identify(user("u1"), visitor("v1"))
    assert harness.kinds() == ["attached"]
    assert harness.state(user("u1")).held[namespace] == 1


def test_a_merge_that_would_break_a_limit_is_not_made() -> None:
    harness = ResolverHarness(limited(device=2))
    other = harness.track(mobile("m1"), mobile("m2"))
    customer = harness.identify(user("u1"), mobile("m3"))
    harness.new_decisions()
    assert harness.identify(user("u1"), mobile("m1")) == customer
    assert harness.canonical(other) == other
    assert harness.owner(mobile("m1")) == other
    assert [(d.kind, d.from_, d.to) for d in harness.new_decisions()] == [("limited", other, customer)]


def test_a_merge_that_just_fits_is_made() -> None:
    harness = ResolverHarness(limited(device=3))
    other = harness.track(mobile("m1"), mobile("m2"))
    customer = harness.identify(user("u1"), mobile("m3"))
    harness.identify(user("u1"), mobile("m1"))
    assert harness.canonical(other) == customer


def test_a_device_does_not_move_to_a_profile_that_is_full() -> None:
    harness = ResolverHarness(limited(advertising=1))
    a, b = harness.identify(user("a"), aaid("g1")), harness.identify(user("b"), aaid("g2"))
    harness.new_decisions()
    assert harness.identify(user("b"), aaid("g1")) == b
    assert harness.owner(aaid("g1")) == a
    assert harness.kinds() == ["limited"]


def shared_from_one_to_the_other(harness: ResolverHarness, number: int) -> None:
    """A visitor whom one customer absorbs, and whose device then goes to another: room for one more."""
    harness.track(visitor(f"v{number}"))
    harness.identify(user("a"), visitor(f"v{number}"))
    harness.identify(user("b"), visitor(f"v{number}"))


def test_a_profile_absorbs_only_so_many_others_however_many_have_moved_on() -> None:
    harness = ResolverHarness(replace(DEFAULT_POLICY, members=2))
    harness.identify(user("a"))
    harness.identify(user("b"))
    for number in range(2):
        shared_from_one_to_the_other(harness, number)
    assert harness.state(user("a")).members == 2
    harness.track(visitor("v2"))
    harness.new_decisions()
    customer = harness.identify(user("a"), visitor("v2"))
    assert harness.owner(visitor("v2")) != customer
    assert [(d.kind, d.detail) for d in harness.new_decisions()] == [
        ("limited", DecisionDetail(namespace="members", limit=2, limited="merge"))
    ]


def test_members_of_an_absorbed_profile_count_too() -> None:
    harness = ResolverHarness(replace(DEFAULT_POLICY, members=3))
    for value in "123456":
        harness.track(visitor(value))
    harness.track(visitor("1"), visitor("2"))
    harness.track(visitor("3"), visitor("4"))
    assert [harness.state(visitor(value)).members for value in "135"] == [1, 1, 0]
    first = harness.track(visitor("1"), visitor("3"))
    assert harness.state(visitor("1")).members == 3
    harness.new_decisions()
    assert harness.track(visitor("1"), visitor("5")) == first
    assert harness.kinds() == ["limited"]
    harness.track(visitor("5"), visitor("6"))
    assert harness.kinds() == ["merged"]


def test_a_device_that_has_moved_away_makes_room() -> None:
    harness = ResolverHarness(limited(device=1))
    harness.identify(user("a"), mobile("m1"))
    harness.identify(user("b"), mobile("m1"))
    harness.new_decisions()
    harness.identify(user("a"), mobile("m2"))
    assert harness.kinds() == ["attached"]
