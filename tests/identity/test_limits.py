"""How many identifiers a profile may hold."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.identity.desk import Desk, aaid, email, limited, mobile, user, visitor

from passerby.identity.decisions import DecisionDetail
from passerby.identity.namespaces import DEFAULT_POLICY


def test_the_limits_are_those_of_the_rules() -> None:
    limits = DEFAULT_POLICY.limits
    assert limits["user_id"] == 1
    assert limits["email"] == limits["phone"] == 20
    assert limits["mobile_id"] == limits["anonymous_id"] == 1_000
    assert limits["idfa"] == limits["aaid"] == limits["ga_app_instance_id"] == 100


def test_an_identifier_beyond_the_limit_is_not_added_and_the_event_still_counts() -> None:
    desk = Desk(limited(device=2))
    profile = desk.identify(user("u1"), mobile("m1"), mobile("m2"))
    desk.news()
    assert desk.track(user("u1"), mobile("m3")) == profile
    assert desk.owner(mobile("m3")) is None
    assert desk.kinds() == ["limited"]


@pytest.mark.parametrize("namespace", ["email", "mobile_id"])
def test_limits_count_each_namespace_by_itself(namespace: str) -> None:
    desk = Desk(limited(contact=1, device=1))
    desk.identify(user("u1"), email("a@x.io"), mobile("m1"))
    desk.news()
    desk.identify(user("u1"), visitor("v1"))
    assert desk.kinds() == ["attached"]
    assert desk.state(user("u1")).held[namespace] == 1


def test_a_merge_that_would_break_a_limit_is_not_made() -> None:
    desk = Desk(limited(device=2))
    other = desk.track(mobile("m1"), mobile("m2"))
    customer = desk.identify(user("u1"), mobile("m3"))
    desk.news()
    assert desk.identify(user("u1"), mobile("m1")) == customer
    assert desk.now(other) == other
    assert desk.owner(mobile("m1")) == other
    assert [(d.kind, d.from_, d.to) for d in desk.news()] == [("limited", other, customer)]


def test_a_merge_that_just_fits_is_made() -> None:
    desk = Desk(limited(device=3))
    other = desk.track(mobile("m1"), mobile("m2"))
    customer = desk.identify(user("u1"), mobile("m3"))
    desk.identify(user("u1"), mobile("m1"))
    assert desk.now(other) == customer


def test_a_device_does_not_move_to_a_profile_that_is_full() -> None:
    desk = Desk(limited(advertising=1))
    a, b = desk.identify(user("a"), aaid("g1")), desk.identify(user("b"), aaid("g2"))
    desk.news()
    assert desk.identify(user("b"), aaid("g1")) == b
    assert desk.owner(aaid("g1")) == a
    assert desk.kinds() == ["limited"]


def shared_from_one_to_the_other(desk: Desk, number: int) -> None:
    """A visitor whom one customer absorbs, and whose device then goes to another: room for one more."""
    desk.track(visitor(f"v{number}"))
    desk.identify(user("a"), visitor(f"v{number}"))
    desk.identify(user("b"), visitor(f"v{number}"))


def test_a_profile_absorbs_only_so_many_others_however_many_have_moved_on() -> None:
    desk = Desk(replace(DEFAULT_POLICY, members=2))
    desk.identify(user("a"))
    desk.identify(user("b"))
    for number in range(2):
        shared_from_one_to_the_other(desk, number)
    assert desk.state(user("a")).members == 2
    desk.track(visitor("v2"))
    desk.news()
    customer = desk.identify(user("a"), visitor("v2"))
    assert desk.owner(visitor("v2")) != customer
    assert [(d.kind, d.detail) for d in desk.news()] == [
        ("limited", DecisionDetail(namespace="members", limit=2, limited="merge"))
    ]


def test_whom_an_absorbed_profile_had_absorbed_counts_too() -> None:
    desk = Desk(replace(DEFAULT_POLICY, members=3))
    for value in "123456":
        desk.track(visitor(value))
    desk.track(visitor("1"), visitor("2"))
    desk.track(visitor("3"), visitor("4"))
    assert [desk.state(visitor(value)).members for value in "135"] == [1, 1, 0]
    first = desk.track(visitor("1"), visitor("3"))
    assert desk.state(visitor("1")).members == 3
    desk.news()
    assert desk.track(visitor("1"), visitor("5")) == first
    assert desk.kinds() == ["limited"]
    desk.track(visitor("5"), visitor("6"))
    assert desk.kinds() == ["merged"]


def test_a_device_that_has_moved_away_makes_room() -> None:
    desk = Desk(limited(device=1))
    desk.identify(user("a"), mobile("m1"))
    desk.identify(user("b"), mobile("m1"))
    desk.news()
    desk.identify(user("a"), mobile("m2"))
    assert desk.kinds() == ["attached"]
