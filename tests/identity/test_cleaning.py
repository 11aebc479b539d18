from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.identity.model_cleaning import clean as model_clean
from tests.identity.resolver_harness import aaid, device, email, mobile, phone, user, visitor

from passerby.identity.cleaning import clean, clean_identifier, collect_evidence, e164, without_trait_contacts
from passerby.identity.namespaces import CLASSES, MAX_VALUE_LENGTH, IdentifierClass, Policy
from passerby.identity.placeholders import BLOCK_LIST
from passerby.messages import Identifier

JUNK = ["", " ", "null", "none", "nil", "undefined", "nan", "[object Object]", "anonymous", "unknown", "-1"]
HASHES_OF_NOTHING = [
    "d41d8cd98f00b204e9800998ecf8427e",  # MD5
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",  # SHA-1
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",  # SHA-256
]
ZEROES = ["0", "-", "000", "0-0", "0.0", "00:00:00:00:00:00", "00000000-0000-0000-0000-000000000000", "—", "{}", "?"]
ZEROES += ["{00000000-0000-0000-0000-000000000000}", "00000000_0000_0000_0000_000000000000", "+0 (00)"]
UNSET = ["ffffffff-ffff-ffff-ffff-ffffffffffff", "FFFFFFFFFFFFFFFF", "ff:ff:ff:ff:ff:ff"]
SHORT_HEX = ["f", "F0", "0f", "f0000", "0000000f"]
WORDS = [
    "true",
    "False",
    "guest",
    "anon",
    "N/A",
    "n.a.",
    "(none)",
    "(null)",
    "<null>",
    "<nil>",
    "[null]",
    "{}",
    "[]",
    "\\N",
]
WORDS += [
    '"null"',
    "'undefined'",
    "`none`",
    "“null”",
    "«null»",
    '\\"null\\"',
    '""',
    "''",
    '"(null)"',
    "( null )",
    "(not set)",
]
WORDS += ["%!s(<nil>)", "%!v(<nil>)", "null\0", "\0\0undefined"]
WORDS += ["Optional(nil)", 'Optional("")', "#N/A", "#REF!", "user_id", "distinctId"]
TEMPLATES = [
    "{{user_id}}",
    "{{ user.id }}",
    "${userId}",
    "%user_id%",
    "%%user_id%%",
    "%User ID%",
    "#{user.id}",
    "<%= id %>",
]
TEMPLATES += [
    "{% id %}",
    "*|USER_ID|*",
    "[[user_id]]",
    "customer-{{id}}",
    "x${id}y",
    "%7B%7Buser_id%7D%7D",
    "{{{id}}}",
    "0{{id}}",
]
TEMPLATES += [
    "c-*|USER_ID|*",
    "c_[[user_id]]",
    "c-<%= id %>",
    "c%7B%7Bid%7D%7D",
    "f-[[id]]",
    "0<%= id %>",
    "a%24%7Bid%7D",
]
OBJECTS = ["[object Object]", "[object Promise]", "[object Undefined]", "[object HTMLInputElement]"]
UNREADABLE = ["\ufffd", "\ufffd\ufffd", "\u2800", "\x01", "\x7f\x1b", "-\ufffd-", "\x000"]
DEVICES = [
    "9774d56d682e549c",
    "9774D56D682E549C",
    "02:00:00:00:00:00",
    "004999010640000",
    "0123456789ABCDEF",
]
DEVICES += ["02-00-00-00-00-00", "0200.0000.0000"]
HASHED_WORDS = [
    "37a6259cc0c1dae299a7866489dff0bd",  # MD5 of "null"
    "5e543256c480ac577d30f76f9120eb74",  # MD5 of "undefined"
    "334c4a4c42fdb79d7ebc3e73b517e6f8",  # MD5 of "none"
    "74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b",  # SHA-256 of "null"
]
INVISIBLE = (
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
)
INVISIBLE += "\u2066\u2067\u2068\u2069\ufeff\0\u034f\u115f\u3164\uffa0\ufe0f\U000e0041"
NAMESPACES = st.sampled_from(sorted(CLASSES))


@pytest.mark.parametrize("namespace", sorted(CLASSES))
@pytest.mark.parametrize(
    "value",
    [
        *JUNK,
        *ZEROES,
        *HASHES_OF_NOTHING,
        *HASHED_WORDS,
        *UNSET,
        *WORDS,
        *TEMPLATES,
        *DEVICES,
        *OBJECTS,
        *UNREADABLE,
        INVISIBLE,
        "\u200bnull",
    ],
)
def test_placeholders_are_not_identifiers(namespace: str, value: str) -> None:
    assert clean(namespace, value) is None


