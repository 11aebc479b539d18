"""Hints link to many profiles and never identify one."""

from __future__ import annotations

from tests.identity.resolver_harness import ResolverHarness, device, email, limited, mobile, user, visitor


def waiting(harness: ResolverHarness, value: str = "d") -> list[str]:
    return list(harness.resolver.known.links.get(device(value), {}))


def test_a_message_without_user_identifier_links_its_hints_to_an_anonymous_target() -> None:
    harness = ResolverHarness()
    profile = harness.track(visitor("v1"), device("d"), device("e"))
    assert harness.resolver.known.links == {device("d"): {profile: None}, device("e"): {profile: None}}
    assert harness.resolver.linked == {device("d"): {profile: None}, device("e"): {profile: None}}


def test_a_hint_links_a_profile_once() -> None:
    harness = ResolverHarness()
    profiles = [harness.track(visitor("v1"), device("d")) for _ in range(3)]
    assert waiting(harness) == profiles[:1]


def test_a_hint_never_links_a_lead_or_a_customer() -> None:
    harness = ResolverHarness()
    harness.identify(email("a@x.io"), visitor("v1"))
    harness.identify(user("u1"), visitor("v2"))
    harness.track(visitor("v1"), device("d"))
    harness.track(visitor("v2"), device("d"))
    assert waiting(harness) == []


def test_a_message_with_a_user_identifier_links_no_hints() -> None:
    harness = ResolverHarness()
    harness.identify(email("a@x.io"), device("d"))
    assert waiting(harness) == []


def test_a_message_with_a_user_identifier_absorbs_anonymous_profiles_linked_to_its_hints() -> None:
    harness = ResolverHarness()
    visits = [harness.track(visitor(value), device("d")) for value in ("v1", "v2")]
    elsewhere = harness.track(visitor("v3"), device("e"))
    lead = harness.identify(email("a@x.io"), device("d"))
    assert {harness.canonical(visit) for visit in visits} == {lead}
    assert harness.canonical(elsewhere) == elsewhere
    assert waiting(harness) == []
    assert harness.resolver.cleared == {device("d"): None}
    assert device("d") not in harness.resolver.linked


def test_links_that_are_made_after_a_clearing_hold() -> None:
    harness = ResolverHarness()
    harness.identify(email("a@x.io"), device("d"))
    later = harness.track(visitor("v1"), device("d"))
    assert waiting(harness) == [later]
    assert harness.resolver.linked == {device("d"): {later: None}}


def test_a_linked_profile_that_was_identified_meanwhile_is_not_absorbed() -> None:
    harness = ResolverHarness()
    visit = harness.track(visitor("v1"), device("d"))
    harness.identify(visitor("v1"), email("a@x.io"))
    harness.identify(user("u1"), device("d"))
    assert harness.canonical(visit) == visit


def test_a_linked_profile_that_was_absorbed_is_followed_to_its_canonical_profile() -> None:
    harness = ResolverHarness()
    older, newer = harness.track(visitor("v1")), harness.track(visitor("v2"), device("d"))
    harness.track(visitor("v1"), visitor("v2"))
    customer = harness.identify(user("u1"), device("d"))
    assert harness.canonical(newer) == harness.canonical(older) == customer


def test_a_profile_with_a_linked_member_is_not_linked_again() -> None:
    harness = ResolverHarness()
    harness.track(visitor("v1"))
    newer = harness.track(visitor("v2"), device("d"))
    harness.track(visitor("v1"), visitor("v2"))
    harness.track(visitor("v1"), device("d"))
    assert waiting(harness) == [harness.canonical(newer)]


def test_profiles_linked_to_a_hint_are_absorbed_oldest_first() -> None:
    harness = ResolverHarness()
    older, newer = harness.track(visitor("v1")), harness.track(visitor("v2"), device("d"))
    harness.track(visitor("v1"), device("d"))
    harness.new_decisions()
    harness.identify(user("u1"), device("d"))
    assert [decision.from_ for decision in harness.new_decisions() if decision.kind == "merged"] == [older, newer]


