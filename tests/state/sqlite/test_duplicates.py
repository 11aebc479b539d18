"""Possible duplicates: profiles that share a contact value, found without reading the others."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import closing
from hashlib import md5, sha1, sha256
from itertools import combinations
from typing import Any

import apsw
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.state.state_builder import DAY, StateBuilder, ident, new_id
from tests.worker.comparison import temporary_folder

from passerby.identity.decisions import Actor
from passerby.messages import Identifier
from passerby.profiles.contacts import Term, terms_of
from passerby.state.manager import duplicates, pairs
from passerby.state.manager.ids import to_text
from passerby.state.protocol import ManualDecision, SameProfile, UnknownDismissal, UnknownProfile
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.state.views import Duplicate, SharedContact
from passerby.storage import sql

EMAIL = "ann@x.example"
DECISION = ManualDecision(DAY, Actor("console_user", "anna"), "two sisters", new_id)


def user(number: int | str) -> Identifier:
    return ident("user_id", f"u{number}")


def owner(reader: SqliteStateReader, identifier: Identifier) -> str:
    profile = reader.profile_of(1, identifier)
    assert profile
    return profile.id


def found(reader: SqliteStateReader, *, limit: int = 100, dismissed: bool = False) -> list[Duplicate]:
    """All pairs, page by page."""
    read = reader.dismissed_duplicates if dismissed else reader.duplicates
    page = read(1, limit=limit)
    listed = page.duplicates
    while page.after:
        page = read(1, limit=limit, after=page.after)
        assert len(page.duplicates) <= limit
        listed += page.duplicates
    return listed


def customers(reader: SqliteStateReader, *, dismissed: bool = False) -> list[set[str | None]]:
    return [{profile.user_id for profile in pair.profiles} for pair in found(reader, dismissed=dismissed)]


class TestFinding:
    def test_two_customers_with_the_same_address_as_trait(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        builder.identify(user(1), email=EMAIL)
        builder.identify(user(2), Email=" ANN@x.example ")
        (pair,) = found(reader)
        assert [profile.user_id for profile in pair.profiles] == ["u1", "u2"]
        assert pair.shared == [SharedContact(kind="email", value=EMAIL)]
        assert (pair.rule, pair.dismissed) == ("R3a", None)

    def test_an_identifier_and_a_trait(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(user(1), ident("phone", "+4930123456"))
        builder.identify(user(2), mobile="0049 30 123456")
        (pair,) = found(reader)
        assert pair.shared == [SharedContact(kind="phone", value="4930123456")]

    def test_addresses_of_two_business_units(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(ident("email", EMAIL, "north"))
        builder.identify(ident("email", EMAIL, "south"))
        (pair,) = found(reader)
        assert pair.rule == "R3b"

    def test_a_customer_id_that_is_an_address(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(ident("user_id", "Ann@x.example"))
        builder.identify(user(2), email=EMAIL)
        assert customers(reader) == [{"Ann@x.example", "u2"}]

    def test_profiles_without_a_rule_between_them_need_no_force(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        builder.identify(user(1), email=EMAIL)
        builder.identify(ident("mobile_id", "m1"), email=EMAIL)
        (pair,) = found(reader)
        assert pair.rule is None

    def test_names_alone_are_no_duplicates(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(user(1), name="Ann Example", email="a@x.example")
        builder.identify(user(2), name="Ann Example", email="b@x.example")
        assert found(reader) == []

    def test_a_pair_is_listed_once_with_all_that_it_shares(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        for number in (1, 2):
            builder.identify(user(number), email=EMAIL, phone="+4930123456", mail="other@x.example")
        (pair,) = found(reader)
        assert [each.value for each in pair.shared] == [EMAIL, "other@x.example", "4930123456"]

    def test_a_pair_is_listed_once_also_for_a_value_that_a_newer_one_hides(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        for number in (1, 2):
            builder.identify(ident("mobile_id", f"m{number}"), email="a@x.example")
            builder.identify(user(number), ident("mobile_id", f"m{number}"))
            builder.identify(user(number), ident("anonymous_id", f"v{number}"), email="b@x.example")
        (pair,) = found(reader)
        assert {"a@x.example", "b@x.example"} >= {each.value for each in pair.shared} >= {"b@x.example"}

    def test_every_pair_of_several_profiles(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        for number in range(4):
            builder.identify(user(number), email=EMAIL)
        assert len(found(reader, limit=1)) == len(found(reader, limit=4)) == 6

    def test_a_value_that_too_many_share_says_nothing(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        for number in range(duplicates.PROFILES):
            builder.identify(user(number), email=EMAIL)
        assert reader.duplicates(1, limit=5).duplicates
        builder.identify(user("one more"), email=EMAIL)
        assert found(reader) == []

    def test_members_with_the_same_value_are_no_duplicates(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        builder.identify(ident("mobile_id", "m1"), email=EMAIL)
        builder.identify(user(1), ident("mobile_id", "m1"))
        builder.identify(user(1), ident("mobile_id", "m2"), email=EMAIL)
        assert found(reader) == []

    def test_another_projects_profiles_are_none(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(user(1), email=EMAIL)
        builder.identify(user(2), email=EMAIL, project=2)
        assert found(reader) == []
        assert reader.duplicates(2, limit=10).duplicates == []


HASHES = [algorithm(EMAIL.encode(), usedforsecurity=False).hexdigest() for algorithm in (md5, sha1, sha256)]


class TestHashes:
    @pytest.mark.parametrize("hashed", [*HASHES, HASHES[0].upper()])
    def test_a_hash_that_comes_first(self, builder: StateBuilder, reader: SqliteStateReader, hashed: str) -> None:
        builder.identify(ident("user_id", hashed))
        builder.identify(user(2), email=EMAIL)
        (pair,) = found(reader)
        assert [profile.user_id for profile in pair.profiles] == [hashed, "u2"]
        assert pair.shared == [SharedContact(kind="email", value=EMAIL)]

    @pytest.mark.parametrize("hashed", HASHES)
    def test_a_hash_that_comes_after_the_address_once_addresses_are_hashed(
        self, builder: StateBuilder, reader: SqliteStateReader, hashed: str
    ) -> None:
        for number in range(3):
            builder.identify(user(number), email=f"{number}@x.example", project=1 + number % 2)
        builder.identify(user("ann"), email=EMAIL)
        builder.identify(ident("user_id", hashed))
        while builder.state.backfill():
            pass
        assert customers(reader) == [{"uann", hashed}]

    def test_a_later_hash_is_found_at_once(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(ident("user_id", md5(b"bob@x.example", usedforsecurity=False).hexdigest()))
        while builder.state.backfill():
            pass
        builder.identify(user(1), email=EMAIL)
        builder.identify(ident("user_id", HASHES[0]))
        assert customers(reader) == [{"u1", HASHES[0]}]

    def test_the_hash_of_the_profiles_own_address(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(ident("user_id", HASHES[0]), email=EMAIL)
        assert found(reader) == []

    def test_a_project_without_hashes_keeps_none(self, builder: StateBuilder) -> None:
        builder.identify(ident("user_id", "0f8fad5bd9cb469fa165708677289501"), email=EMAIL)  # a UUID
        builder.identify(user(1), email="b@x.example")
        assert not builder.state.backfill()
        assert _count(builder, "hashed_addresses") == 0


class TestDecisions:
    def test_profiles_that_are_merged_are_no_duplicates_any_more_and_an_undo_makes_them_some(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        builder.identify(user(1), email=EMAIL)
        builder.identify(user(2), email=EMAIL)
        one, other = (owner(reader, user(number)) for number in (1, 2))
        merge = builder.state.merge_profiles(1, one, other, DECISION, force=True)
        assert found(reader) == []
        builder.state.sweep_duplicates()
        assert _count(builder, "shared_contacts") == 0
        builder.state.undo_merge(1, merge.id, DAY)
        assert customers(reader) == [{"u1", "u2"}]

    def test_a_dismissed_pair_does_not_come_back(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(user(1), email=EMAIL)
        builder.identify(user(2), email=EMAIL)
        one, other = (owner(reader, user(number)) for number in (1, 2))
        assert builder.state.dismiss_duplicate(1, other, one, DECISION) == (one, other)
        builder.identify(user(1), phone="+4930123456")
        builder.identify(user(2), phone="+4930123456")
        assert found(reader) == []
        (pair,) = found(reader, dismissed=True)
        assert pair.dismissed
        assert (pair.dismissed.who, pair.dismissed.reason) == ("console user anna", "two sisters")
        assert reader.duplicate(1, one, other) == reader.duplicate(1, other, one) == pair

    def test_a_third_profile_with_the_value_is_still_compared(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        for number in (1, 2, 3):
            builder.identify(user(number), email=EMAIL)
        builder.state.dismiss_duplicate(1, owner(reader, user(1)), owner(reader, user(2)), DECISION)
        assert customers(reader) == [{"u1", "u3"}, {"u2", "u3"}]

    def test_a_dismissal_follows_merges(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(ident("mobile_id", "m1"), email=EMAIL)
        builder.identify(user(2), email=EMAIL)
        builder.state.dismiss_duplicate(1, owner(reader, ident("mobile_id", "m1")), owner(reader, user(2)), DECISION)
        builder.identify(user(1))
        builder.identify(user(1), ident("mobile_id", "m1"))
        assert found(reader) == []
        assert customers(reader, dismissed=True) == [{"u1", "u2"}]

    def test_a_dismissal_can_be_undone(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(user(1), email=EMAIL)
        builder.identify(user(2), email=EMAIL)
        one, other = (owner(reader, user(number)) for number in (1, 2))
        builder.state.dismiss_duplicate(1, one, other, DECISION)
        builder.state.dismiss_duplicate(1, one, other, DECISION)
        assert builder.state.restore_duplicate(1, other, one) == (one, other)
        assert customers(reader) == [{"u1", "u2"}]
        assert found(reader, dismissed=True) == []
        with pytest.raises(UnknownDismissal):
            builder.state.restore_duplicate(1, one, other)

    def test_what_is_no_pair_is_refused(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(user(1))
        one = owner(reader, user(1))
        for project, other, fault in ((1, one, SameProfile), (1, new_id(), UnknownProfile), (2, one, UnknownProfile)):
            with pytest.raises(fault):
                builder.state.dismiss_duplicate(project, one, other, DECISION)
        assert reader.duplicate(1, one, one) is None
        assert reader.duplicate(1, one, new_id()) is None

    def test_a_merged_pair_leaves_the_list_of_dismissed_ones(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        for number in (1, 2, 3):
            builder.identify(user(number), email=EMAIL)
        one, two, three = (owner(reader, user(number)) for number in (1, 2, 3))
        builder.state.dismiss_duplicate(1, one, two, DECISION)
        builder.state.dismiss_duplicate(1, one, three, DECISION)
        builder.state.merge_profiles(1, one, two, DECISION, force=True)
        assert len(found(reader, limit=1, dismissed=True)) == 1


def _count(builder: StateBuilder, table: str) -> int:
    with closing(apsw.Connection(str(builder.path))) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").get)  # noqa: S608 - one of ours


class TestBounds:
    def test_a_page_looks_at_a_bounded_number_of_pairs(
        self, builder: StateBuilder, reader: SqliteStateReader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(8):
            builder.identify(user(number), email=f"{number // 2}@x.example", phone=f"+49301234{number // 2}0")
        for name in ("VALUES_READ", "PAIRS_READ"):
            monkeypatch.setattr(pairs, name, 3)
            assert len(found(reader)) == 4
            assert len(reader.duplicates(1, limit=100).duplicates) == 3

    def test_a_sweep_continues_where_it_stopped(
        self, builder: StateBuilder, reader: SqliteStateReader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(duplicates, "SWEPT", 2)
        for number in range(6):
            builder.identify(user(number), email=f"{number // 2}@x.example")
        for number in (0, 4):
            one, other = owner(reader, user(number)), owner(reader, user(number + 1))
            builder.state.merge_profiles(1, one, other, DECISION, force=True)
        builder.state.sweep_duplicates()
        assert _count(builder, "shared_contacts") == 2
        builder.state.sweep_duplicates()
        assert _count(builder, "shared_contacts") == 1
        assert customers(reader) == [{"u2", "u3"}]

    def test_no_statement_reads_a_whole_table(self, builder: StateBuilder) -> None:
        """However many profiles there are, a page reads rows by index ranges."""
        with closing(apsw.Connection(str(builder.path))) as connection:
            for name, statement in sql.load("passerby.state.sqlite", "duplicates.sql").items():
                numbered = [int(number) for number in re.findall(r"[?](\d)", statement)]
                bindings = (0,) * (max(numbered) if numbered else statement.count("?"))
                plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", bindings)]
                assert [step for step in plan if step.startswith("SCAN") and step not in SMALL] == [], name


SMALL = {"SCAN up", "SCAN member", "SCAN m", "SCAN CONSTANT ROW"}
"""A profile's way to its canonical one, and the members of two profiles."""


