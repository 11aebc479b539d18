from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.identity.desk import aaid, device, email, mobile, phone, user, visitor
from tests.identity.evidence import clean as model_clean

from passerby.identity.cleaning import BLOCK_LIST, MAX_VALUE_LENGTH, clean, e164, gather, naming
from passerby.identity.namespaces import CLASSES, IdentifierClass, Policy
from passerby.messages import Identifier

JUNK = ["", " ", "null", "none", "nil", "undefined", "nan", "[object Object]", "anonymous", "unknown", "-1"]
HASHES_OF_NOTHING = [
    "d41d8cd98f00b204e9800998ecf8427e",  # MD5
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",  # SHA-1
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",  # SHA-256
]
ZEROES = ["0", "-", "000", "0-0", "00000000-0000-0000-0000-000000000000"]
NAMESPACES = st.sampled_from(sorted(CLASSES))


@pytest.mark.parametrize("namespace", sorted(CLASSES))
@pytest.mark.parametrize("value", [*JUNK, *ZEROES, *HASHES_OF_NOTHING])
def test_junk_names_nobody(namespace: str, value: str) -> None:
    assert clean(namespace, value) is None


@pytest.mark.parametrize("value", sorted(BLOCK_LIST))
def test_junk_is_junk_in_any_case_and_with_space_around_it(value: str) -> None:
    assert clean("user_id", f" {value.upper()}\t") is None


@pytest.mark.parametrize(
    "value", ["1", "10", "00a", "-2", "nobody", "nulls", "0.0", "X0", "d41d8cd98f00b204e9800998ecf8427f"]
)
def test_what_only_looks_like_junk_names_somebody(value: str) -> None:
    assert clean("user_id", value) == value


def test_a_value_of_endless_length_names_nobody() -> None:
    assert clean("user_id", "a" * MAX_VALUE_LENGTH) is not None
    assert clean("user_id", "a" * (MAX_VALUE_LENGTH + 1)) is None


def test_a_project_blocks_what_it_likes_beyond_the_list() -> None:
    policy = Policy(blocked=frozenset({"guest"}))
    assert clean("user_id", "Guest", policy) is None
    assert clean("user_id", "null", policy) is None
    assert clean("user_id", "guest") == "guest"


@pytest.mark.parametrize(
    "namespace, value, cleaned",
    [
        ("user_id", "  U1 ", "U1"),
        ("mobile_id", "\u00a0M1\u2003", "M1"),
        ("email", " Ada@Example.IO ", "ada@example.io"),
        ("aaid", "ABC-1", "abc-1"),
        ("idfa", "ABC-1", "abc-1"),
        ("ga_app_instance_id", "ABC1", "abc1"),
        ("anonymous_id", "ABC-1", "ABC-1"),
        ("device_id", "ABC-1", "ABC-1"),
        ("user_id", "A\u030angstro\u0308m", "\u00c5ngstr\u00f6m"),
        ("phone", "+49 (30) 123456", "+4930123456"),
    ],
)
def test_a_value_is_brought_to_one_form(namespace: str, value: str, cleaned: str) -> None:
    assert clean(namespace, value) == cleaned


def test_a_phone_number_without_country_code_is_read_in_the_projects_country() -> None:
    assert clean("phone", "030 123456", Policy(phone_country="DE")) == "+4930123456"
    assert clean("phone", "030 123456") == "030 123456"


@pytest.mark.parametrize("value", ["ask Ada", "+1", "+999999999999999999"])
def test_a_phone_number_that_cannot_be_read_stays_as_it_is(value: str) -> None:
    assert e164(value, "DE") == value


@given(NAMESPACES, st.text())
@example("email", "\u0130")
@example("email", "\u1e9e\u0323")
def test_cleaning_what_is_clean_changes_nothing(namespace: str, value: str) -> None:
    cleaned = clean(namespace, value)
    assert cleaned is None or clean(namespace, cleaned) == cleaned


@given(NAMESPACES, st.text())
def test_a_clean_value_is_normalised_and_trimmed(namespace: str, value: str) -> None:
    cleaned = clean(namespace, value)
    assert cleaned is None or (cleaned == cleaned.strip() and unicodedata.is_normalized("NFC", cleaned))


