"""R2 and R3: the target absorbs every other profile that is reached, but two customers never merge."""

from __future__ import annotations

from tests.identity.resolver_harness import ResolverHarness, aaid, device, email, limited, mobile, phone, user, visitor

from passerby.identity.stage import Stage
from passerby.messages import Identifier


def test_all_owners_are_absorbed_and_all_unknown_identifiers_attached() -> None:
    harness = ResolverHarness()
    others = [harness.track(mobile("m1")), harness.track(visitor("v1")), harness.identify(email("a@x.io"))]
    target = harness.identify(user("u1"))
    harness.new_decisions()
    sent = (user("u1"), email("a@x.io"), mobile("m1"), visitor("v1"), aaid("g1"))
    assert harness.identify(*sent) == target
    assert {harness.canonical(other) for other in others} == {target}
    assert {harness.owner(identifier) for identifier in sent} == {target}
    assert harness.kinds() == ["merged", "merged", "merged", "attached"]


def test_a_merge_names_the_identifiers_of_both_profiles() -> None:
    harness = ResolverHarness()
    loser, winner = harness.track(mobile("m1")), harness.identify(user("u1"))
    harness.new_decisions()
    harness.identify(mobile("m1"), user("u1"))
    (merged,) = harness.new_decisions()
    assert (merged.kind, merged.from_, merged.to) == ("merged", loser, winner)
    assert (merged.identifier, merged.by, merged.merge_id) == (mobile("m1"), user("u1"), "p03")


def test_what_an_absorbed_profile_held_counts_for_the_one_that_absorbed_it() -> None:
    harness = ResolverHarness()
    harness.identify(email("a@x.io"), mobile("m1"))
    harness.identify(user("u1"), phone("+4930123456"))
    harness.identify(user("u1"), email("a@x.io"))
    state = harness.state(mobile("m1"))
    assert (state.user_id, state.contacts) == ("u1", {email("a@x.io"), phone("+4930123456")})
    assert state.held == {"user_id": 1, "phone": 1, "email": 1, "mobile_id": 1}


def test_a_chain_of_merges_ends_at_the_last() -> None:
    harness = ResolverHarness()
    first, second, third = harness.track(mobile("m1")), harness.identify(email("a@x.io")), harness.identify(user("u1"))
    harness.identify(email("a@x.io"), mobile("m1"))
    harness.identify(user("u1"), email("a@x.io"))
    assert harness.canonical(first) == harness.canonical(second) == third


def test_two_customers_never_merge_by_a_contact_which_stays_where_it_is() -> None:
    harness = ResolverHarness()
    a = harness.identify(user("a"), email("a@x.io"))
    b = harness.identify(user("b"))
    harness.new_decisions()
    assert harness.identify(user("b"), email("a@x.io")) == b
    assert harness.owner(email("a@x.io")) == a
    assert [(d.kind, d.identifier, d.from_, d.to) for d in harness.new_decisions()] == [
        ("conflict", email("a@x.io"), a, b)
    ]


def test_two_customers_never_merge_by_an_event_that_names_neither() -> None:
    harness = ResolverHarness()
    a = harness.identify(user("a"), mobile("m1"))
    b = harness.identify(user("b"), aaid("g1"))
    assert harness.track(mobile("m1"), aaid("g1")) == a
    assert harness.owner(aaid("g1")) == a
    assert harness.owner(user("b")) == b


def test_two_leads_with_different_addresses_never_merge_on_weak_evidence() -> None:
    harness = ResolverHarness()
    a, b = harness.identify(email("a@x.io"), mobile("m1")), harness.identify(email("b@x.io"), visitor("v1"))
    assert harness.track(mobile("m1"), visitor("v1")) == a
    assert harness.owner(email("b@x.io")) == b
    assert harness.owner(visitor("v1")) == a


def test_two_leads_with_contacts_of_different_kinds_merge_on_weak_evidence() -> None:
    harness = ResolverHarness()
    a, b = harness.identify(email("a@x.io"), mobile("m1")), harness.identify(phone("+4930123456"), visitor("v1"))
    assert harness.track(mobile("m1"), visitor("v1")) == a
    assert harness.canonical(b) == a


