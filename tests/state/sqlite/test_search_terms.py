"""The index of e-mail addresses, phone numbers and names follows traits and identifiers through every change."""

from __future__ import annotations

from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.state.state_builder import DAY, StateBuilder, ident, new_id

from passerby.identity.decisions import Actor
from passerby.profiles.contacts import term_of, terms_of
from passerby.state.manager import backfills
from passerby.state.manager.ids import to_blob, to_text
from passerby.state.protocol import ManualDecision
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.state.sqlite.store import SqliteState


def rows(path: Path, source: str = "trait") -> set[tuple[str, str, str]]:
    """All terms: kind, value, member."""
    connection = apsw.Connection(str(path))
    query = "SELECT kind, value, profile FROM search_terms WHERE source = ?"
    found: list[Any] = connection.execute(query, (source,)).fetchall()
    connection.close()
    return {(kind, value, to_text(profile)) for kind, value, profile in found}


def values(path: Path, source: str = "trait") -> set[str]:
    return {value for _, value, _ in rows(path, source)}


def owners(path: Path, reader: SqliteStateReader, value: str) -> set[str]:
    """The customer ids of the canonical profiles that have this value from an identifier."""
    homes = [home for _, found, home in rows(path, "identifier") if found == value]
    profiles = [reader.profile(1, home) for home in homes]
    return {profile.user_id or "" for profile in profiles if profile}


def decision() -> ManualDecision:
    return ManualDecision(DAY, Actor("console_user", "anna"), "", new_id)


