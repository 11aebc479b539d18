"""Traits that hold contacts, and their search terms."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from passerby.profiles import contacts
from passerby.profiles.contacts import LONGEST, WORDS, Term, is_contact, search_prefixes, term_of, terms_of


def names(**traits: Any) -> set[str]:
    return {term.value for term in terms_of(traits) if term.kind == "name"}


def finds(text: str, traits: dict[str, Any], calling_code: str = "") -> bool:
    """Whether a search for this text finds a profile with these traits."""
    terms = terms_of(traits)
    return any(
        t.kind == s.kind and t.value.startswith(s.value) for s in search_prefixes(text, calling_code) for t in terms
    )


@pytest.mark.parametrize(
    "trait",
    ["email", "Email", "e-mail", "emailAddress", "email_address", "phone", "Phone Number", "we_phone", "mobile"],
)
def test_an_address_or_number_counts_under_every_spelling(trait: str) -> None:
    assert is_contact(trait)


@pytest.mark.parametrize("trait", ["plan", "username", "emailSubscribed", "nickname", "", "_", "x" * 300])
def test_other_traits_do_not(trait: str) -> None:
    assert not is_contact(trait)


@pytest.mark.parametrize(
    "traits",
    [
        {"firstName": "Änn", "lastName": "Example"},
        {"first_name": "Änn", "last_name": "Example"},
        {"we_first_name": "Änn", "we_last_name": "Example"},
        {"name": "Änn Example"},
        {"Full Name": "Änn  EXAMPLE "},
    ],
)
@pytest.mark.parametrize("text", ["ann", "Änn", "ANN EX", "example", "Example, Ann", "exa", "ann example"])
def test_a_person_is_found_by_first_last_and_full_name_whatever_case_and_accents(
    traits: dict[str, Any], text: str
) -> None:
    assert finds(text, traits)


@pytest.mark.parametrize("text", ["nn", "xample", "ann b", "bob", "", "  ", "x" * 1_000])
def test_other_texts_do_not_find_them(text: str) -> None:
    assert not finds(text, {"name": "Ann Example"})


def test_a_middle_name_need_not_be_typed() -> None:
    assert finds("ann example", {"name": "Ann Marie Example"})
    assert finds("ann example", {"firstName": "Ann", "middleName": "Marie", "lastName": "Example"})


@pytest.mark.parametrize(
    "text, name",
    [("obrien", "O\u2019Brien"), ("o'b", "OBrien"), ("strasse", "Straße"), ("soren", "Søren"), ("山", "山田")],
)
def test_letters_that_keyboards_lack_are_typed_in_their_usual_way(text: str, name: str) -> None:
    assert finds(text, {"name": name})


@pytest.mark.parametrize("text", ["+49 30 123456", "0049 30 123456", "4930123", "(49) 30-123456", "+493"])
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert finds(text, {"phone": "+49 (30) 123456"})


def test_a_national_number_is_found_with_the_projects_calling_code() -> None:
    assert finds("030 123456", {"phone": "+4930123456"}, "49")
    assert not finds("030 123456", {"phone": "+4930123456"})
    assert finds("030 123456", {"phone": "030/123456"})


def test_a_number_that_was_sent_as_one_is_found() -> None:
    assert finds("555123", {"phone": 5551234567})
    assert not finds("1", {"phone": True})


def test_an_address_is_found_by_its_beginning_in_any_case() -> None:
    assert finds("ANN@shop", {"email": " Ann@Shop.example"})
    assert not finds("ann@shop", {"email": "joann@shop.example"})


def test_invisible_characters_do_not_matter() -> None:
    stated = {"name": "An\u200bn\ufeff Ex", "email": "\u2060ann@\u00adx.example"}
    assert terms_of(stated) == terms_of({"name": "Ann Ex", "email": "ann@x.example"})


def test_addresses_keep_their_accents_because_they_are_two_addresses() -> None:
    assert terms_of({"email": "müller@x.example"}) != terms_of({"email": "muller@x.example"})


@pytest.mark.parametrize("value", [None, 7, True, [], {}, "", " ", "x" * (LONGEST + 1), "no address"])
def test_what_is_no_address_has_no_term(value: object) -> None:
    assert terms_of({"email": value}) == set()


def test_identifiers_that_are_contacts_have_a_term() -> None:
    assert term_of("email", "ann@x.example") == Term("email", "ann@x.example")
    assert term_of("phone", "+4930123456") == Term("phone", "4930123456")
    assert term_of("email", "x" * 300 + "@x.example") is None
    assert term_of("phone", "unknown") is None
    assert term_of("user_id", "ann@x.example") is None


def test_the_words_of_a_name_are_bounded() -> None:
    assert len(names(name=" ".join("abcdefghij"))) == WORDS


@example({"name": "\U0001d400"})
@given(st.dictionaries(st.sampled_from(["email", "phone", "name", "firstName", "lastName", "other"]), st.text()))
def test_any_exact_value_is_found(traits: dict[str, str]) -> None:
    for term in terms_of(traits):
        assert len(term.value) > LONGEST or term in search_prefixes(term.value)


@given(st.text(max_size=400))
def test_any_query_gives_few_nonempty_terms(text: str) -> None:
    assert len(search_prefixes(text)) <= 5
    assert all(term.value for term in search_prefixes(text))


@pytest.mark.parametrize("value", ["\u0300" * 1_000_000, "a" * 1_000_000, "ﷺ" * 1_000_000])
def test_a_long_value_is_not_worked_on(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts, "unicodedata", None)  # any work on the text would fail
    assert terms_of({"name": value, "email": value, "phone": value}) == set()
    assert search_prefixes(value) == []