def test_two_leads_with_different_addresses_merge_when_the_sender_names_both() -> None:
    harness = ResolverHarness()
    a, b = harness.identify(email("a@x.io")), harness.identify(email("b@x.io"))
    assert harness.identify(email("a@x.io"), email("b@x.io")) == a
    assert harness.canonical(b) == a


def test_a_lead_is_not_absorbed_by_its_device_when_the_message_names_another_address() -> None:
    harness = ResolverHarness()
    lead = harness.identify(email("a@x.io"), mobile("m1"))
    customer = harness.identify(user("u1"))
    assert harness.identify(user("u1"), email("b@x.io"), mobile("m1")) == customer
    assert harness.canonical(lead) == lead
    assert harness.owner(mobile("m1")) == customer


def test_a_device_that_moves_leaves_the_rest_with_its_old_owner() -> None:
    harness = ResolverHarness()
    harness.identify(user("a"), mobile("m1"), mobile("m2"))
    harness.identify(user("b"), mobile("m1"))
    assert harness.state(user("a")).held == {"user_id": 1, "mobile_id": 1}
    assert harness.state(user("b")).held == {"user_id": 1, "mobile_id": 1}


def test_a_customer_survives_a_merge_into_the_lead_that_was_the_target() -> None:
    harness = ResolverHarness()
    customer = harness.identify(user("u1"), mobile("m1"))
    lead = harness.identify(email("a@x.io"))
    harness.new_decisions()
    assert harness.identify(email("a@x.io"), mobile("m1")) == customer
    assert harness.canonical(lead) == customer
    (merged,) = harness.new_decisions()
    assert (merged.from_, merged.to) == (lead, customer)
    assert (merged.identifier, merged.by) == (email("a@x.io"), mobile("m1"))


def test_after_such_a_merge_the_customer_absorbs_the_rest_and_keeps_other_customers_away() -> None:
    harness = ResolverHarness()
    customer, other = harness.identify(user("u1"), mobile("m1")), harness.identify(user("u2"), visitor("v1"))
    harness.identify(email("a@x.io"))
    stray = harness.track(aaid("g1"))
    assert harness.identify(email("a@x.io"), mobile("m1"), visitor("v1"), aaid("g1")) == customer
    assert harness.canonical(stray) == customer
    assert harness.canonical(other) == other
    assert harness.owner(visitor("v1")) == customer


def test_of_two_customer_ids_in_one_message_the_first_counts() -> None:
    harness = ResolverHarness()
    second = harness.identify(user("u2"))
    first = harness.identify(user("u1"), user("u2"))
    assert harness.owner(user("u2")) == second != first


def test_an_alias_brings_a_known_visitor_to_the_customer() -> None:
    harness = ResolverHarness()
    visit = harness.track(visitor("v1"))
    customer = harness.identify(user("u1"))
    assert harness.identify(user("u1"), Identifier("previous_id", "v1")) == customer
    assert harness.canonical(visit) == customer


def test_an_alias_makes_a_known_visitor_the_unknown_customer() -> None:
    harness = ResolverHarness()
    visit = harness.track(visitor("v1"))
    assert harness.identify(user("u1"), Identifier("previous_id", "v1")) == visit
    assert harness.stage(visitor("v1")) is Stage.CUSTOMER


def test_an_alias_of_one_customer_to_another_is_a_conflict() -> None:
    harness = ResolverHarness()
    a, b = harness.identify(user("a")), harness.identify(user("b"))
    harness.new_decisions()
    assert harness.identify(user("b"), Identifier("previous_id", "a")) == b
    assert [(d.kind, d.identifier, d.from_, d.to) for d in harness.new_decisions()] == [
        ("attached", Identifier("previous_id", "a"), None, b),
        ("conflict", user("a"), a, b),
    ]


def test_an_alias_of_a_customer_to_itself_says_nothing() -> None:
    harness = ResolverHarness()
    harness.identify(user("a"))
    harness.new_decisions()
    harness.identify(user("a"), Identifier("previous_id", "a"))
    assert harness.new_decisions() == []


