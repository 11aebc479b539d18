"""Conformance of state engines: single reads, and maintenance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.conformance.states import ENGINES
from tests.worker.comparison import DAY, HOUR, Comparison

from passerby.catalogue.aliases import Alias
from passerby.engines import StateEngine
from passerby.identity.aliases import PREVIOUS_ID
from passerby.identity.decisions import Actor
from passerby.messages import Identifier, Violation
from passerby.outbox.protocol import Delivered, OutboxSize
from passerby.positions import Position, Positions
from passerby.settings import OutboxSettings
from passerby.state.manager.progress import read_positions
from passerby.state.protocol import ManualDecision, SeenKey, SeriesRow, State
from passerby.state.views import StateReader

U1, U2 = (Identifier("user_id", value) for value in ("u1", "u2"))
M1 = Identifier("mobile_id", "m1")
SHARED = {"email": "ann@x.example"}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> StateEngine:
    return ENGINES[request.param](tmp_path)


@pytest.fixture
def comparison(engine: StateEngine) -> Iterator[Comparison]:
    with closing(Comparison(engine)) as comparison:
        yield comparison


@pytest.fixture
def state(comparison: Comparison) -> State:
    return comparison.state


@pytest.fixture
def reader(comparison: Comparison, engine: StateEngine) -> Iterator[StateReader]:
    del comparison  # creates the tables
    with closing(engine.open_reader()) as reader:
        yield reader


def owner(reader: StateReader, identifier: Identifier) -> str:
    with reader.snapshot() as snapshot:
        return snapshot.owners(1, [identifier])[identifier]


def decision(comparison: Comparison) -> ManualDecision:
    return ManualDecision(DAY, Actor("console_user", "anna"), "", comparison.new_id)


def test_an_engine_exists_once_it_was_opened_for_changes(engine: StateEngine) -> None:
    assert all(engine.version())
    assert not engine.exists()
    engine.open_writer().close()
    assert engine.exists()


def test_a_snapshot_has_the_traits_context_and_identifiers_of_a_profile(
    comparison: Comparison, reader: StateReader
) -> None:
    comparison.append(U1, M1, kind="identify", traits={"plan": "basic"}, context={"ip": "192.0.2.7"})
    comparison.append(M1, context={"ip": "192.0.2.8"}, deduplication_key="k1")
    comparison.apply()
    with reader.snapshot() as snapshot:
        person = snapshot.person(owner(reader, U1))
        assert (person.traits, person.context) == ({"plan": "basic"}, {"ip": "192.0.2.8"})
        assert person.newest == {"user_id": "u1", "mobile_id": "m1"}
        assert snapshot.attributes(1) == (("plan", "string"),)
        assert (snapshot.seen(1, "test", "k1"), snapshot.seen(1, "test", "k2")) == (True, False)
        assert snapshot.known(1, [U1, U2], ()).homes == {U1: owner(reader, U1)}
    assert reader.known(1, [U2], ()).homes == {}


def test_a_device_keeps_what_it_stated_about_itself(comparison: Comparison, state: State, reader: StateReader) -> None:
    comparison.append(M1, context={"additional_info": {"model": "A"}})
    comparison.append(M1, context={"additional_info": {"color": "red"}})
    comparison.apply()
    with reader.snapshot() as snapshot:
        assert snapshot.device(1, M1) == {"color": "red", "model": "A"}
        assert snapshot.device(2, M1) == {}
    found = state.devices(1, [M1, Identifier("mobile_id", "m2")])
    assert {device: sorted(said) for device, said in found.items()} == {M1: ["color", "model"]}


def test_a_project_has_aliases_once_a_message_brought_one(comparison: Comparison, reader: StateReader) -> None:
    comparison.append(U1)
    comparison.apply()
    with reader.snapshot() as snapshot:
        assert not snapshot.has_aliases(1)
    comparison.append(U1, Identifier(PREVIOUS_ID, "v1"))
    comparison.apply()
    with reader.snapshot() as snapshot:
        assert (snapshot.has_aliases(1), snapshot.has_aliases(2)) == (True, False)


def test_decisions_are_found_by_their_message(comparison: Comparison, reader: StateReader) -> None:
    message = comparison.append(U1, M1)
    comparison.append(U1)
    comparison.apply()
    found = reader.decisions(1, message.id, [owner(reader, U1)])
    assert [entry.kind for entry in found] == ["created", "attached", "attached"]
    assert reader.decisions(1, message.id, [comparison.new_id()]) == []


def test_types_spellings_and_values_of_the_catalogue_are_read(
    comparison: Comparison, state: State, reader: StateReader
) -> None:
    for name, price in (("Bought", 1), ("bought", 2)):
        comparison.append(U1, name=name, properties={"price": price})
    for identifier, plan in ((U1, "basic"), (U2, 3)):
        comparison.append(identifier, kind="identify", traits={"plan": plan})
    comparison.apply()
    assert (reader.attribute_type(1, "Bought", "price"), reader.attribute_type(1, "Bought", "cost")) == ("number", None)
    assert (reader.attribute_types(1, "Bought"), reader.attribute_types(1, "")) == (
        {"price": "number"},
        {"plan": "string"},
    )
    assert reader.trait_types(1, "plan") == ({"string": 1, "number": 1}, True)
    state.add_alias(1, Alias("bought", "", "Bought", DAY, "anna"))
    assert reader.aliases(1).spellings("Bought") == ["Bought", "bought"]
    with state.transaction():
        assert state.trait_names([owner(reader, U1), owner(reader, U2)]) == {
            owner(reader, U1): ["plan"],
            owner(reader, U2): ["plan"],
        }


def test_violations_and_invalid_messages_are_read_newest_first(comparison: Comparison, reader: StateReader) -> None:
    comparison.append(U1, violations=(Violation("no_name", "Seen"),))
    comparison.append(kind="invalid", violations=(Violation("missing_identifier", ""),), properties={"body": {"a": 1}})
    comparison.apply()
    found = reader.violations(1, 5)
    assert {each.kind for each in found.violations} == {"no_name", "missing_identifier"}
    assert [(position, kinds, body) for position, _, _, kinds, body in found.invalid] == [
        (2, ["missing_identifier"], '{"a":1}')
    ]
    assert reader.violations(2, 5) == ([], [])


def test_a_pair_of_profiles_is_compared_and_listed_when_it_is_dismissed(
    comparison: Comparison, state: State, reader: StateReader
) -> None:
    for identifier in (U1, U2):
        comparison.append(identifier, kind="identify", traits=SHARED)
    comparison.apply()
    one, other = owner(reader, U1), owner(reader, U2)
    pair = reader.duplicate(1, other, one)
    assert pair is not None
    assert ([each.id for each in pair.profiles], pair.dismissed) == ([one, other], None)
    assert reader.duplicate(1, one, one) is None
    assert reader.dismissed_duplicates(1, limit=5).duplicates == []
    state.dismiss_duplicate(1, one, other, decision(comparison))
    (dismissed,) = reader.dismissed_duplicates(1, limit=5).duplicates
    assert [each.id for each in dismissed.profiles] == [one, other]


def test_a_sweep_keeps_values_that_are_still_shared(comparison: Comparison, state: State, reader: StateReader) -> None:
    for identifier in (U1, U2):
        comparison.append(identifier, kind="identify", traits=SHARED)
    comparison.apply()
    for _ in range(2):
        state.sweep_duplicates()
    assert len(reader.duplicates(1, limit=5).duplicates) == 1
    state.merge_profiles(1, owner(reader, U1), owner(reader, U2), decision(comparison), force=True)
    state.sweep_duplicates()
    assert reader.duplicates(1, limit=5).duplicates == []


def test_expired_deduplication_keys_are_forgotten(state: State) -> None:
    old, young = SeenKey(1, "segment", "old"), SeenKey(1, "segment", "young")
    with state.transaction():
        state.remember({old: DAY, young: DAY + HOUR})
        state.forget(DAY + 1)
        assert state.expiries([old, young]) == {young: DAY + HOUR}


def test_old_counts_are_rolled_up_and_none_is_lost(state: State, reader: StateReader) -> None:
    now, old = DAY + 30 * 24 * HOUR, DAY - DAY % HOUR
    with state.transaction():
        state.add_series([SeriesRow(1, at, "segment", 2, 1, 0) for at in (old, old + 60_000, now - now % HOUR)])
    state.roll_up(now)
    assert [point.accepted for point in reader.series(1, 0, now, 60)] == [2]
    assert [(point.at, point.accepted, point.duplicates) for point in reader.series(1, 0, old + 1, 3_600)] == [
        (old, 4, 2)
    ]


def test_a_new_state_has_no_backfill_to_run(state: State, reader: StateReader) -> None:
    assert not state.backfill()
    assert not reader.indexing()


def test_an_outbox_gives_rows_in_order_and_keeps_those_that_no_relay_has_delivered(
    comparison: Comparison, engine: StateEngine
) -> None:
    with closing(engine.open_outbox(OutboxSettings(retention=1.0))) as outbox:
        assert (outbox.first(), outbox.size()) == (1, OutboxSize())
        for _ in range(3):
            comparison.append(U1)
            comparison.apply()
        rows = outbox.read(0, 1, 1)
        rows += outbox.read(rows[-1].id, 100, 1_000_000)
        assert [(row.last_position, row.events) for row in rows] == [(1, 1), (2, 1), (3, 1)]
        assert outbox.applied().offset() == 3
        assert (outbox.first(), outbox.size().oldest) == (rows[0].id, DAY)
        assert outbox.delivered("events") == Delivered()
        outbox.commit("events", rows[1].id)
        assert outbox.delivered("events").row == rows[1].id
        assert outbox.prune(DAY + 100 * 24 * HOUR) == 2
        assert [row.id for row in outbox.read(0, 100, 1_000_000)] == [rows[2].id]
        assert outbox.first() == rows[2].id


def test_the_applied_position_is_the_same_for_every_reader(
    comparison: Comparison, state: State, reader: StateReader, engine: StateEngine
) -> None:
    comparison.append(U1)
    comparison.apply()
    assert state.positions() == reader.positions() == engine.progress().positions == Positions([Position(1)])
    with closing(engine.open_connector()) as connector:
        assert read_positions(connector) == state.positions()


def test_the_canonical_profile_of_a_member_is_the_one_that_it_was_merged_into(
    comparison: Comparison, state: State, reader: StateReader
) -> None:
    comparison.append(U1)
    comparison.append(M1)
    comparison.apply()
    winner, loser = owner(reader, U1), owner(reader, M1)
    assert reader.canonical(1, [winner, loser]) == {winner: winner, loser: loser}
    state.merge_profiles(1, winner, loser, decision(comparison), force=False)
    assert reader.canonical(1, [winner, loser, comparison.new_id()]) == {winner: winner, loser: winner}
    assert reader.canonical(2, [winner]) == {}


def test_the_end_of_the_outbox_is_the_id_of_its_last_row(comparison: Comparison, reader: StateReader) -> None:
    assert reader.outbox_end() == 0
    ends = []
    for identifier in (U1, M1):
        comparison.append(identifier)
        comparison.apply()
        ends.append(reader.outbox_end())
    assert 0 < ends[0] < ends[1]


def test_records_are_those_of_one_project(comparison: Comparison, reader: StateReader) -> None:
    comparison.append(U1, M1)
    comparison.append(U2, project=2)
    comparison.apply()
    assert reader.identity_records(1).homes.keys() == {U1, M1}
    assert reader.identity_records(2).homes.keys() == {U2}