class TestTraits:
    def test_contacts_are_indexed_and_others_are_not(self, builder: StateBuilder) -> None:
        builder.identify(ident("user_id", "u1"), email="Ann@x.example", firstName="Ann", lastName="Ex", plan="gold")
        assert values(builder.path) == {"ann@x.example", "ann ex", "ex ann"}

    def test_a_replaced_value_is_not_found_any_more(self, builder: StateBuilder) -> None:
        builder.identify(ident("user_id", "u1"), email="old@x.example", firstName="Ann", lastName="Old")
        builder.identify(ident("user_id", "u1"), email="new@x.example", lastName="New")
        assert values(builder.path) == {"new@x.example", "ann new", "new ann"}

    def test_a_value_that_was_taken_away_is_not_found_any_more(self, builder: StateBuilder) -> None:
        builder.identify(ident("user_id", "u1"), name="Ann")
        builder.identify(ident("user_id", "u1"), name=None)
        assert values(builder.path) == set()

    def test_an_older_value_that_arrives_late_changes_nothing(self, builder: StateBuilder) -> None:
        builder.identify(ident("user_id", "u1"), name="Ann")
        builder.apply(kind="identify", identifiers=(ident("user_id", "u1"),), traits={"name": "Bob"}, time=DAY - 1)
        assert values(builder.path) == {"ann"}

    def test_a_value_that_two_traits_hold_stays_until_both_are_replaced(self, builder: StateBuilder) -> None:
        builder.identify(ident("user_id", "u1"), email="a@x.example", emailAddress="a@x.example")
        builder.identify(ident("user_id", "u1"), email="b@x.example")
        assert values(builder.path) == {"a@x.example", "b@x.example"}
        builder.identify(ident("user_id", "u1"), emailAddress="b@x.example")
        assert values(builder.path) == {"b@x.example"}

    def test_the_same_value_again_writes_nothing(self, builder: StateBuilder) -> None:
        builder.identify(ident("user_id", "u1"), name="Ann")
        other = apsw.Connection(str(builder.path))
        other.execute("DELETE FROM search_terms")
        other.close()
        builder.identify(ident("user_id", "u1"), name="Ann")
        assert values(builder.path) == set()

    def test_members_keep_their_own_through_merge_and_undo(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        builder.identify(ident("mobile_id", "m1"), name="Visitor")
        builder.identify(ident("user_id", "u1"), name="Ann")
        before = rows(builder.path)
        builder.identify(ident("user_id", "u1"), ident("mobile_id", "m1"))
        assert rows(builder.path) == before
        builder.state.undo_merge(1, reader.merges(1, limit=1)[0].id, DAY)
        assert rows(builder.path) == before


class TestIdentifiers:
    def test_contact_identifiers_are_indexed_and_others_are_not(self, builder: StateBuilder) -> None:
        builder.identify(ident("user_id", "u1"), ident("email", "Ann@x.example", "shop"), ident("phone", "+4930123456"))
        assert values(builder.path, "identifier") == {"ann@x.example", "4930123456"}

    def test_one_that_merges_and_comes_back_belongs_to_its_owner(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        builder.identify(ident("mobile_id", "m1"), ident("email", "a@x.example"))
        builder.identify(ident("user_id", "u1"))
        builder.identify(ident("user_id", "u1"), ident("mobile_id", "m1"))
        assert owners(builder.path, reader, "a@x.example") == {"u1"}
        builder.state.undo_merge(1, reader.merges(1, limit=1)[0].id, DAY)
        assert owners(builder.path, reader, "a@x.example") == {""}

    def test_one_that_is_detached_belongs_to_its_new_profile(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        builder.identify(ident("user_id", "u1"), ident("email", "a@x.example"))
        profile = reader.profile_of(1, ident("user_id", "u1"))
        assert profile
        made = builder.state.detach(1, profile.id, ident("email", "a@x.example"), decision())
        assert rows(builder.path, "identifier") == {("email", "a@x.example", made.detached)}
        builder.state.undo_detachment(1, made.id, decision())
        assert owners(builder.path, reader, "a@x.example") == {"u1"}

    def test_one_of_two_scopes_that_is_detached_leaves_the_other(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        builder.identify(ident("user_id", "u1"), ident("email", "a@x.example", "x"), ident("email", "a@x.example", "y"))
        profile = reader.profile_of(1, ident("user_id", "u1"))
        assert profile
        builder.state.detach(1, profile.id, ident("email", "a@x.example", "x"), decision())
        assert owners(builder.path, reader, "a@x.example") == {"u1", ""}

    def test_one_that_was_detached_goes_back_with_the_merge_that_brought_it(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        """Its term is at home in the profile that was made for it, which stays with the winner."""
        builder.identify(ident("mobile_id", "m1"), ident("email", "a@x.example"))
        builder.identify(ident("user_id", "u1"))
        builder.identify(ident("user_id", "u1"), ident("mobile_id", "m1"))
        (merge,) = reader.merges(1, limit=2)
        made = builder.state.detach(1, merge.winner, ident("email", "a@x.example"), decision())
        builder.state.undo_detachment(1, made.id, decision())
        builder.state.undo_merge(1, merge.id, DAY)
        assert owners(builder.path, reader, "a@x.example") == {""}


VALUES = st.sampled_from(["Ann Ex", "ann@x.example", "+4930123456", "", None, "Bob"])
IDENTIFIERS = [
    *(ident("user_id", value) for value in ("u1", "u2")),
    *(ident("mobile_id", value) for value in ("m1", "m2")),
    ident("email", "ann@x.example"),
    ident("phone", "+4930123456"),
]
STEPS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(IDENTIFIERS), min_size=1, max_size=3, unique=True),
        st.dictionaries(st.sampled_from(["email", "Email", "name", "firstName", "last_name", "plan"]), VALUES),
        st.integers(0, 3),
        st.booleans(),
    ),
    max_size=12,
)


class TestAlways:
    @settings(max_examples=40)
    @given(steps=STEPS)
    def test_the_index_matches_traits_and_identifiers_after_any_changes(
        self, steps: Any, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        builder = StateBuilder(tmp_path_factory.mktemp("terms") / "state.db")
        reader = SqliteStateReader(builder.path)
        for identifiers, traits, moment, undo in steps:
            builder.apply(kind="identify", identifiers=tuple(identifiers), traits=traits, time=DAY + moment)
            undoable = [merge for merge in reader.merges(1, limit=50, undone=False) if undo]
            if undoable:
                builder.state.undo_merge(1, undoable[0].id, DAY)
        maintained = everything(builder.path)
        assert maintained == said(builder.path)
        with closing(apsw.Connection(str(builder.path))) as connection:
            connection.execute("DELETE FROM search_terms; INSERT INTO backfills (name) VALUES ('search_terms')")
        builder.close()
        state = SqliteState(builder.path)
        while state.backfill():
            pass
        state.close()
        assert everything(builder.path) == maintained
        reader.close()


def everything(path: Path) -> set[tuple[str, str, str, str]]:
    """All terms with the canonical profiles that they lead to."""
    found = set[tuple[str, str, str, str]]()
    with closing(SqliteStateReader(path)) as reader:
        for source in ("trait", "identifier"):
            for kind, value, home in rows(path, source):
                profile = reader.profile(1, home)
                assert profile
                found.add((source, kind, value, profile.id))
    return found


def said(path: Path) -> set[tuple[str, str, str, str]]:
    """What the traits of members and the identifiers of profiles come to."""
    found = set[tuple[str, str, str, str]]()
    with closing(SqliteStateReader(path)) as reader, closing(apsw.Connection(str(path))) as connection:
        for profile in reader.profiles(1, limit=100):
            terms = (term_of(i.namespace, i.value) for i in profile.identifiers)
            found |= {("identifier", *term, profile.id) for term in terms if term}
            for member in profile.members:
                query = "SELECT name, value FROM traits WHERE profile = ?"
                stated: Any = connection.execute(query, (to_blob(member.id),)).fetchall()
                traits = {name: msgspec.json.decode(value) for name, value in stated}
                found |= {("trait", *term, profile.id) for term in terms_of(traits)}
    return found


class TestBackfill:
    def test_an_old_file_is_backfilled_in_slices(self, builder: StateBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(backfills, "SLICE", 2)
        monkeypatch.setattr(backfills, "REPORT_ROWS", 2)
        for number in range(5):
            builder.identify(
                ident("user_id", f"u{number}"), ident("email", f"u{number}@x.example"), name=f"Ann {number}"
            )
        before = rows(builder.path), rows(builder.path, "identifier")
        forget(builder.path)
        state = SqliteState(builder.path)
        slices = next(n for n in count(1) if not state.backfill())
        state.close()
        assert slices == 4  # two, two, one, and nothing left
        assert (rows(builder.path), rows(builder.path, "identifier")) == before

    def test_a_backfill_that_ended_in_the_middle_continues_there(
        self, builder: StateBuilder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(backfills, "SLICE", 1)
        for number in range(4):
            builder.identify(ident("user_id", f"u{number}"), name=f"Ann {number}")
        before = rows(builder.path)
        forget(builder.path)
        for _ in range(6):
            state = SqliteState(builder.path)
            state.backfill()
            state.close()
        assert rows(builder.path) == before

    def test_what_the_worker_changes_meanwhile_is_right(
        self, builder: StateBuilder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(backfills, "SLICE", 1)
        for number in range(3):
            builder.identify(ident("user_id", f"u{number}"), name="Old")
        forget(builder.path)
        state = SqliteState(builder.path)
        state.backfill()
        for number in range(4):
            builder.identify(ident("user_id", f"u{number}"), name="New")
        while state.backfill():
            pass
        state.close()
        assert values(builder.path) == {"new"}
        assert len(rows(builder.path)) == 4

    def test_a_new_file_needs_none(self, builder: StateBuilder) -> None:
        assert not builder.state.backfill()


def forget(path: Path) -> None:
    """Empty the index and request its backfill, as the step does that adds the index to an old file."""
    connection = apsw.Connection(str(path))
    connection.execute("DELETE FROM search_terms; INSERT INTO backfills (name) VALUES ('search_terms')")
    connection.close()
