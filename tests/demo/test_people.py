"""The users of the sample data are fictional, diverse, and the same for the same seed."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from passerby.demo.people import HAND_DOWN_EVERY, people, rng_of


@given(seed=st.integers(), count=st.integers(0, 60))
def test_the_first_people_are_the_same_for_any_number(seed: int, count: int) -> None:
    assert people(seed, count + 10)[:count] == people(seed, count)


def test_another_seed_is_other_people() -> None:
    assert {person.user_id for person in people(1, 50)}.isdisjoint(person.user_id for person in people(2, 50))


def test_only_the_handed_down_phone_is_shared() -> None:
    users = people(1, 500)
    for ids in ([p.user_id for p in users], [p.email for p in users], [p.visitor_id for p in users]):
        assert len(set(ids)) == len(ids)
    owners = Counter(phone for person in users for phone in (*person.phones, person.inherited) if phone)
    handed_down = {phone for phone, count in owners.items() if count > 1}
    assert handed_down == {person.inherited for person in users if person.inherited}
    assert len(handed_down) == 500 // HAND_DOWN_EVERY


def test_a_phone_is_handed_down_within_a_household() -> None:
    users = people(1, 100)
    for younger in (person for person in users if person.inherited):
        elder = users[younger.household]
        assert elder.hands_down
        assert younger.inherited == elder.phones[0]
        assert {elder.ambition, younger.ambition} == {"customer"}


def test_every_user_has_the_app_or_the_web_and_a_phone_for_the_app() -> None:
    assert all((person.app or person.web) and person.app == bool(person.phones) for person in people(3, 500))


def test_all_sorts_of_people_are_there() -> None:
    users = people(1, 500)
    assert {person.ambition for person in users} == {"visitor", "lead", "customer"}
    assert {(person.app, person.web) for person in users} == {(True, False), (False, True), (True, True)}
    assert {len(person.phones) for person in users} == {0, 1, 2}


def test_addresses_lead_nowhere() -> None:
    assert all(person.email.endswith("@example.com") for person in people(1, 50))


def test_random_numbers_are_the_same_for_the_same_subject_only() -> None:
    assert rng_of(1, "day", 2).random() == rng_of(1, "day", 2).random()
    assert rng_of(1, "day", 2).random() != rng_of(1, "day", 3).random()