Step = tuple[str, tuple[str, ...], dict[str, Any]]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["identify", "identify", "identify", "merge", "undo"]),
        st.sampled_from([("u1",), ("u2",), (EMAIL,), ("", "m1"), ("", "m2"), ("u1", "m1"), ("u2", "m1"), (HASHES[0],)]),
        st.sampled_from([{}, {"email": EMAIL}, {"email": "b@x.example"}, {"email": None}, {"phone": "+4930123456"}]),
    ),
    max_size=15,
)


@given(STEPS)
@example(
    [
        ("identify", ("u1",), {"email": EMAIL}),
        ("identify", (EMAIL,), {}),
        ("identify", ("u2",), {}),
        ("merge", ("u1",), {}),
    ]
)
@example(
    [
        ("identify", (EMAIL,), {}),
        ("identify", ("u2",), {}),
        ("merge", ("u1",), {}),
        ("identify", ("u1",), {"email": EMAIL}),
        ("merge", ("u1",), {}),
        ("undo", ("u1",), {}),
    ]
)
def test_every_pair_of_profiles_with_the_same_value_is_found(steps: list[Step]) -> None:
    with (
        temporary_folder() as folder,
        closing(StateBuilder(folder / "state.db")) as builder,
        closing(SqliteStateReader(builder.path)) as reader,
    ):
        for step in steps:
            _do(builder, reader, *step)
            builder.state.sweep_duplicates()
        while builder.state.backfill():
            pass
        listed = [frozenset(profile.id for profile in pair.profiles) for pair in found(reader)]
        assert len(set(listed)) == len(listed)
        assert set(listed) == _expected(builder, reader)


