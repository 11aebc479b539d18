"""Deleting test profiles deletes all their rows, and nothing else."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.state.state_builder import DAY, StateBuilder, ident, new_id

from passerby.identity.decisions import Actor
from passerby.messages import Identifier
from passerby.profiles.hashed import hashes
from passerby.settings import OutboxSettings
from passerby.state.manager import deletion
from passerby.state.protocol import ManualDecision
from passerby.state.sqlite.outbox import SqliteOutbox
from passerby.state.sqlite.reader import SqliteStateReader

TESTER, PHONE, ADDRESS = (
    ident("user_id", "passerby-test"),
    ident("mobile_id", "passerby-test-m"),
    ident("email", "passerby-test@example.com"),
)
REAL = ident("user_id", "u1")
KEPT_AS_A_RECORD = {"deleted_profiles", "outbox", "seen", "catalogue_events", "catalogue_attributes", "series"}
KEPT_AS_A_RECORD |= {
    "shared_contacts",
    "totals",
    "outbox_size",
    "progress",
    "applied_until",
    "backfills",
    "relays",
    "violations",
}
DECISION = ManualDecision(DAY, Actor("console_user", "anna"), "why", new_id)


def rows(path: Path, *but: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but these."""
    with closing(apsw.Connection(str(path))) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = sorted(name for name in tables if name not in but and not name.startswith("sqlite_"))
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in kept}  # noqa: S608 - of the schema


def owner(reader: SqliteStateReader, identifier: Identifier, project: int = 1) -> str:
    found = reader.profile_of(project, identifier)
    assert found is not None
    return found.id


def use_everything(builder: StateBuilder, reader: SqliteStateReader) -> None:
    """Test profiles with rows in every table that has any of profiles."""
    builder.identify(TESTER, ADDRESS, ident("device_id", "d1"), name="Ada Tester", email="PASSERBY-TEST@example.com")
    builder.track("Seen", PHONE, ident("device_id", "d2"))
    builder.identify(TESTER, PHONE)
    merge = reader.merges(1, limit=1)[0]
    builder.state.undo_merge(1, merge.id, DAY)
    other = ident("email", "passerby-test-2@example.com")
    builder.identify(other, ident("mobile_id", "passerby-test-n"), phone="+43 1 5550100")
    detached = builder.state.detach(1, owner(reader, other), ident("mobile_id", "passerby-test-n"), DECISION)
    builder.state.dismiss_duplicate(1, detached.profile, detached.detached, DECISION)
    builder.identify(ident("user_id", "passerby-test-3@example.com"), ident("previous_id", "passerby-test-old"))
    first, second = (ident("user_id", f"passerby-test-{name}") for name in "xy")
    for each in (first, second):
        builder.track("Bought", each)
    builder.state.merge_profiles(1, owner(reader, first), owner(reader, second), DECISION, force=True)


def test_nothing_is_left_of_test_profiles(builder: StateBuilder, reader: SqliteStateReader) -> None:
    before = rows(builder.path, *KEPT_AS_A_RECORD)
    use_everything(builder, reader)
    planned = reader.test_data(1)
    assert (planned.kept, planned.more) == (0, False)
    assert planned.profiles > 4
    assert builder.state.delete_test_data(1, DAY) == planned
    assert rows(builder.path, *KEPT_AS_A_RECORD) == before
    totals = reader.totals(1)
    assert (totals.events, totals.anonymous, totals.lead, totals.customer) == (0, 0, 0, 0)
    assert totals.applied == 7


def test_nothing_of_other_profiles_changes(builder: StateBuilder, reader: SqliteStateReader) -> None:
    builder.identify(REAL, ident("email", "u1@example.com"), ident("device_id", "d1"), name="Ada")
    builder.track("Seen", ident("mobile_id", "m1"), ident("device_id", "d2"))
    builder.identify(REAL, ident("mobile_id", "m1"))
    builder.identify(TESTER, project=2)
    before = rows(builder.path, *KEPT_AS_A_RECORD)
    use_everything(builder, reader)
    builder.state.delete_test_data(1, DAY)
    assert rows(builder.path, *KEPT_AS_A_RECORD) == before
    totals = reader.totals(1)
    assert (totals.events, totals.anonymous, totals.customer) == (1, 0, 1)


def test_without_test_data_nothing_is_written(builder: StateBuilder, reader: SqliteStateReader) -> None:
    builder.identify(REAL)
    before = rows(builder.path)
    assert reader.test_data(1) == builder.state.delete_test_data(1, DAY) == (0, 0, 0, False)
    assert rows(builder.path) == before


def test_a_message_after_a_deletion_makes_a_new_profile(builder: StateBuilder, reader: SqliteStateReader) -> None:
    builder.track("Seen", TESTER)
    first = owner(reader, TESTER)
    builder.state.delete_test_data(1, DAY)
    assert reader.profile(1, first) is None
    builder.track("Seen", TESTER)
    found = reader.profile_of(1, TESTER)
    assert found
    assert (found.id != first, found.event_count) == (True, 1)


def merged_by_hand(builder: StateBuilder, reader: SqliteStateReader) -> None:
    builder.state.merge_profiles(1, owner(reader, REAL), owner(reader, PHONE), DECISION, force=False)


def undone(builder: StateBuilder, reader: SqliteStateReader) -> None:
    merged_by_hand(builder, reader)
    builder.state.undo_merge(1, reader.merges(1, limit=1)[0].id, DAY)


def reassigned(builder: StateBuilder, reader: SqliteStateReader) -> None:
    """The test profile loses its real identifier."""
    del reader
    builder.identify(TESTER, ident("mobile_id", "m1"))
    builder.identify(REAL, ident("mobile_id", "m1"))
    builder.identify(TESTER, PHONE)


