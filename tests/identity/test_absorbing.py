"""R2 and R3: the target absorbs every other profile that is reached, but two customers never merge."""

from __future__ import annotations

from tests.identity.desk import Desk, aaid, device, email, limited, mobile, phone, user, visitor

from passerby.identity.stage import Stage
from passerby.messages import Identifier


def test_all_owners_are_absorbed_and_all_unknown_identifiers_attached() -> None:
    desk = Desk()
    others = [desk.track(mobile("m1")), desk.track(visitor("v1")), desk.identify(email("a@x.io"))]
    target = desk.identify(user("u1"))
    desk.news()
    sent = (user("u1"), email("a@x.io"), mobile("m1"), visitor("v1"), aaid("g1"))
    assert desk.identify(*sent) == target
    assert {desk.now(other) for other in others} == {target}
    assert {desk.owner(identifier) for identifier in sent} == {target}
    assert desk.kinds() == ["merged", "merged", "merged", "attached"]


def test_a_merge_tells_what_reached_the_one_and_what_named_the_other() -> None:
    desk = Desk()
    loser, winner = desk.track(mobile("m1")), desk.identify(user("u1"))
    desk.news()
    desk.identify(mobile("m1"), user("u1"))
    (merged,) = desk.news()
    assert (merged.kind, merged.from_, merged.to) == ("merged", loser, winner)
    assert (merged.identifier, merged.by, merged.merge_id) == (mobile("m1"), user("u1"), "p03")


def test_what_an_absorbed_profile_held_counts_for_the_one_that_absorbed_it() -> None:
    desk = Desk()
    desk.identify(email("a@x.io"), mobile("m1"))
    desk.identify(user("u1"), phone("+4930123456"))
    desk.identify(user("u1"), email("a@x.io"))
    state = desk.state(mobile("m1"))
    assert (state.user_id, state.contacts) == ("u1", {email("a@x.io"), phone("+4930123456")})
    assert state.held == {"user_id": 1, "phone": 1, "email": 1, "mobile_id": 1}


def test_a_chain_of_merges_ends_at_the_last() -> None:
    desk = Desk()
    first, second, third = desk.track(mobile("m1")), desk.identify(email("a@x.io")), desk.identify(user("u1"))
    desk.identify(email("a@x.io"), mobile("m1"))
    desk.identify(user("u1"), email("a@x.io"))
    assert desk.now(first) == desk.now(second) == third


def test_two_customers_never_merge_by_a_contact_which_stays_where_it_is() -> None:
    desk = Desk()
    a = desk.identify(user("a"), email("a@x.io"))
    b = desk.identify(user("b"))
    desk.news()
    assert desk.identify(user("b"), email("a@x.io")) == b
    assert desk.owner(email("a@x.io")) == a
    assert [(d.kind, d.identifier, d.from_, d.to) for d in desk.news()] == [("conflict", email("a@x.io"), a, b)]


def test_two_customers_never_merge_by_an_event_that_names_neither() -> None:
    desk = Desk()
    a = desk.identify(user("a"), mobile("m1"))
    b = desk.identify(user("b"), aaid("g1"))
    assert desk.track(mobile("m1"), aaid("g1")) == a
    assert desk.owner(aaid("g1")) == a
    assert desk.owner(user("b")) == b


def test_two_leads_with_different_addresses_never_merge_on_weak_evidence() -> None:
    desk = Desk()
    a, b = desk.identify(email("a@x.io"), mobile("m1")), desk.identify(email("b@x.io"), visitor("v1"))
    assert desk.track(mobile("m1"), visitor("v1")) == a
    assert desk.owner(email("b@x.io")) == b
    assert desk.owner(visitor("v1")) == a


def test_two_leads_with_contacts_of_different_kinds_merge_on_weak_evidence() -> None:
    desk = Desk()
    a, b = desk.identify(email("a@x.io"), mobile("m1")), desk.identify(phone("+4930123456"), visitor("v1"))
    assert desk.track(mobile("m1"), visitor("v1")) == a
    assert desk.now(b) == a