def test_an_alias_whose_customer_id_is_junk_is_about_the_visitor() -> None:
    harness = ResolverHarness()
    visit = harness.track(visitor("v1"))
    harness.new_decisions()
    assert harness.identify(user("undefined"), Identifier("previous_id", "v1")) == visit
    assert harness.kinds() == ["blocked", "attached"]


def test_a_visitor_whom_an_alias_recalls_is_reached_before_an_advertising_id() -> None:
    harness = ResolverHarness()
    by_advertising, visit = harness.track(aaid("g1")), harness.track(visitor("v1"))
    harness.new_decisions()
    harness.identify(user("u1"), aaid("g1"), Identifier("previous_id", "v1"))
    assert harness.canonical(by_advertising) == harness.canonical(visit) == visit
    assert harness.kinds() == ["attached", "merged", "attached"]


def test_visitors_are_reached_before_an_advertising_id_though_an_alias_names_them_last() -> None:
    harness = ResolverHarness()
    customer = harness.identify(user("u1"))
    by_advertising, visit = harness.track(aaid("g1")), harness.track(visitor("v1"))
    harness.new_decisions()
    harness.identify(user("u1"), aaid("g1"), Identifier("previous_id", "v1"))
    assert [decision.from_ for decision in harness.new_decisions()] == [visit, by_advertising, None]
    assert harness.canonical(visit) == customer


def test_a_visitor_whom_a_message_names_and_recalls_is_reached_once() -> None:
    harness = ResolverHarness(limited(device=1))
    harness.track(mobile("m1"), visitor("v1"))
    harness.track(visitor("v2"))
    harness.new_decisions()
    harness.track(mobile("m1"), visitor("v2"), Identifier("previous_id", "v2"))
    assert harness.kinds() == ["limited", "attached"]


def test_an_alias_without_usable_identifiers_has_no_effect() -> None:
    assert ResolverHarness().ignored(user("undefined"), Identifier("previous_id", "v1"))


def test_what_an_undo_has_separated_stays_apart_whichever_side_the_message_names() -> None:
    harness = ResolverHarness()
    anonymous, customer = harness.track(mobile("m1")), harness.identify(user("u1"), mobile("m2"))
    harness.separate(mobile("m1"), anonymous, customer)
    harness.new_decisions()
    assert harness.identify(user("u1"), mobile("m1")) == customer
    assert harness.track(mobile("m1"), mobile("m2")) == customer
    assert harness.owner(mobile("m1")) == anonymous
    assert harness.kinds() == ["conflict", "conflict"]


def test_what_an_undo_has_separated_merges_through_another_identifier() -> None:
    harness = ResolverHarness()
    anonymous, customer = harness.track(mobile("m1"), visitor("v1")), harness.identify(user("u1"))
    harness.separate(mobile("m1"), anonymous, customer)
    assert harness.identify(user("u1"), visitor("v1")) == customer
    assert harness.canonical(anonymous) == customer


def test_what_an_undo_has_separated_stays_apart_when_one_of_them_is_absorbed() -> None:
    harness = ResolverHarness()
    anonymous, lead = harness.track(mobile("m1")), harness.identify(email("a@x.io"))
    harness.separate(mobile("m1"), anonymous, lead)
    customer = harness.identify(user("u1"))
    harness.identify(user("u1"), email("a@x.io"))
    assert harness.identify(user("u1"), mobile("m1")) == customer
    assert harness.owner(mobile("m1")) == anonymous


def test_profiles_separated_by_an_undo_are_not_merged_through_a_hint() -> None:
    harness = ResolverHarness()
    anonymous, customer = harness.track(visitor("v1"), device("d1")), harness.identify(user("u1"))
    harness.separate(device("d1"), anonymous, customer)
    harness.new_decisions()
    harness.identify(user("u1"), device("d1"))
    assert harness.canonical(anonymous) == anonymous
    assert harness.kinds() == ["conflict"]


def test_a_separation_of_other_profiles_blocks_no_merge() -> None:
    harness = ResolverHarness()
    anonymous, customer = harness.track(mobile("m1")), harness.identify(user("u1"))
    unrelated = harness.identify(user("u2"))
    harness.separate(mobile("m1"), anonymous, unrelated)
    assert harness.identify(user("u1"), mobile("m1")) == harness.canonical(anonymous) == customer
