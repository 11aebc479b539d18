"""Searching profiles by text."""

from __future__ import annotations

from contextlib import closing

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.state.state_builder import DAY, StateBuilder, ident

from passerby.identity.stage import Stage
from passerby.positions import START
from passerby.profiles.contacts import terms_of
from passerby.state.manager import search
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.state.views import Match


def users(reader: SqliteStateReader, text: str, stage: Stage | None = None) -> list[str]:
    """The customer ids (or else the first identifiers) of those found, in order."""
    page = reader.search(1, text, limit=100, stage=stage)
    assert page.after is None
    return [profile.user_id or profile.identifiers[0].value for profile in page.profiles]


def all_pages(reader: SqliteStateReader, text: str, limit: int) -> list[str]:
    found: list[str] = []
    after: Match | None = None
    while True:
        page = reader.search(1, text, limit=limit, after=after)
        assert len(page.profiles) <= limit
        found += [profile.id for profile in page.profiles]
        if page.after is None:
            return found
        after = page.after


class TestByIdentifier:
    def test_the_beginning_of_a_value_is_enough(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(ident("user_id", "anna-1"))
        builder.identify(ident("user_id", "hanna-2"))
        assert users(reader, "anna") == ["anna-1"]
        assert users(reader, "anna-1") == ["anna-1"]
        assert users(reader, "anna-11") == []

    def test_the_exact_value_comes_first(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        for name in ("anna-1", "annabel", "anna"):
            builder.identify(ident("user_id", name))
        assert users(reader, "anna") == ["anna", "anna-1", "annabel"]

    def test_capitals_find_what_is_kept_in_lower_case(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(ident("user_id", "u1"), ident("email", "Anna@B.example"))
        builder.identify(ident("user_id", "ANNA"))
        assert users(reader, "Anna@") == ["u1"]
        assert users(reader, "ANNA") == ["ANNA", "u1"]

    def test_a_profile_with_many_matching_identifiers_is_found_once(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        builder.identify(ident("user_id", "shop-u"), *(ident("mobile_id", f"shop-{n}") for n in range(5)))
        builder.identify(ident("user_id", "shop-3-b"))
        assert users(reader, "shop") == ["shop-u", "shop-3-b"]
        assert len(all_pages(reader, "shop", 1)) == 2

    def test_a_merged_member_is_found_as_the_profile_it_belongs_to(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        builder.track("seen", ident("mobile_id", "m-1"))
        builder.identify(ident("user_id", "u1"))
        builder.identify(ident("user_id", "u1"), ident("mobile_id", "m-1"))
        assert users(reader, "m-") == ["u1"]

    def test_any_character_may_be_looked_for(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(ident("user_id", "100%_\U0001f600'"))
        assert users(reader, "100%_") == ["100%_\U0001f600'"]
        assert users(reader, "%") == []
        assert users(reader, '"') == []


class TestByContact:
    @pytest.mark.parametrize(
        "text", ["ann@", "ANN@Shop.example", "ann", "Änn", "ann ex", "example, a", "+49 30 12", "0049301"]
    )
    def test_an_address_a_number_or_a_name_is_enough(
        self, builder: StateBuilder, reader: SqliteStateReader, text: str
    ) -> None:
        builder.identify(
            ident("mobile_id", "m1"),
            e_mail="Ann@shop.example",
            phoneNumber="+4930 123456",
            firstName="Änn",
            lastName="Example",
        )
        builder.identify(ident("user_id", "u2"), email="bob@shop.example", name="Bob", note="ann")
        assert users(reader, text) == ["m1"]

    @pytest.mark.parametrize("text", ["gold", "xample", "shop", "30123", "ann bob", "n", ""])
    def test_other_texts_find_no_profile_without_a_search(
        self, builder: StateBuilder, reader: SqliteStateReader, text: str
    ) -> None:
        builder.identify(
            ident("mobile_id", "m1"), email="ann@shop.example", phone="+4930123456", name="Ann Ex", plan="gold"
        )
        assert not text or users(reader, text) == []

    def test_a_person_among_many_newer_ones_is_found_on_the_first_page(
        self, builder: StateBuilder, reader: SqliteStateReader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(search, "EXAMINED", 5)
        builder.identify(ident("user_id", "u1"), email="ann@shop.example", plan="gold")
        for number in range(20):
            builder.identify(ident("user_id", f"v{number}"), email=f"other{number}@shop.example")
        assert users(reader, "ann@shop.example") == ["u1"]

    def test_a_national_number_is_read_in_the_projects_country(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        builder.identify(ident("user_id", "u1"), phone="+4930123456")
        page = reader.search(1, "030 123456", limit=10, phone_country="DE")
        assert [profile.user_id for profile in page.profiles] == ["u1"]

    def test_what_a_merged_member_was_given_counts(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(ident("mobile_id", "m1"), name="Anna")
        builder.identify(ident("user_id", "u1"))
        builder.identify(ident("user_id", "u1"), ident("mobile_id", "m1"))
        assert users(reader, "anna") == ["u1"]
        builder.state.undo_merge(1, reader.merges(1, limit=1)[0].id, DAY)
        assert users(reader, "anna") == ["m1"]

    def test_identifiers_come_before_names_and_no_profile_is_repeated(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        builder.identify(ident("user_id", "anna"), name="Anna", email="anna@x.example")
        builder.identify(ident("user_id", "u2"), name="Anna Anna")
        assert users(reader, "anna") == ["anna", "u2"]

    def test_a_row_without_index_entry_hides_no_profile_that_has_another(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        """As while a backfill is under way."""
        builder.identify(ident("user_id", "u1"), name="Anna Zimmer", fullName="Annabel Zimmer")
        with closing(apsw.Connection(str(builder.path))) as connection:
            connection.execute("DELETE FROM search_terms WHERE value = 'anna zimmer'")
        assert users(reader, "anna") == ["u1"]

    def test_a_row_of_a_deleted_profile_is_skipped(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(ident("mobile_id", "m1"), name="Anna")
        with closing(apsw.Connection(str(builder.path))) as connection:
            connection.execute("DELETE FROM profiles")
        assert users(reader, "anna") == []

    def test_readers_can_see_that_an_old_file_is_being_indexed(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        assert not reader.indexing()
        with closing(apsw.Connection(str(builder.path))) as connection:
            connection.execute("INSERT INTO backfills (name) VALUES ('search_terms')")
        assert reader.indexing()


class TestPages:
    @pytest.mark.parametrize("stage", list(Stage))
    def test_one_stage_alone(self, builder: StateBuilder, reader: SqliteStateReader, stage: Stage) -> None:
        builder.identify(ident("mobile_id", "a-0"))
        builder.identify(ident("email", "a-1@b.example"))
        builder.identify(ident("user_id", "a-2"))
        page = reader.search(1, "a-", limit=10, stage=stage)
        assert [profile.stage for profile in page.profiles] == [stage]

    def test_the_work_for_one_page_is_bounded(
        self, builder: StateBuilder, reader: SqliteStateReader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(search, "EXAMINED", 3)
        for n in range(5):
            builder.identify(ident("mobile_id", f"a-{n}"))
        builder.identify(ident("user_id", "a-5"))
        first = reader.search(1, "a-", limit=10, stage=Stage.CUSTOMER)
        assert first.profiles == []
        assert first.after is not None
        rest = reader.search(1, "a-", limit=10, stage=Stage.CUSTOMER, after=first.after)
        assert [profile.user_id for profile in rest.profiles] == ["a-5"]

    def test_another_projects_people_are_never_found(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(ident("user_id", "anna"), project=2, name="Anna")
        assert users(reader, "anna") == []

    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        limit=st.integers(1, 7), text=st.sampled_from(["a", "A", "ab", "aB", "b", "c", ""]), examined=st.integers(1, 9)
    )
    def test_pages_of_any_size_list_every_profile_once(
        self, builder: StateBuilder, reader: SqliteStateReader, limit: int, text: str, examined: int
    ) -> None:
        if reader.positions() == START:
            for n, name in enumerate(["ab", "aB", "Ab", "abc", "b", "cab", "ca"]):
                builder.identify(ident("user_id", name), ident("mobile_id", f"a{n}"), name=f"c{name} a{n}")
                builder.identify(ident("mobile_id", f"{name}-{n}"), name=name, fullName=f"b {name}")
                builder.identify(ident("user_id", f"a{name}"), ident("mobile_id", f"{name}-{n // 2}"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(search, "EXAMINED", examined)
            found = all_pages(reader, text, limit)
        everyone = reader.profiles(1, limit=100)
        fitting = {
            profile.id
            for profile in everyone
            if any(i.value.startswith((text, text.lower())) for i in profile.identifiers)
            or any(term.value.startswith(text.lower()) for term in terms_of(profile.traits) if text)
        }
        assert len(found) == len(set(found))
        assert set(found) == fitting
