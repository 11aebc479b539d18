"""Reads of a state that the worker has written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.positions import at
from tests.state.state_builder import DAY, StateBuilder, ident, new_id

from passerby.identity.stage import Stage
from passerby.profiles.view import Profile
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.state.views import HistoryPage, Totals


def profile_of(reader: SqliteStateReader, namespace: str, value: str, scope: str = "", project: int = 1) -> Profile:
    profile = reader.profile_of(project, ident(namespace, value, scope))
    assert profile is not None
    return profile


def history(reader: SqliteStateReader, profile: str, limit: int = 100, after: int = 0) -> HistoryPage:
    page = reader.history(1, profile, limit=limit, after=after)
    assert page is not None
    return page


def merged_pair(builder: StateBuilder, reader: SqliteStateReader) -> tuple[str, str]:
    """A customer who absorbed an anonymous visitor: the ids of both."""
    builder.track("seen", ident("mobile_id", "m1"), colour="red")
    loser = profile_of(reader, "mobile_id", "m1").id
    builder.identify(ident("user_id", "u1"), plan="gold")
    builder.identify(ident("user_id", "u1"), ident("mobile_id", "m1"), plan="silver", city="Bonn")
    return profile_of(reader, "user_id", "u1").id, loser


class TestPosition:
    def test_an_empty_state_is_positioned_before_the_first_message(self, reader: SqliteStateReader) -> None:
        assert reader.positions() == at(0)

    def test_it_moves_with_what_the_worker_applies(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.track("one", ident("mobile_id", "m1"))
        builder.track("two", ident("mobile_id", "m1"))
        assert reader.positions() == at(2)


class TestProfile:
    def test_an_identifier_leads_to_the_profile_that_owns_it(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        builder.identify(ident("user_id", "u1"), ident("email", "a@b.example", "north"), plan="gold", age=41)
        profile = profile_of(reader, "email", "a@b.example", "north")
        assert (profile.stage, profile.user_id) == (Stage.CUSTOMER, "u1")
        assert profile.traits == {"age": 41, "plan": "gold"}
        assert {(i.namespace, i.value, i.scope) for i in profile.identifiers} == {
            ("user_id", "u1", ""),
            ("email", "a@b.example", "north"),
        }
        assert profile.first_seen == profile.last_seen == DAY + 1000
        assert [(m.id, m.merge_id, m.merged_at) for m in profile.members] == [(profile.id, None, None)]

    def test_the_scope_is_part_of_the_name(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(ident("email", "a@b.example", "north"))
        assert reader.profile_of(1, ident("email", "a@b.example")) is None

    def test_a_merged_members_id_leads_to_the_profile_it_now_belongs_to(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        winner, loser = merged_pair(builder, reader)
        profile = reader.profile(1, loser)
        assert profile is not None
        assert profile.id == winner
        assert profile == reader.profile(1, winner)

    def test_a_profile_is_folded_out_of_all_its_members(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        winner, loser = merged_pair(builder, reader)
        profile = profile_of(reader, "mobile_id", "m1")
        assert profile.traits == {"plan": "silver", "city": "Bonn"}
        assert profile.event_count == 1
        assert (profile.first_seen, profile.last_seen) == (DAY + 1000, DAY + 3000)
        assert [member.id for member in profile.members] == [winner, loser]
        assert profile.members[1].merged_at == DAY + 3000

    def test_a_chain_of_merges_is_followed_to_its_end(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.track("seen", ident("mobile_id", "m1"))
        first = profile_of(reader, "mobile_id", "m1").id
        builder.identify(ident("email", "a@b.example"))
        builder.identify(ident("email", "a@b.example"), ident("mobile_id", "m1"))
        builder.identify(ident("user_id", "u1"), plan="gold")
        builder.identify(ident("user_id", "u1"), ident("email", "a@b.example"))
        profile = reader.profile(1, first)
        assert profile is not None
        assert (profile.user_id, len(profile.members)) == ("u1", 3)
        members = reader.members(1, first)
        assert members[0] == profile.id
        assert set(members) == {member.id for member in profile.members}

    def test_an_id_that_never_was_leads_nowhere(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.track("seen", ident("mobile_id", "m1"))
        assert reader.profile(1, new_id()) is None
        assert reader.members(1, new_id()) == []
        assert reader.history(1, new_id(), limit=1) is None

    def test_another_projects_profiles_are_unknown(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(ident("user_id", "u1"), project=2)
        theirs = profile_of(reader, "user_id", "u1", project=2).id
        assert reader.profile_of(1, ident("user_id", "u1")) is None
        assert reader.profile(1, theirs) is None
        assert reader.members(1, theirs) == []
        assert reader.history(1, theirs, limit=1) is None
        assert reader.profiles(1, limit=10) == []

    def test_every_thread_may_read(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.identify(ident("user_id", "u1"))
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: reader.profile_of(1, ident("user_id", "u1")), range(40)))
        assert all(profile == found[0] for profile in found)


class TestProfiles:
    @pytest.fixture
    def all_ids(self, builder: StateBuilder, reader: SqliteStateReader) -> list[str]:
        """The ids of two anonymous visitors, two leads and two customers, the newest first."""
        names = [
            ident("mobile_id", "m1"),
            ident("user_id", "u1"),
            ident("email", "a@b.example"),
            ident("mobile_id", "m2"),
            ident("email", "c@d.example"),
            ident("user_id", "u2"),
        ]
        for name in names:
            builder.identify(name)
        return [profile_of(reader, *name).id for name in reversed(names)]

    def test_they_come_newest_first_whatever_their_stage(self, all_ids: list[str], reader: SqliteStateReader) -> None:
        assert [profile.id for profile in reader.profiles(1, limit=10)] == all_ids

    def test_a_page_continues_after_the_previous_one(self, all_ids: list[str], reader: SqliteStateReader) -> None:
        first = reader.profiles(1, limit=4)
        rest = reader.profiles(1, limit=4, before=first[-1].id)
        assert [profile.id for profile in (*first, *rest)] == all_ids

    @pytest.mark.parametrize("stage", list(Stage))
    def test_one_stage_alone(self, all_ids: list[str], reader: SqliteStateReader, stage: Stage) -> None:
        found = reader.profiles(1, limit=10, stage=stage)
        assert [profile.stage for profile in found] == [stage] * 2
        assert [profile.id for profile in found] == [id_ for id_ in all_ids if id_ in {p.id for p in found}]
        behind = reader.profiles(1, limit=10, stage=stage, before=found[0].id)
        assert [profile.id for profile in behind] == [found[1].id]

    def test_merged_members_are_no_profiles_of_their_own(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        winner, _ = merged_pair(builder, reader)
        assert [profile.id for profile in reader.profiles(1, limit=10)] == [winner]


class TestHistory:
    def test_decisions_of_all_members_come_in_their_order(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        winner, loser = merged_pair(builder, reader)
        page = history(reader, loser)
        assert [entry.kind for entry in page.entries] == ["created", "attached", "created", "attached", "merged"]
        merged = page.entries[-1]
        assert (merged.from_, merged.to, merged.at) == (loser, winner, DAY + 3000)
        assert merged.identifier is not None
        assert (merged.identifier.namespace, merged.identifier.value) == ("mobile_id", "m1")
        assert merged.merge_id == reader.profile(1, winner).members[1].merge_id  # type: ignore[union-attr]
        assert page.after is None

    def test_a_decision_without_an_identifier_has_none(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        merged_pair(builder, reader)
        created = history(reader, profile_of(reader, "user_id", "u1").id).entries[0]
        assert (created.kind, created.identifier, created.from_) == ("created", None, None)

    def test_an_undone_merge_is_in_the_history_of_both_profiles(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        winner, loser = merged_pair(builder, reader)
        merge_id = history(reader, winner).entries[-1].merge_id
        assert merge_id is not None
        builder.state.undo_merge(1, merge_id, DAY)
        for profile in (winner, loser):
            entries = history(reader, profile).entries
            assert [entry.kind for entry in entries] == ["created", "attached", "merged", "undone"]
            assert {entry.merge_id for entry in entries[2:]} == {merge_id}

    @settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(limit=st.integers(1, 12))
    def test_pages_of_any_size_add_up(self, builder: StateBuilder, reader: SqliteStateReader, limit: int) -> None:
        if reader.positions() == at(0):
            merged_pair(builder, reader)
        profile = profile_of(reader, "user_id", "u1").id
        whole = history(reader, profile)
        entries, after = [], 0
        while True:
            page = history(reader, profile, limit, after)
            assert len(page.entries) <= limit
            entries += page.entries
            if page.after is None:
                break
            after = page.after
        assert entries == whole.entries


class TestCatalogue:
    def test_events_come_with_their_attributes_and_violations(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        builder.track("Added", ident("mobile_id", "m1"), price=9.5, sku="x")
        builder.track("Added", ident("mobile_id", "m1"), price="nine")
        builder.identify(ident("mobile_id", "m1"), plan="gold")
        catalogue = reader.catalogue(1, limit=10)
        (event,) = catalogue.events
        assert (event.name, event.count) == ("Added", 2)
        assert (event.first_seen, event.last_seen) == (DAY + 1000, DAY + 2000)
        assert [(a.name, a.type, a.count) for a in event.attributes] == [("price", "number", 2), ("sku", "string", 1)]
        assert [(v.attribute, v.count, v.sample) for v in event.violations] == [("price", 1, "nine")]
        assert [(a.name, a.type) for a in catalogue.traits] == [("plan", "string")]
        assert catalogue.violations == []

    def test_violations_without_a_catalogued_event_stand_apart(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        builder.apply(kind="track", dialect="webengage", name="we_reserved", identifiers=(ident("mobile_id", "m1"),))
        builder.identify(ident("mobile_id", "undefined"), ident("user_id", "u1"))
        found = {(v.event, v.attribute): v for v in reader.catalogue(1, limit=10).violations}
        assert found.keys() == {("we_reserved", ""), (None, "mobile_id")}
        assert found[None, "mobile_id"].sample == "undefined"
        assert found[None, "mobile_id"].last_at == DAY + 2000

    def test_pages_of_events_add_up(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        names = ["a", "b", "c", "d", "e"]
        for name in reversed(names):
            builder.track(name, ident("mobile_id", "m1"), **{name: 1})
        found, after = [], ""
        for _ in range(3):
            page = reader.catalogue(1, limit=2, after=after)
            found += [(event.name, [a.name for a in event.attributes]) for event in page.events]
            after = page.after or ""
        assert found == [(name, [name]) for name in names]
        assert after == ""

    def test_an_empty_project_has_an_empty_catalogue(self, reader: SqliteStateReader) -> None:
        assert reader.catalogue(1, limit=10) == ([], [], [], None)

    def test_another_projects_catalogue_is_not_shown(self, builder: StateBuilder, reader: SqliteStateReader) -> None:
        builder.track("we_theirs", ident("mobile_id", "m1"), project=2)
        builder.track("Theirs", ident("mobile_id", "m1"), project=2, price=1)
        assert reader.catalogue(1, limit=10) == ([], [], [], None)


class TestTotals:
    def test_they_count_what_was_applied_up_to_the_position(
        self, builder: StateBuilder, reader: SqliteStateReader
    ) -> None:
        builder.identify(ident("user_id", "u1"))
        builder.track("seen", ident("mobile_id", "m1"))
        builder.apply(kind="track", name="seen", identifiers=(ident("email", "a@b.example"),), deduplication_key="k")
        builder.apply(kind="track", name="seen", identifiers=(ident("email", "a@b.example"),), deduplication_key="k")
        builder.track("we_seen", ident("mobile_id", "m1"), project=2)
        assert reader.totals(1) == Totals(
            positions=at(5), applied=3, duplicates=1, events=2, violations=0, anonymous=1, lead=1, customer=1
        )

    def test_a_project_that_never_said_anything_has_zeroes(self, reader: SqliteStateReader) -> None:
        assert reader.totals(7) == Totals()