def test_two_leads_with_different_addresses_merge_when_the_sender_names_both() -> None:
    desk = Desk()
    a, b = desk.identify(email("a@x.io")), desk.identify(email("b@x.io"))
    assert desk.identify(email("a@x.io"), email("b@x.io")) == a
    assert desk.now(b) == a


def test_a_lead_is_not_absorbed_by_its_device_when_the_message_names_another_address() -> None:
    desk = Desk()
    lead = desk.identify(email("a@x.io"), mobile("m1"))
    customer = desk.identify(user("u1"))
    assert desk.identify(user("u1"), email("b@x.io"), mobile("m1")) == customer
    assert desk.now(lead) == lead
    assert desk.owner(mobile("m1")) == customer


def test_a_device_that_moves_leaves_the_rest_with_its_old_owner() -> None:
    desk = Desk()
    desk.identify(user("a"), mobile("m1"), mobile("m2"))
    desk.identify(user("b"), mobile("m1"))
    assert desk.state(user("a")).held == {"user_id": 1, "mobile_id": 1}
    assert desk.state(user("b")).held == {"user_id": 1, "mobile_id": 1}


def test_a_customer_survives_a_merge_into_the_lead_that_was_the_target() -> None:
    desk = Desk()
    customer = desk.identify(user("u1"), mobile("m1"))
    lead = desk.identify(email("a@x.io"))
    desk.news()
    assert desk.identify(email("a@x.io"), mobile("m1")) == customer
    assert desk.now(lead) == customer
    (merged,) = desk.news()
    assert (merged.from_, merged.to) == (lead, customer)
    assert (merged.identifier, merged.by) == (email("a@x.io"), mobile("m1"))


def test_after_such_a_merge_the_customer_absorbs_the_rest_and_keeps_other_customers_away() -> None:
    desk = Desk()
    customer, other = desk.identify(user("u1"), mobile("m1")), desk.identify(user("u2"), visitor("v1"))
    desk.identify(email("a@x.io"))
    stray = desk.track(aaid("g1"))
    assert desk.identify(email("a@x.io"), mobile("m1"), visitor("v1"), aaid("g1")) == customer
    assert desk.now(stray) == customer
    assert desk.now(other) == other
    assert desk.owner(visitor("v1")) == customer


def test_of_two_customer_ids_in_one_message_the_first_counts() -> None:
    desk = Desk()
    second = desk.identify(user("u2"))
    first = desk.identify(user("u1"), user("u2"))
    assert desk.owner(user("u2")) == second != first


def test_an_alias_brings_a_known_visitor_to_the_customer() -> None:
    desk = Desk()
    visit = desk.track(visitor("v1"))
    customer = desk.identify(user("u1"))
    assert desk.identify(user("u1"), Identifier("previous_id", "v1")) == customer
    assert desk.now(visit) == customer


def test_an_alias_makes_a_known_visitor_the_unknown_customer() -> None:
    desk = Desk()
    visit = desk.track(visitor("v1"))
    assert desk.identify(user("u1"), Identifier("previous_id", "v1")) == visit
    assert desk.stage(visitor("v1")) is Stage.CUSTOMER


def test_an_alias_of_one_customer_to_another_is_a_conflict() -> None:
    desk = Desk()
    a, b = desk.identify(user("a")), desk.identify(user("b"))
    desk.news()
    assert desk.identify(user("b"), Identifier("previous_id", "a")) == b
    assert [(d.kind, d.identifier, d.from_, d.to) for d in desk.news()] == [
        ("attached", Identifier("previous_id", "a"), None, b),
        ("conflict", user("a"), a, b),
    ]


def test_an_alias_of_a_customer_to_itself_says_nothing() -> None:
    desk = Desk()
    desk.identify(user("a"))
    desk.news()
    desk.identify(user("a"), Identifier("previous_id", "a"))
    assert desk.news() == []


