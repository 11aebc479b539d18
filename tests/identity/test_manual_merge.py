"""Permitted and rejected manual merges."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.identity.resolver_harness import email, limited, mobile, phone, user

from passerby.identity.manual_merge import exceeded_merge_limit, forbidding_rule
from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.identity.snapshot import IdentityState
from passerby.messages import Identifier

CONTACTS = {"email", "phone"}


def state(*identifiers: Identifier) -> IdentityState:
    made = IdentityState("p01")
    for identifier in identifiers:
        made.gain(identifier, contact=identifier.namespace in CONTACTS)
    return made


@pytest.mark.parametrize(
    "winner, loser, rule",
    [
        ([user("a")], [user("b")], "R3a"),
        ([user("a"), email("a@x.io")], [user("b"), email("b@x.io")], "R3a"),
        ([email("a@x.io")], [email("b@x.io")], "R3b"),
        ([email("a@x.io", "north")], [email("a@x.io", "south"), phone("+4930123456")], "R3b"),
        ([user("a"), email("a@x.io")], [phone("+4930123456")], None),
        ([mobile("m1")], [mobile("m2")], None),
        ([user("a")], [email("a@x.io")], None),
        ([email("a@x.io")], [user("a")], None),
    ],
)
def test_what_the_third_rule_keeps_apart_needs_force(
    winner: list[Identifier], loser: list[Identifier], rule: str | None
) -> None:
    assert forbidding_rule(state(*winner), state(*loser)) == rule


def test_a_contact_that_both_held_before_its_detachment_does_not_keep_them_apart() -> None:
    one, other = email("a@x.io"), email("b@x.io")
    assert forbidding_rule(state(user("a"), one), state(other), detached=other) is None
    assert forbidding_rule(state(other), state(user("a"), one), detached=other) is None
    assert forbidding_rule(state(one), state(other, email("c@x.io")), detached=other) == "R3b"
    assert forbidding_rule(state(user("a"), one), state(user("b"), other), detached=other) == "R3a"


@pytest.mark.parametrize(
    "winner, loser, namespace",
    [
        ([mobile("m1")], [mobile("m2")], ""),
        ([mobile("m1"), mobile("m2")], [mobile("m3")], "mobile_id"),
        ([mobile("m1"), mobile("m2")], [email("a@x.io")], ""),
        ([user("a")], [user("b")], ""),
        ([Identifier("former_user_id", f"f{n}") for n in range(19)] + [user("a")], [user("b")], ""),
        ([Identifier("former_user_id", f"f{n}") for n in range(20)] + [user("a")], [user("b")], "former_user_id"),
        ([Identifier("former_user_id", f"f{n}") for n in range(20)] + [user("a")], [mobile("m1")], ""),
    ],
)
def test_together_they_hold_no_more_than_the_limits_say(
    winner: list[Identifier], loser: list[Identifier], namespace: str
) -> None:
    assert exceeded_merge_limit(state(*winner), state(*loser), limited(device=2)) == namespace


@pytest.mark.parametrize("of_winner, of_loser, found", [(1, 0, ""), (0, 1, ""), (1, 1, "members"), (2, 0, "members")])
def test_together_they_have_no_more_members_than_the_limit_says(of_winner: int, of_loser: int, found: str) -> None:
    winner, loser = state(mobile("m1")), state(mobile("m2"))
    winner.members, loser.members = of_winner, of_loser
    assert exceeded_merge_limit(winner, loser, replace(DEFAULT_POLICY, members=2)) == found


def test_a_former_customer_id_counts_with_those_that_the_loser_had_before() -> None:
    loser = state(user("b"), *(Identifier("former_user_id", f"f{n}") for n in range(20)))
    assert exceeded_merge_limit(state(user("a")), loser, limited()) == "former_user_id"
    assert exceeded_merge_limit(state(mobile("m1")), loser, limited()) == ""