def test_a_target_linked_to_its_own_hint_is_not_a_merge() -> None:
    harness = ResolverHarness()
    visit = harness.track(visitor("v1"), device("d"))
    harness.new_decisions()
    assert harness.identify(visitor("v1"), user("u1"), device("d")) == visit
    assert harness.kinds() == ["attached"]


def test_profiles_of_events_with_only_a_hint_are_linked_to_it() -> None:
    harness = ResolverHarness()
    events = [harness.track(device("d")) for _ in range(3)]
    customer = harness.identify(user("u1"), device("d"))
    assert {harness.canonical(event) for event in events} == {customer}


def test_no_more_profiles_than_the_limit_are_linked_to_a_hint() -> None:
    harness = ResolverHarness(limited(hint=2))
    profiles = [harness.track(visitor(value), device("d")) for value in ("v1", "v2", "v3")]
    assert waiting(harness) == profiles[:2]
    assert harness.kinds()[-1] == "limited"


def test_two_that_became_one_while_waiting_count_as_one() -> None:
    harness = ResolverHarness(limited(hint=2))
    harness.track(visitor("v1"), device("d"))
    harness.track(visitor("v2"), device("d"))
    harness.track(visitor("v1"), visitor("v2"))
    third = harness.track(visitor("v3"), device("d"))
    assert third in waiting(harness)


def test_linked_profiles_are_resolved_again_after_each_merge() -> None:
    harness = ResolverHarness(limited(hint=2))
    for value in ("v1", "v2", "v3"):
        harness.track(visitor(value), device("d"))
    harness.track(visitor("v1"), visitor("v2"))
    assert harness.new_decisions()[-1].kind == "merged"
    fourth = harness.track(visitor("v4"), device("d"))
    assert fourth in waiting(harness)
    assert harness.track(visitor("v5"), device("d")) not in waiting(harness)
    harness.track(visitor("v1"), visitor("v4"))
    sixth = harness.track(visitor("v6"), device("d"))
    assert sixth in waiting(harness)


def test_links_of_one_hint_do_not_count_for_another() -> None:
    harness = ResolverHarness()
    harness.track(visitor("v1"))
    newer = harness.track(visitor("v2"), device("e"))
    harness.track(visitor("v1"), visitor("v2"))
    others = [harness.track(visitor(value), device("d")) for value in ("v3", "v4")]
    harness.track(visitor("v1"), device("e"))
    assert waiting(harness, "e") == [harness.canonical(newer)]
    assert waiting(harness, "d") == others


def test_who_waited_before_the_batch_is_followed_through_its_first_merge() -> None:
    harness = ResolverHarness()
    older, newer = harness.track(visitor("v1")), harness.track(visitor("v2"))
    harness.resolver.known.links[device("d")] = {newer: None}
    harness.track(visitor("v1"), visitor("v2"))
    harness.track(visitor("v1"), device("d"))
    assert waiting(harness) == [older]


def test_a_hint_claimed_without_a_merge_starts_without_links() -> None:
    harness = ResolverHarness(limited(hint=1, device=1))
    harness.track(mobile("m1"))
    harness.track(mobile("m1"), visitor("m1"))
    harness.track(visitor("v1"), device("d"))
    customer = harness.identify(user("u1"), visitor("v0"), device("d"))
    assert harness.owner(visitor("v1")) != customer
    again = harness.track(visitor("v1"), device("d"))
    assert waiting(harness) == [again]
    assert harness.track(visitor("v2"), device("d")) not in waiting(harness)


def test_a_hint_absorbs_only_as_many_as_the_target_may_hold() -> None:
    harness = ResolverHarness(limited(device=2))
    first, second = harness.track(visitor("v1"), device("d")), harness.track(visitor("v2"), device("d"))
    harness.new_decisions()
    customer = harness.identify(user("u1"), mobile("m1"), visitor("v0"), device("d"))
    assert harness.canonical(first) == customer
    assert harness.canonical(second) == second
    assert harness.kinds() == ["created", "attached", "attached", "attached", "merged", "limited"]
