"""Each decision tells what it was about, who was concerned, and the rule."""

from __future__ import annotations

from typing import Literal

import pytest
from tests.identity.desk import Desk, aaid, device, email, limited, mobile, user, visitor

from passerby.identity.decisions import Decision, DecisionDetail, Rule
from passerby.identity.stage import Stage
from passerby.messages import Identifier


def limit(namespace: str, number: int, limited: Literal["identifier", "merge", "hint"]) -> DecisionDetail:
    return DecisionDetail(namespace=namespace, limit=number, limited=limited)


def told(desk: Desk) -> list[Decision]:
    """The decisions of the last message, which have to say that they are."""
    news = desk.news()
    last = desk.resolver.decisions[-1].message_id
    return [decision for decision in news if decision.message_id == last]


def test_a_new_profile_and_what_is_attached_to_it() -> None:
    desk = Desk()
    desk.track(mobile("m1"))
    assert told(desk) == [
        Decision("created", "message-1", None, None, "p01", "R1"),
        Decision("attached", "message-1", mobile("m1"), None, "p01", "R2", by=mobile("m1")),
    ]


def test_a_profile_made_for_want_of_a_name() -> None:
    desk = Desk()
    desk.track(mobile("null"))
    assert told(desk) == [
        Decision("created", "message-1", None, None, "p01", "R1"),
        Decision("blocked", "message-1", mobile("null"), None, "p01", "block_list"),
    ]


def test_a_merge() -> None:
    desk = Desk()
    desk.track(mobile("m1"))
    desk.identify(user("u1"))
    desk.identify(user("u1"), mobile("m1"))
    merged = Decision("merged", "message-3", mobile("m1"), "p01", "p02", "R2", "p03", user("u1"))
    assert told(desk) == [merged]


def test_a_merge_of_who_waited_behind_a_hint() -> None:
    desk = Desk()
    desk.track(visitor("v1"), device("d"))
    desk.identify(user("u1"))
    desk.identify(user("u1"), device("d"))
    merged = Decision("merged", "message-3", device("d"), "p01", "p02", "hint", "p03", user("u1"))
    assert told(desk) == [merged]


@pytest.mark.parametrize(
    "contacts, rule",
    [
        ([(user("a"),), (user("b"),)], "R3a"),
        ([(email("a@x.io"),), (email("b@x.io"),)], "R3b"),
    ],
)
def test_a_device_that_moves(contacts: list[tuple[Identifier, ...]], rule: Rule) -> None:
    desk = Desk()
    desk.identify(*contacts[0], mobile("m1"))
    desk.identify(*contacts[1])
    desk.identify(*contacts[1], mobile("m1"))
    by = contacts[1][0]
    assert told(desk) == [Decision("reassigned", "message-3", mobile("m1"), "p01", "p02", rule, by=by)]


def test_a_contact_that_stays() -> None:
    desk = Desk()
    desk.identify(user("a"), email("a@x.io"))
    desk.identify(user("b"))
    desk.identify(user("b"), email("a@x.io"))
    assert told(desk) == [Decision("conflict", "message-3", email("a@x.io"), "p01", "p02", "R3a", by=user("b"))]


def test_an_alias_of_one_customer_to_another() -> None:
    desk = Desk()
    desk.identify(user("a"))
    desk.identify(user("b"))
    desk.identify(user("b"), Identifier("previous_id", "a"))
    alias = Identifier("previous_id", "a")
    assert told(desk) == [
        Decision("attached", "message-3", alias, None, "p02", "alias", by=user("b")),
        Decision("conflict", "message-3", user("a"), "p01", "p02", "R3a", by=user("b")),
    ]


def test_a_customer_id_that_an_alias_named_before() -> None:
    desk = Desk()
    desk.identify(user("b"), Identifier("previous_id", "a"))
    desk.identify(user("a"))
    assert told(desk) == [
        Decision("created", "message-2", None, None, "p02", "R1"),
        Decision("attached", "message-2", user("a"), None, "p02", "R2", by=user("a")),
        Decision("conflict", "message-2", user("a"), "p02", "p01", "R3a", by=user("a")),
    ]