@pytest.mark.parametrize(
    "value", ["@b.io", "ada@", "null@null", "Undefined@undefined", "n/a@N/A", "null@", "\u200b@x.io"]
)
def test_an_empty_address_is_not_an_identifier(value: str) -> None:
    assert clean("email", value) is None


@pytest.mark.parametrize("value", ["null@x.io", "ada@null", "none@none.com", "a@b", "a@b@c", "ada"])
def test_other_addresses_are_identifiers(value: str) -> None:
    assert clean("email", value) == value


@pytest.mark.parametrize("value", sorted(BLOCK_LIST))
def test_junk_is_junk_in_any_case_and_with_space_around_it(value: str) -> None:
    assert clean("user_id", f" {value.upper()}\t") is None


@pytest.mark.parametrize(
    "value",
    [
        *("1", "10", "00a", "-2", "no one", "nulls", "X0", "d41d8cd98f00b204e9800998ecf8427f", "0.5", "(1)", "'a'"),
        *("true north", "guest-17", "Nilsson", "n", "ann", "{a}", "a{{b", "a}}{{", "$}b{"),
        "{3F2504E0-4F89-41D3-9A0C-0305E82C3301}",
        *("%41bc%20", "100%", "50%off%", "fa", "f00d", "ffff:1", "<ada@x.io>", "Optional(7)", "*a*", "[1]"),
        *("0fffffff-ffff-4fff-8fff-fffffffffff1", "9774d56d682e549d", "\u0130", "\u6f22"),
        *("[object-7]", "a[0]", "x|y", "5%7b", "u\ufffd", "0\ufffd1", "a\x01b", "f[[1", "a%b%", "{[1]}"),
    ],
)
def test_values_that_resemble_placeholders_are_identifiers(value: str) -> None:
    assert clean("user_id", value) == value


@pytest.mark.parametrize("value", SHORT_HEX)
@pytest.mark.parametrize("namespace", sorted(CLASSES))
def test_zeroes_and_fs_name_a_customer_but_no_device(namespace: str, value: str) -> None:
    named = namespace in {"user_id", "email", "phone", "previous_id"}
    assert (clean(namespace, value) is not None) is named


@pytest.mark.parametrize("mark", INVISIBLE, ids=ascii)
@pytest.mark.parametrize("namespace", ["user_id", "email", "mobile_id", "aaid", "device_id"])
def test_invisible_characters_make_no_other_identifier(namespace: str, mark: str) -> None:
    assert clean(namespace, f"{mark}ada@{mark}x.io {mark}") == "ada@x.io"
    assert clean_identifier(email("a@x.io", f" {mark}Shop{mark}")) == email("a@x.io", "Shop")
    assert collect_evidence([email("a@x.io", f"Sh{mark}op "), email("a@x.io", "Shop")]).contacts == (
        email("a@x.io", "Shop"),
    )


def test_marks_that_are_seen_are_part_of_a_scope() -> None:
    assert clean_identifier(email("a@x.io", "A\u030a")) == email("a@x.io", "\u00c5")
    assert clean_identifier(email("a@x.io", "a-b")) == email("a@x.io", "a-b")
    assert clean_identifier(email("a@x.io", "s" * (MAX_VALUE_LENGTH + 1))) is None
    assert clean_identifier(email("null", "Shop")) is None


def test_characters_are_composed_after_invisible_ones_are_removed() -> None:
    assert clean("user_id", "A\u200b\u030a") == "\u00c5"


def test_a_value_of_excessive_length_is_not_an_identifier() -> None:
    assert clean("user_id", "a" * MAX_VALUE_LENGTH) is not None
    assert clean("user_id", "a" * (MAX_VALUE_LENGTH + 1)) is None


def test_a_project_blocks_what_it_likes_beyond_the_list() -> None:
    policy = Policy(blocked=frozenset({"till"}))
    assert clean("user_id", "Till", policy) is None
    assert clean("user_id", "null", policy) is None
    assert clean("user_id", "till") == "till"


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


@pytest.mark.parametrize("value", ["+49 30 123456 ext. 12", "030 123456 x12", "+4930123456;ext=12", "+4930123456#12"])
def test_extensions_distinguish_phone_numbers_of_one_office(value: str) -> None:
    assert e164(value, "DE") == "+4930123456;ext=12"
    assert e164(f"{value}3", "DE") == "+4930123456;ext=123"


@pytest.mark.parametrize("value", ["ask Ada", "+1", "+999999999999999999"])
def test_a_phone_number_that_cannot_be_read_stays_as_it_is(value: str) -> None:
    assert e164(value, "DE") == value


@given(NAMESPACES, st.text())
@example("email", "\u0130")
@example("phone", "+49 30 123456 x012")
@example("email", "\u1e9e\u0323")
def test_cleaning_what_is_clean_changes_nothing(namespace: str, value: str) -> None:
    cleaned = clean(namespace, value)
    assert cleaned is None or clean(namespace, cleaned) == cleaned


