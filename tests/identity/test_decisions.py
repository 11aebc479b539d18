"""Each decision records its identifier, its profiles, and the rule."""

from __future__ import annotations

from typing import Literal

import pytest
from tests.identity.resolver_harness import ResolverHarness, aaid, device, email, limited, mobile, user, visitor

from passerby.identity.decisions import Decision, DecisionDetail, Rule
from passerby.identity.stage import Stage
from passerby.messages import Identifier


def limit(namespace: str, number: int, limited: Literal["identifier", "merge", "hint"]) -> DecisionDetail:
    return DecisionDetail(namespace=namespace, limit=number, limited=limited)


def last_decisions(harness: ResolverHarness) -> list[Decision]:
    """The decisions of the last message, by their message id."""
    news = harness.new_decisions()
    last = harness.resolver.decisions[-1].message_id
    return [decision for decision in news if decision.message_id == last]


def test_a_new_profile_and_what_is_attached_to_it() -> None:
    harness = ResolverHarness()
    harness.track(mobile("m1"))
    assert last_decisions(harness) == [
        Decision("created", "message-1", None, None, "p01", "R1"),
        Decision("attached", "message-1", mobile("m1"), None, "p01", "R2", by=mobile("m1")),
    ]


def test_a_profile_made_for_want_of_a_name() -> None:
    harness = ResolverHarness()
    harness.track(mobile("null"))
    assert last_decisions(harness) == [
        Decision("created", "message-1", None, None, "p01", "R1"),
        Decision("blocked", "message-1", mobile("null"), None, "p01", "block_list"),
    ]


def test_a_merge() -> None:
    harness = ResolverHarness()
    harness.track(mobile("m1"))
    harness.identify(user("u1"))
    harness.identify(user("u1"), mobile("m1"))
    merged = Decision("merged", "message-3", mobile("m1"), "p01", "p02", "R2", "p03", user("u1"))
    assert last_decisions(harness) == [merged]


def test_a_merge_of_a_profile_linked_to_a_hint() -> None:
    harness = ResolverHarness()
    harness.track(visitor("v1"), device("d"))
    harness.identify(user("u1"))
    harness.identify(user("u1"), device("d"))
    merged = Decision("merged", "message-3", device("d"), "p01", "p02", "hint", "p03", user("u1"))
    assert last_decisions(harness) == [merged]


@pytest.mark.parametrize(
    "contacts, rule",
    [
        ([(user("a"),), (user("b"),)], "R3a"),
        ([(email("a@x.io"),), (email("b@x.io"),)], "R3b"),
    ],
)
def test_a_device_that_moves(contacts: list[tuple[Identifier, ...]], rule: Rule) -> None:
    harness = ResolverHarness()
    harness.identify(*contacts[0], mobile("m1"))
    harness.identify(*contacts[1])
    harness.identify(*contacts[1], mobile("m1"))
    by = contacts[1][0]
    assert last_decisions(harness) == [Decision("reassigned", "message-3", mobile("m1"), "p01", "p02", rule, by=by)]


def test_a_contact_that_stays() -> None:
    harness = ResolverHarness()
    harness.identify(user("a"), email("a@x.io"))
    harness.identify(user("b"))
    harness.identify(user("b"), email("a@x.io"))
    assert last_decisions(harness) == [
        Decision("conflict", "message-3", email("a@x.io"), "p01", "p02", "R3a", by=user("b"))
    ]


def test_an_alias_of_one_customer_to_another() -> None:
    harness = ResolverHarness()
    harness.identify(user("a"))
    harness.identify(user("b"))
    harness.identify(user("b"), Identifier("previous_id", "a"))
    alias = Identifier("previous_id", "a")
    assert last_decisions(harness) == [
        Decision("attached", "message-3", alias, None, "p02", "alias", by=user("b")),
        Decision("conflict", "message-3", user("a"), "p01", "p02", "R3a", by=user("b")),
    ]


def test_a_customer_id_that_an_alias_named_before() -> None:
    harness = ResolverHarness()
    harness.identify(user("b"), Identifier("previous_id", "a"))
    harness.identify(user("a"))
    assert last_decisions(harness) == [
        Decision("created", "message-2", None, None, "p02", "R1"),
        Decision("attached", "message-2", user("a"), None, "p02", "R2", by=user("a")),
        Decision("conflict", "message-2", user("a"), "p02", "p01", "R3a", by=user("a")),
    ]