def _do(
    builder: StateBuilder, reader: SqliteStateReader, kind: str, names: tuple[str, ...], traits: Mapping[str, Any]
) -> None:
    profiles = [profile.id for profile in reader.profiles(1, limit=2)]
    merges = reader.merges(1, limit=1, undone=False)
    if kind == "identify":
        spaces = ("user_id", "mobile_id")
        builder.identify(*(ident(space, name) for space, name in zip(spaces, names, strict=False) if name), **traits)
    elif kind == "merge" and len(profiles) == 2:
        builder.state.merge_profiles(1, profiles[0], profiles[1], DECISION, force=True)
    elif kind == "undo" and merges:
        builder.state.undo_merge(1, merges[0].id, DAY)


def _expected(builder: StateBuilder, reader: SqliteStateReader) -> set[frozenset[str]]:
    """Every two profiles of which members hold the same value."""
    with closing(apsw.Connection(str(builder.path))) as connection:
        members: list[Any] = connection.execute("SELECT id FROM profiles").fetchall()
        stated: list[Any] = connection.execute("SELECT profile, name, value FROM traits").fetchall()
        query = "SELECT profile, namespace, value FROM identifiers"
        identifiers: list[Any] = connection.execute(query).fetchall()
    held = [(to_text(member), term) for member, name, value in stated for term in terms_of({name: json.loads(value)})]
    ids = (("user_id", EMAIL), ("former_user_id", EMAIL), ("user_id", HASHES[0]))
    users = {(namespace, value): to_text(owner) for owner, namespace, value in identifiers}
    held += [(users[name], Term("email", EMAIL)) for name in ids if name in users]
    canonical = {to_text(id_): profile.id for (id_,) in members if (profile := reader.profile(1, to_text(id_)))}
    return {
        frozenset((canonical[one], canonical[other]))
        for (one, first), (other, second) in combinations(held, 2)
        if first == second and canonical[one] != canonical[other]
    }