@given(NAMESPACES, st.text())
def test_a_clean_value_is_normalised_and_trimmed(namespace: str, value: str) -> None:
    cleaned = clean(namespace, value)
    assert cleaned is None or (cleaned == cleaned.strip() and unicodedata.is_normalized("NFC", cleaned))
    assert cleaned is None or not set(INVISIBLE) & set(cleaned)


def test_evidence_comes_by_class_and_keeps_the_senders_order() -> None:
    sent = [aaid("g1"), mobile("m1"), device("d1"), phone("+4930123456"), visitor("v1"), email("a@x.io"), user("u1")]
    evidence = collect_evidence(sent)
    assert evidence.user_id == user("u1")
    assert evidence.contacts == (phone("+4930123456"), email("a@x.io"))
    assert evidence.weak == (mobile("m1"), visitor("v1"), aaid("g1"))
    assert evidence.hints == (device("d1"),)
    assert evidence.names == (user("u1"), *evidence.contacts, *evidence.weak)
    assert evidence.blocked == ()


@pytest.mark.parametrize(
    "identifiers, has_user_identifier",
    [
        ([user("u1")], True),
        ([email("a@x.io"), mobile("m1")], True),
        ([mobile("m1"), aaid("g1")], False),
        ([device("d1")], False),
        ([user("undefined"), mobile("m1")], False),
        ([], False),
    ],
)
def test_a_user_identifier_is_a_customer_or_contact_identifier_that_is_not_blocked(
    identifiers: list[Identifier], *, has_user_identifier: bool
) -> None:
    assert collect_evidence(identifiers).has_user_identifier is has_user_identifier


def test_an_identifier_that_is_sent_twice_counts_once() -> None:
    evidence = collect_evidence([email("a@x.io"), email(" A@X.IO"), user("u1"), user(" u1 ")])
    assert evidence.contacts == (email("a@x.io"),)
    assert evidence.user_id == user("u1")
    assert evidence.blocked == ()


def test_the_same_address_in_two_business_units_is_two_identifiers() -> None:
    assert collect_evidence([email("a@x.io", "X"), email("a@x.io", "Y")]).contacts == (
        email("a@x.io", "X"),
        email("a@x.io", "Y"),
    )


def test_of_two_customer_ids_the_first_counts_and_the_other_is_blocked_as_it_was_sent() -> None:
    evidence = collect_evidence([user("u1"), user(" u2 ")])
    assert evidence.user_id == user("u1")
    assert evidence.blocked == (user(" u2 "),)


def test_an_identifier_of_an_unknown_namespace_is_blocked() -> None:
    loyalty = Identifier("loyalty_card", "7")
    assert collect_evidence([loyalty]).blocked == (loyalty,)


def test_evidence_is_gathered_by_the_projects_own_policy() -> None:
    policy = Policy(blocked=frozenset({"till"}), phone_country="DE")
    evidence = collect_evidence([user("till"), phone("030 123456")], policy)
    assert (evidence.blocked, evidence.contacts) == ((user("till"),), (phone("+4930123456"),))


VALUES = st.sampled_from(
    [*JUNK, *ZEROES, *UNSET, *SHORT_HEX, *WORDS, *TEMPLATES, *DEVICES, "a", "B", " b", "-0a", "\u200bB\ufeff", "0a"]
)
SCOPES = st.sampled_from(["", "Shop", " Sh\u00adop"])
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
def test_a_trait_is_not_an_identifier_where_the_project_says_so(
    contact_traits: set[str], traits: dict[str, str], left: tuple[Identifier, ...]
) -> None:
    assert without_trait_contacts(SENT, traits, Policy(contact_traits=frozenset(contact_traits))) == left


def test_a_projects_own_namespace_counts_with_its_class() -> None:
    policy = Policy(classes={**CLASSES, "loyalty_card": IdentifierClass.CONTACT})
    assert collect_evidence([Identifier("loyalty_card", "Seven")], policy).contacts == (
        Identifier("loyalty_card", "Seven"),
    )


@given(
    st.lists(st.builds(Identifier, NAMESPACES.filter("phone".__ne__), VALUES, SCOPES)),
)
def test_cleaning_does_what_the_model_says(identifiers: list[Identifier]) -> None:
    evidence = collect_evidence(identifiers)
    names, hints, former = model_clean(identifiers, ())
    aliases = evidence.previous if evidence.names else ()
    assert ([*evidence.names, *aliases], list(evidence.hints)) == (names, hints)
    assert [each for each in evidence.readings if evidence.names and each.namespace == "user_id"] == former