def test_a_device_that_an_alias_named_before() -> None:
    harness = ResolverHarness()
    alias = Identifier("previous_id", "v")
    harness.identify(user("b"), alias)
    harness.track(visitor("v"))
    assert last_decisions(harness) == [Decision("attached", "message-2", visitor("v"), None, "p01", "alias", by=alias)]


@pytest.mark.parametrize("through", [mobile("m1"), device("d")])
def test_an_identifier_that_an_undo_keeps_where_it_is(through: Identifier) -> None:
    harness = ResolverHarness()
    harness.track(visitor("v1"), through)
    harness.identify(user("u1"))
    harness.separate(through, "p01", "p02")
    harness.identify(user("u1"), through)
    assert last_decisions(harness) == [Decision("conflict", "message-3", through, "p01", "p02", "undo", by=user("u1"))]


def test_an_identifier_that_is_not_attached_for_the_limit() -> None:
    harness = ResolverHarness(limited(device=1))
    harness.identify(user("u1"), mobile("m1"))
    harness.identify(user("u1"), mobile("m2"))
    detail = limit("mobile_id", 1, "identifier")
    assert last_decisions(harness) == [
        Decision("limited", "message-2", mobile("m2"), None, "p01", "limit", by=user("u1"), detail=detail)
    ]


def test_an_identifier_that_does_not_move_for_the_limit() -> None:
    harness = ResolverHarness(limited(advertising=1))
    harness.identify(user("a"), aaid("g1"))
    harness.identify(user("b"), aaid("g2"))
    harness.identify(user("b"), aaid("g1"))
    detail = limit("aaid", 1, "identifier")
    assert last_decisions(harness) == [
        Decision("limited", "message-3", aaid("g1"), "p01", "p02", "limit", by=user("b"), detail=detail)
    ]


@pytest.mark.parametrize("through", [mobile("m1"), device("d")])
def test_a_merge_that_is_not_made_for_the_limit(through: Identifier) -> None:
    harness = ResolverHarness(limited(device=1))
    harness.track(mobile("m1"), device("d"))
    harness.identify(user("u1"), mobile("m2"))
    harness.identify(user("u1"), through)
    detail = limit("mobile_id", 1, "merge")
    assert last_decisions(harness) == [
        Decision("limited", "message-3", through, "p01", "p02", "limit", by=user("u1"), detail=detail)
    ]


def test_a_link_that_is_not_made_for_the_limit() -> None:
    harness = ResolverHarness(limited(hint=1))
    harness.track(visitor("v1"), device("d"))
    harness.track(visitor("v2"))
    harness.track(visitor("v2"), device("d"))
    detail = limit("device_id", 1, "hint")
    assert last_decisions(harness) == [
        Decision("limited", "message-3", device("d"), None, "p02", "limit", by=visitor("v2"), detail=detail)
    ]


def test_created_profiles_are_collected_as_new() -> None:
    harness = ResolverHarness()
    profile = harness.identify(user("u1"))
    assert harness.resolver.created == {profile: None}
    assert harness.resolver.changed == {profile: None}


def test_changed_profiles_are_collected_with_their_previous_stage() -> None:
    harness = ResolverHarness()
    harness.track(mobile("m1"))
    harness.identify(user("u1"))
    harness.resolver.changed.clear()
    harness.identify(mobile("m1"), email("a@x.io"))
    assert harness.resolver.changed == {"p01": Stage.ANONYMOUS}
    harness.identify(user("u1"), email("a@x.io"))
    assert harness.resolver.changed == {"p01": Stage.ANONYMOUS, "p02": Stage.CUSTOMER}


def test_a_message_without_news_changes_no_profile() -> None:
    harness = ResolverHarness()
    harness.identify(user("u1"), mobile("m1"))
    harness.resolver.changed.clear()
    harness.new_decisions()
    harness.identify(user("u1"), mobile("m1"))
    harness.track(mobile("m1"))
    assert harness.new_decisions() == []
    assert harness.resolver.changed == {}