def test_a_device_that_an_alias_named_before() -> None:
    desk = Desk()
    alias = Identifier("previous_id", "v")
    desk.identify(user("b"), alias)
    desk.track(visitor("v"))
    assert told(desk) == [Decision("attached", "message-2", visitor("v"), None, "p01", "alias", by=alias)]


@pytest.mark.parametrize("through", [mobile("m1"), device("d")])
def test_an_identifier_that_an_undo_keeps_where_it_is(through: Identifier) -> None:
    desk = Desk()
    desk.track(visitor("v1"), through)
    desk.identify(user("u1"))
    desk.separate(through, "p01", "p02")
    desk.identify(user("u1"), through)
    assert told(desk) == [Decision("conflict", "message-3", through, "p01", "p02", "undo", by=user("u1"))]


def test_an_identifier_that_is_not_attached_for_the_limit() -> None:
    desk = Desk(limited(device=1))
    desk.identify(user("u1"), mobile("m1"))
    desk.identify(user("u1"), mobile("m2"))
    detail = limit("mobile_id", 1, "identifier")
    assert told(desk) == [
        Decision("limited", "message-2", mobile("m2"), None, "p01", "limit", by=user("u1"), detail=detail)
    ]


def test_an_identifier_that_does_not_move_for_the_limit() -> None:
    desk = Desk(limited(advertising=1))
    desk.identify(user("a"), aaid("g1"))
    desk.identify(user("b"), aaid("g2"))
    desk.identify(user("b"), aaid("g1"))
    detail = limit("aaid", 1, "identifier")
    assert told(desk) == [
        Decision("limited", "message-3", aaid("g1"), "p01", "p02", "limit", by=user("b"), detail=detail)
    ]


@pytest.mark.parametrize("through", [mobile("m1"), device("d")])
def test_a_merge_that_is_not_made_for_the_limit(through: Identifier) -> None:
    desk = Desk(limited(device=1))
    desk.track(mobile("m1"), device("d"))
    desk.identify(user("u1"), mobile("m2"))
    desk.identify(user("u1"), through)
    detail = limit("mobile_id", 1, "merge")
    assert told(desk) == [
        Decision("limited", "message-3", through, "p01", "p02", "limit", by=user("u1"), detail=detail)
    ]


def test_a_link_that_is_not_made_for_the_limit() -> None:
    desk = Desk(limited(hint=1))
    desk.track(visitor("v1"), device("d"))
    desk.track(visitor("v2"))
    desk.track(visitor("v2"), device("d"))
    detail = limit("device_id", 1, "hint")
    assert told(desk) == [
        Decision("limited", "message-3", device("d"), None, "p02", "limit", by=visitor("v2"), detail=detail)
    ]


def test_whoever_was_made_is_noted_as_one_who_was_not_there_before() -> None:
    desk = Desk()
    profile = desk.identify(user("u1"))
    assert desk.resolver.created == {profile: None}
    assert desk.resolver.changed == {profile: None}


def test_whoever_changed_is_noted_with_the_stage_before() -> None:
    desk = Desk()
    desk.track(mobile("m1"))
    desk.identify(user("u1"))
    desk.resolver.changed.clear()
    desk.identify(mobile("m1"), email("a@x.io"))
    assert desk.resolver.changed == {"p01": Stage.ANONYMOUS}
    desk.identify(user("u1"), email("a@x.io"))
    assert desk.resolver.changed == {"p01": Stage.ANONYMOUS, "p02": Stage.CUSTOMER}


def test_a_message_that_says_nothing_new_changes_nobody() -> None:
    desk = Desk()
    desk.identify(user("u1"), mobile("m1"))
    desk.resolver.changed.clear()
    desk.news()
    desk.identify(user("u1"), mobile("m1"))
    desk.track(mobile("m1"))
    assert desk.news() == []
    assert desk.resolver.changed == {}