def test_evidence_comes_by_class_and_keeps_the_senders_order() -> None:
    sent = [aaid("g1"), mobile("m1"), device("d1"), phone("+4930123456"), visitor("v1"), email("a@x.io"), user("u1")]
    evidence = gather(sent)
    assert evidence.user_id == user("u1")
    assert evidence.contacts == (phone("+4930123456"), email("a@x.io"))
    assert evidence.weak == (mobile("m1"), visitor("v1"), aaid("g1"))
    assert evidence.hints == (device("d1"),)
    assert evidence.names == (user("u1"), *evidence.contacts, *evidence.weak)
    assert evidence.blocked == ()


@pytest.mark.parametrize(
    "identifiers, naming",
    [
        ([user("u1")], True),
        ([email("a@x.io"), mobile("m1")], True),
        ([mobile("m1"), aaid("g1")], False),
        ([device("d1")], False),
        ([user("undefined"), mobile("m1")], False),
        ([], False),
    ],
)
def test_a_message_is_naming_when_a_customer_or_contact_identifier_is_left_of_it(
    identifiers: list[Identifier], *, naming: bool
) -> None:
    assert gather(identifiers).naming is naming


def test_an_identifier_that_is_sent_twice_counts_once() -> None:
    evidence = gather([email("a@x.io"), email(" A@X.IO"), user("u1"), user(" u1 ")])
    assert evidence.contacts == (email("a@x.io"),)
    assert evidence.user_id == user("u1")
    assert evidence.blocked == ()


def test_the_same_address_in_two_business_units_is_two_identifiers() -> None:
    assert gather([email("a@x.io", "X"), email("a@x.io", "Y")]).contacts == (email("a@x.io", "X"), email("a@x.io", "Y"))


def test_of_two_customer_ids_the_first_counts_and_the_other_is_blocked_as_it_was_sent() -> None:
    evidence = gather([user("u1"), user(" u2 ")])
    assert evidence.user_id == user("u1")
    assert evidence.blocked == (user(" u2 "),)


def test_an_identifier_of_an_unknown_namespace_is_blocked() -> None:
    loyalty = Identifier("loyalty_card", "7")
    assert gather([loyalty]).blocked == (loyalty,)


def test_evidence_is_gathered_by_the_projects_own_policy() -> None:
    policy = Policy(blocked=frozenset({"guest"}), phone_country="DE")
    evidence = gather([user("guest"), phone("030 123456")], policy)
    assert (evidence.blocked, evidence.contacts) == ((user("guest"),), (phone("+4930123456"),))


SENT = (user("u1"), email("a@x.io"), phone("+4930123456"))


@pytest.mark.parametrize(
    "contact_traits, traits, left",
    [
        ({"email", "phone"}, {"email": "a@x.io", "phone": "+4930123456"}, SENT),
        ({"email"}, {"email": "a@x.io", "phone": "+4930123456"}, SENT[:2]),
        (set(), {"email": "a@x.io", "phone": "+4930123456"}, SENT[:1]),
        (set(), {"email": "a@x.io"}, (SENT[0], SENT[2])),
        (set(), {"city": "Bonn"}, SENT),
        (set(), {}, SENT),
    ],
)
def test_a_trait_names_nobody_where_the_project_wants_it_to_be_a_trait_alone(
    contact_traits: set[str], traits: dict[str, str], left: tuple[Identifier, ...]
) -> None:
    assert naming(SENT, traits, Policy(contact_traits=frozenset(contact_traits))) == left


def test_a_projects_own_namespace_counts_with_its_class() -> None:
    policy = Policy(classes={**CLASSES, "loyalty_card": IdentifierClass.CONTACT})
    assert gather([Identifier("loyalty_card", "Seven")], policy).contacts == (Identifier("loyalty_card", "Seven"),)


@given(
    st.lists(st.builds(Identifier, NAMESPACES.filter("phone".__ne__), st.sampled_from([*JUNK, "a", "B", " b", "-0a"]))),
)
def test_cleaning_does_what_the_model_says(identifiers: list[Identifier]) -> None:
    evidence = gather(identifiers)
    names, hints, former = model_clean(identifiers, ())
    aliases = evidence.previous if evidence.names else ()
    assert ([*evidence.names, *aliases], list(evidence.hints)) == (names, hints)
    assert [each for each in evidence.readings if evidence.names and each.namespace == "user_id"] == former
