"""Hints link to many profiles at once and never name one."""

from __future__ import annotations

from tests.identity.desk import Desk, device, email, limited, mobile, user, visitor


def waiting(desk: Desk, value: str = "d") -> list[str]:
    return list(desk.resolver.known.links.get(device(value), {}))


def test_a_message_that_names_nobody_links_its_hints_to_an_anonymous_target() -> None:
    desk = Desk()
    profile = desk.track(visitor("v1"), device("d"), device("e"))
    assert desk.resolver.known.links == {device("d"): {profile: None}, device("e"): {profile: None}}
    assert desk.resolver.linked == {device("d"): {profile: None}, device("e"): {profile: None}}


def test_a_hint_links_a_profile_once() -> None:
    desk = Desk()
    profiles = [desk.track(visitor("v1"), device("d")) for _ in range(3)]
    assert waiting(desk) == profiles[:1]


def test_a_hint_never_links_a_lead_or_a_customer() -> None:
    desk = Desk()
    desk.identify(email("a@x.io"), visitor("v1"))
    desk.identify(user("u1"), visitor("v2"))
    desk.track(visitor("v1"), device("d"))
    desk.track(visitor("v2"), device("d"))
    assert waiting(desk) == []


def test_a_message_that_names_somebody_links_no_hints() -> None:
    desk = Desk()
    desk.identify(email("a@x.io"), device("d"))
    assert waiting(desk) == []


def test_a_message_that_names_somebody_absorbs_the_anonymous_behind_its_hints_and_clears_the_links() -> None:
    desk = Desk()
    visits = [desk.track(visitor(value), device("d")) for value in ("v1", "v2")]
    elsewhere = desk.track(visitor("v3"), device("e"))
    lead = desk.identify(email("a@x.io"), device("d"))
    assert {desk.now(visit) for visit in visits} == {lead}
    assert desk.now(elsewhere) == elsewhere
    assert waiting(desk) == []
    assert desk.resolver.cleared == {device("d"): None}
    assert device("d") not in desk.resolver.linked


def test_links_that_are_made_after_a_clearing_hold() -> None:
    desk = Desk()
    desk.identify(email("a@x.io"), device("d"))
    later = desk.track(visitor("v1"), device("d"))
    assert waiting(desk) == [later]
    assert desk.resolver.linked == {device("d"): {later: None}}


def test_whoever_got_a_name_while_waiting_is_not_absorbed() -> None:
    desk = Desk()
    visit = desk.track(visitor("v1"), device("d"))
    desk.identify(visitor("v1"), email("a@x.io"))
    desk.identify(user("u1"), device("d"))
    assert desk.now(visit) == visit


def test_whoever_was_absorbed_while_waiting_is_followed_to_where_he_went() -> None:
    desk = Desk()
    older, newer = desk.track(visitor("v1")), desk.track(visitor("v2"), device("d"))
    desk.track(visitor("v1"), visitor("v2"))
    customer = desk.identify(user("u1"), device("d"))
    assert desk.now(newer) == desk.now(older) == customer


def test_one_of_whose_members_waits_already_is_not_linked_again() -> None:
    desk = Desk()
    desk.track(visitor("v1"))
    newer = desk.track(visitor("v2"), device("d"))
    desk.track(visitor("v1"), visitor("v2"))
    desk.track(visitor("v1"), device("d"))
    assert waiting(desk) == [desk.now(newer)]


def test_the_people_behind_a_hint_are_absorbed_the_oldest_first() -> None:
    desk = Desk()
    older, newer = desk.track(visitor("v1")), desk.track(visitor("v2"), device("d"))
    desk.track(visitor("v1"), device("d"))
    desk.news()
    desk.identify(user("u1"), device("d"))
    assert [decision.from_ for decision in desk.news() if decision.kind == "merged"] == [older, newer]


def test_the_target_itself_waiting_behind_its_hint_is_no_merge() -> None:
    desk = Desk()
    visit = desk.track(visitor("v1"), device("d"))
    desk.news()
    assert desk.identify(visitor("v1"), user("u1"), device("d")) == visit
    assert desk.kinds() == ["attached"]


def test_events_with_nothing_but_a_hint_wait_behind_it() -> None:
    desk = Desk()
    events = [desk.track(device("d")) for _ in range(3)]
    customer = desk.identify(user("u1"), device("d"))
    assert {desk.now(event) for event in events} == {customer}


def test_no_more_than_the_limit_wait_behind_a_hint() -> None:
    desk = Desk(limited(hint=2))
    profiles = [desk.track(visitor(value), device("d")) for value in ("v1", "v2", "v3")]
    assert waiting(desk) == profiles[:2]
    assert desk.kinds()[-1] == "limited"


def test_two_that_became_one_while_waiting_count_as_one() -> None:
    desk = Desk(limited(hint=2))
    desk.track(visitor("v1"), device("d"))
    desk.track(visitor("v2"), device("d"))
    desk.track(visitor("v1"), visitor("v2"))
    third = desk.track(visitor("v3"), device("d"))
    assert third in waiting(desk)


def test_whoever_waits_is_known_anew_after_each_merge() -> None:
    desk = Desk(limited(hint=2))
    for value in ("v1", "v2", "v3"):
        desk.track(visitor(value), device("d"))
    desk.track(visitor("v1"), visitor("v2"))
    assert desk.news()[-1].kind == "merged"
    fourth = desk.track(visitor("v4"), device("d"))
    assert fourth in waiting(desk)
    assert desk.track(visitor("v5"), device("d")) not in waiting(desk)
    desk.track(visitor("v1"), visitor("v4"))
    sixth = desk.track(visitor("v6"), device("d"))
    assert sixth in waiting(desk)


def test_what_waits_behind_one_hint_is_nothing_to_another() -> None:
    desk = Desk()
    desk.track(visitor("v1"))
    newer = desk.track(visitor("v2"), device("e"))
    desk.track(visitor("v1"), visitor("v2"))
    others = [desk.track(visitor(value), device("d")) for value in ("v3", "v4")]
    desk.track(visitor("v1"), device("e"))
    assert waiting(desk, "e") == [desk.now(newer)]
    assert waiting(desk, "d") == others


def test_who_waited_before_the_batch_is_followed_through_its_first_merge() -> None:
    desk = Desk()
    older, newer = desk.track(visitor("v1")), desk.track(visitor("v2"))
    desk.resolver.known.links[device("d")] = {newer: None}
    desk.track(visitor("v1"), visitor("v2"))
    desk.track(visitor("v1"), device("d"))
    assert waiting(desk) == [older]


def test_a_hint_that_was_claimed_without_any_merge_begins_anew() -> None:
    desk = Desk(limited(hint=1, device=1))
    desk.track(mobile("m1"))
    desk.track(mobile("m1"), visitor("m1"))
    desk.track(visitor("v1"), device("d"))
    customer = desk.identify(user("u1"), visitor("v0"), device("d"))
    assert desk.owner(visitor("v1")) != customer
    again = desk.track(visitor("v1"), device("d"))
    assert waiting(desk) == [again]
    assert desk.track(visitor("v2"), device("d")) not in waiting(desk)


def test_a_hint_absorbs_only_as_many_as_the_target_may_hold() -> None:
    desk = Desk(limited(device=2))
    first, second = desk.track(visitor("v1"), device("d")), desk.track(visitor("v2"), device("d"))
    desk.news()
    customer = desk.identify(user("u1"), mobile("m1"), visitor("v0"), device("d"))
    assert desk.now(first) == customer
    assert desk.now(second) == second
    assert desk.kinds() == ["created", "attached", "attached", "attached", "merged", "limited"]