def test_an_alias_whose_customer_id_is_junk_is_about_the_visitor() -> None:
    desk = Desk()
    visit = desk.track(visitor("v1"))
    desk.news()
    assert desk.identify(user("undefined"), Identifier("previous_id", "v1")) == visit
    assert desk.kinds() == ["blocked", "attached"]


def test_a_visitor_whom_an_alias_recalls_is_reached_before_an_advertising_id() -> None:
    desk = Desk()
    by_advertising, visit = desk.track(aaid("g1")), desk.track(visitor("v1"))
    desk.news()
    desk.identify(user("u1"), aaid("g1"), Identifier("previous_id", "v1"))
    assert desk.now(by_advertising) == desk.now(visit) == visit
    assert desk.kinds() == ["attached", "merged", "attached"]


def test_visitors_are_reached_before_an_advertising_id_though_an_alias_names_them_last() -> None:
    desk = Desk()
    customer = desk.identify(user("u1"))
    by_advertising, visit = desk.track(aaid("g1")), desk.track(visitor("v1"))
    desk.news()
    desk.identify(user("u1"), aaid("g1"), Identifier("previous_id", "v1"))
    assert [decision.from_ for decision in desk.news()] == [visit, by_advertising, None]
    assert desk.now(visit) == customer


def test_a_visitor_whom_a_message_names_and_recalls_is_reached_once() -> None:
    desk = Desk(limited(device=1))
    desk.track(mobile("m1"), visitor("v1"))
    desk.track(visitor("v2"))
    desk.news()
    desk.track(mobile("m1"), visitor("v2"), Identifier("previous_id", "v2"))
    assert desk.kinds() == ["limited", "attached"]


def test_an_alias_that_names_nobody_comes_to_nothing() -> None:
    assert Desk().ignored(user("undefined"), Identifier("previous_id", "v1"))


def test_what_an_undo_has_separated_stays_apart_whichever_side_the_message_names() -> None:
    desk = Desk()
    anonymous, customer = desk.track(mobile("m1")), desk.identify(user("u1"), mobile("m2"))
    desk.separate(mobile("m1"), anonymous, customer)
    desk.news()
    assert desk.identify(user("u1"), mobile("m1")) == customer
    assert desk.track(mobile("m1"), mobile("m2")) == customer
    assert desk.owner(mobile("m1")) == anonymous
    assert desk.kinds() == ["conflict", "conflict"]


def test_what_an_undo_has_separated_merges_through_another_identifier() -> None:
    desk = Desk()
    anonymous, customer = desk.track(mobile("m1"), visitor("v1")), desk.identify(user("u1"))
    desk.separate(mobile("m1"), anonymous, customer)
    assert desk.identify(user("u1"), visitor("v1")) == customer
    assert desk.now(anonymous) == customer


def test_what_an_undo_has_separated_stays_apart_when_one_of_them_is_absorbed() -> None:
    desk = Desk()
    anonymous, lead = desk.track(mobile("m1")), desk.identify(email("a@x.io"))
    desk.separate(mobile("m1"), anonymous, lead)
    customer = desk.identify(user("u1"))
    desk.identify(user("u1"), email("a@x.io"))
    assert desk.identify(user("u1"), mobile("m1")) == customer
    assert desk.owner(mobile("m1")) == anonymous


def test_what_an_undo_has_separated_stays_apart_behind_a_hint() -> None:
    desk = Desk()
    anonymous, customer = desk.track(visitor("v1"), device("d1")), desk.identify(user("u1"))
    desk.separate(device("d1"), anonymous, customer)
    desk.news()
    desk.identify(user("u1"), device("d1"))
    assert desk.now(anonymous) == anonymous
    assert desk.kinds() == ["conflict"]


def test_a_separation_of_others_keeps_nobody_apart() -> None:
    desk = Desk()
    anonymous, customer = desk.track(mobile("m1")), desk.identify(user("u1"))
    stranger = desk.identify(user("u2"))
    desk.separate(mobile("m1"), anonymous, stranger)
    assert desk.identify(user("u1"), mobile("m1")) == desk.now(anonymous) == customer