def detached(builder: StateBuilder, reader: SqliteStateReader) -> None:
    builder.identify(REAL, PHONE)
    builder.state.detach(1, owner(reader, REAL), PHONE, DECISION)


@pytest.mark.parametrize("meet, kept", [(merged_by_hand, 0), (undone, 1), (reassigned, 1), (detached, 1)])
def test_a_test_profile_that_ever_met_a_real_one_is_kept(
    builder: StateBuilder, reader: SqliteStateReader, meet: Any, kept: int
) -> None:
    builder.track("Seen", PHONE)
    builder.track("Seen", REAL)
    meet(builder, reader)
    before = rows(builder.path)
    found = builder.state.delete_test_data(1, DAY)
    assert found == (0, 0, kept, False)
    assert len(reader.test_profiles(1)) == kept
    assert rows(builder.path) == before


def test_a_kept_profile_does_not_keep_others(builder: StateBuilder, reader: SqliteStateReader) -> None:
    builder.track("Seen", PHONE)
    builder.track("Seen", REAL)
    undone(builder, reader)
    builder.track("Seen", TESTER)
    assert builder.state.delete_test_data(1, DAY) == (1, 1, 1, False)
    assert builder.state.delete_test_data(1, DAY) == (0, 0, 1, False)


def test_the_history_of_a_profile_that_got_a_test_identifier_stays(
    builder: StateBuilder, reader: SqliteStateReader
) -> None:
    builder.identify(TESTER, PHONE)
    builder.identify(REAL, PHONE)
    real = owner(reader, REAL)
    before = reader.history(1, real, limit=100)
    builder.state.delete_test_data(1, DAY)
    after = reader.history(1, real, limit=100)
    assert before
    assert after
    assert [entry.kind for entry in after.entries] == [entry.kind for entry in before.entries]
    assert reader.profile_of(1, TESTER) is None
    assert any(entry.kind == "reassigned" for entry in after.entries)
    gone = {entry.from_ for entry in before.entries} - {entry.from_ for entry in after.entries}
    assert gone
    assert [entry for entry in after.entries if entry.from_ in gone or entry.to in gone] == []


def test_addresses_that_others_have_are_still_found_by_their_hash(builder: StateBuilder) -> None:
    address = "passerby-test@example.com"
    builder.identify(ident("user_id", hashes("someone@example.com")[64].hex()))
    builder.identify(REAL, email=address)
    builder.identify(ADDRESS, TESTER, email="passerby-test-9@example.com")
    while builder.state.backfill():
        pass
    builder.state.delete_test_data(1, DAY)
    hashed = {value for _, _, value in rows(builder.path)["hashed_addresses"]}
    assert hashed == {address}


def test_a_deletion_is_bounded_and_says_that_there_is_more(
    builder: StateBuilder, reader: SqliteStateReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletion, "MOST_PROFILES", 2)
    for number in range(5):
        builder.track("Seen", ident("mobile_id", f"passerby-test-{number}"))
    found = [builder.state.delete_test_data(1, DAY) for _ in range(4)]
    assert found == [(2, 2, 0, True), (2, 2, 0, True), (1, 1, 0, False), (0, 0, 0, False)]
    assert reader.test_profiles(1) == {}


def test_a_profile_with_very_many_related_ones_is_kept(builder: StateBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletion, "MOST_RELATED", 2)
    builder.track("Seen", PHONE)
    builder.identify(TESTER)
    builder.identify(TESTER, PHONE)
    assert builder.state.delete_test_data(1, DAY) == (0, 0, 1, False)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    messages=st.lists(
        st.sets(
            st.sampled_from(
                [TESTER, PHONE, ADDRESS, REAL, ident("mobile_id", "m1"), ident("user_id", "passerby-test-2")]
            ),
            min_size=1,
            max_size=3,
        ),
        max_size=8,
    )
)
def test_a_deletion_deletes_test_identifiers_only(
    tmp_path_factory: pytest.TempPathFactory, messages: list[set[Identifier]]
) -> None:
    builder = StateBuilder(tmp_path_factory.mktemp("state") / "state.db")
    with closing(builder), closing(SqliteStateReader(builder.path)) as reader:
        for identifiers in messages:
            builder.track("Seen", *sorted(identifiers))
        before = reader.totals(1)
        held = {profile.id: profile for profile in reader.profiles(1, limit=100)}
        tests = reader.test_profiles(1)
        found = builder.state.delete_test_data(1, DAY)
        left = {profile.id: profile for profile in reader.profiles(1, limit=100)}
        assert found.profiles + found.kept >= len(tests)
        assert {id_: left[id_] for id_ in held.keys() - tests.keys() if held[id_].identifiers} == {
            id_: held[id_] for id_ in held.keys() - tests.keys() if held[id_].identifiers
        }
        assert reader.totals(1).events == before.events - found.events


def test_the_relay_receives_pending_deletions_until_they_are_done(
    builder: StateBuilder, reader: SqliteStateReader
) -> None:
    builder.track("Seen", TESTER)
    builder.track("Seen", REAL)
    deleted = owner(reader, TESTER)
    outbox = SqliteOutbox(builder.path, OutboxSettings())
    with closing(outbox):
        assert (outbox.deleted(1), outbox.pending_deletions(10)) == (frozenset(), [])
        builder.state.delete_test_data(1, DAY)
        builder.track("Seen", TESTER)
        assert outbox.pending_deletions(10) == [(1, deleted)]
        assert outbox.pending_deletions(0) == []
        outbox.deletions_done([(1, deleted)])
        assert outbox.pending_deletions(10) == []
        assert [outbox.deleted(first) for first in (1, 2, 3)] == [{deleted}, {deleted}, frozenset()]
