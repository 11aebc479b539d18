"""Conformance of state engines, tested through the protocol alone.

The state machine of `tests/worker` runs on each engine, next to the reference model; the rest is what it does not ask.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from tests.conformance.states import ENGINES
from tests.worker.comparison import DAY, Comparison, WorkerStopped, temporary_folder
from tests.worker.strategies import mixed
from tests.worker.test_machine import STEPS, Machine

from passerby.catalogue.aliases import Alias, UnknownName
from passerby.engines import StateEngine
from passerby.identity.decisions import Actor
from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.identity.stage import Stage
from passerby.messages import Identifier
from passerby.settings import OutboxSettings
from passerby.state import manager
from passerby.state.protocol import (
    AlreadyUndone,
    ManualDecision,
    SameProfile,
    SeenKey,
    State,
    StateBroken,
    UnknownDetachment,
    UnknownDismissal,
    UnknownMerge,
    UnknownProfile,
)
from passerby.state.sqlite.connector import STATEMENTS
from passerby.state.views import StateReader
from passerby.worker.batch import Worker

EXAMPLES: Final = 25
"""Histories for each engine: the embedded one has many more in tests/worker/test_machine.py."""
UNKNOWN_ID: Final = "00000000-0000-7000-8000-000000000000"

U1, U2 = (Identifier("user_id", value) for value in ("u1", "u2"))
E1 = Identifier("email", "e1@x.io")
M1, M2 = (Identifier("mobile_id", value) for value in ("m1", "m2"))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> StateEngine:
    return ENGINES[request.param](tmp_path)


@pytest.fixture
def state(engine: StateEngine) -> Iterator[State]:
    with closing(engine.open_writer()) as state:
        yield state


@pytest.fixture
def comparison(engine: StateEngine) -> Iterator[Comparison]:
    with closing(Comparison(engine)) as comparison:
        yield comparison


@pytest.fixture
def reader(comparison: Comparison, engine: StateEngine) -> Iterator[StateReader]:
    """Reads what the worker has written."""
    del comparison
    with closing(engine.open_reader()) as reader:
        yield reader


def apply_calls(comparison: Comparison, *messages: tuple[Identifier, ...]) -> None:
    for names in messages:
        comparison.append(*names)
    comparison.apply()
    comparison.check()


def profile(reader: StateReader, identifier: Identifier, project: int = 1) -> str:
    found = reader.profile_of(project, identifier)
    assert found is not None
    return found.id


def decision(comparison: Comparison) -> ManualDecision:
    return ManualDecision(DAY, Actor("console_user", "anna"), "the same person", comparison.new_id)


@pytest.mark.hypothesis
@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_agrees_with_the_model(name: str) -> None:
    class OnEngine(Machine):
        def make_engine(self, folder: Path) -> StateEngine:
            return ENGINES[name](folder)

    tries = settings(max_examples=min(EXAMPLES, settings().max_examples), stateful_step_count=STEPS)
    run_state_machine_as_test(OnEngine, settings=tries)


class TestATransaction:
    def test_is_nothing_when_it_raises(self, state: State) -> None:
        key = SeenKey(1, "segment", "k1")
        with suppress(WorkerStopped), state.transaction():
            state.remember({key: DAY})
            raise WorkerStopped
        assert state.expiries([key]) == {}
        with state.transaction():
            state.remember({key: DAY})
        assert state.expiries([key]) == {key: DAY}

    def test_is_seen_by_readers_as_a_whole(self, comparison: Comparison, reader: StateReader) -> None:
        comparison.append(M1)
        with reader.snapshot() as before:
            for _ in range(2):
                assert before.owners(1, [M1]) == {}
                comparison.apply()
        assert reader.profile_of(1, M1) is not None

    def test_leaves_no_error_of_the_engines_own(self, state: State) -> None:
        with pytest.raises(StateBroken), state.transaction():
            state.add_series([("no", "row")])  # type: ignore[list-item]


def test_every_statement_that_the_manager_names_is_there() -> None:
    named = {
        name
        for path in Path(manager.__file__).parent.glob("*.py")
        for name in re.findall(r"""\.(?:row|rows|value|walk|run|run_many)\(\s*"(\w+\.\w+)\"""", path.read_text())
    }
    assert len(named) > 100
    assert named - STATEMENTS.keys() == set()


def test_a_state_that_is_opened_again_is_as_it_was_left(engine: StateEngine) -> None:
    with closing(Comparison(engine)) as comparison:
        apply_calls(comparison, (M1,), (U1, M1), (U2,))
        before = [comparison.observer.records(project) for project in (1, 2)]
        comparison.restart()
        assert [comparison.observer.records(project) for project in (1, 2)] == before
        assert comparison.observer.reader.positions() == engine.progress().positions


def test_the_same_log_gives_the_same_ids_on_every_engine_however_it_is_cut() -> None:
    with ExitStack() as stack:
        found = []
        for open_engine in ENGINES.values():
            for size in (1, 7, 1_000):
                folder = stack.enter_context(temporary_folder())
                comparison = stack.enter_context(closing(Comparison(open_engine(folder))))
                for draft in mixed(200):
                    comparison.append(*draft.names, **draft.fields)
                while comparison.applied < len(comparison.log):
                    comparison.apply(size)
                comparison.observer.read_outbox()
                events = sorted((event.position, event.id, event.profile_id) for event in comparison.observer.events)
                found.append(([comparison.observer.records(project) for project in (1, 2)], events))
        assert all(each == found[0] for each in found)


def test_nothing_of_a_project_is_known_in_another(comparison: Comparison, reader: StateReader) -> None:
    apply_calls(comparison, (M1,), (U1,), (U1, M1))
    ours, (merge,) = profile(reader, U1), reader.merges(1, limit=2)
    assert reader.profile_of(2, U1) is None
    assert (reader.profile(2, ours), reader.members(2, ours), reader.history(2, ours, limit=1)) == (None, [], None)
    assert (reader.merge(2, merge.id), reader.merges(2, limit=1)) == (None, [])
    assert reader.search(2, "u1", limit=1).profiles == []
    with pytest.raises(UnknownMerge):
        comparison.state.undo_merge(2, merge.id, DAY)
    with pytest.raises(UnknownProfile):
        comparison.state.merge_profiles(2, ours, ours, decision(comparison), force=True)


UNKNOWN: Final[list[tuple[type[Exception], Callable[[State, ManualDecision], object]]]] = [
    (UnknownMerge, lambda state, _: state.undo_merge(1, UNKNOWN_ID, DAY)),
    (UnknownProfile, lambda state, decision: state.merge_profiles(1, UNKNOWN_ID, UNKNOWN_ID, decision, force=False)),
    (UnknownProfile, lambda state, decision: state.detach(1, UNKNOWN_ID, M1, decision)),
    (UnknownDetachment, lambda state, decision: state.undo_detachment(1, UNKNOWN_ID, decision)),
    (UnknownProfile, lambda state, decision: state.dismiss_duplicate(1, UNKNOWN_ID, UNKNOWN_ID, decision)),
    (UnknownName, lambda state, _: state.change_type(1, "never", "seen", "string")),
    (UnknownName, lambda state, _: state.add_alias(1, Alias("never", "", "seen", DAY, "anna"))),
    (UnknownName, lambda state, _: state.remove_alias(1, "never", "")),
]


@pytest.mark.parametrize("error, act", UNKNOWN)
def test_what_is_not_there_cannot_be_changed(
    comparison: Comparison, error: type[Exception], act: Callable[[State, ManualDecision], object]
) -> None:
    apply_calls(comparison, (M1,))
    before = comparison.observer.records(1)
    with pytest.raises(error):
        act(comparison.state, decision(comparison))
    assert comparison.observer.records(1) == before


def test_a_merge_and_its_undo_are_visible_to_readers(comparison: Comparison, reader: StateReader) -> None:
    apply_calls(comparison, (M1,), (U1,), (U1, M1), (M1,))
    (made,) = reader.merges(1, limit=2)
    folded = reader.profile(1, made.loser)
    assert folded is not None
    assert (folded.id, folded.event_count, len(folded.members)) == (made.winner, 4, 2)
    detail = reader.merge(1, made.id)
    assert detail is not None
    assert ([each.value for each in detail.moved], detail.undoable) == (["m1"], True)
    chain = reader.why(1, made.winner, M1)
    assert [entry.kind for entry in chain or ()] == ["attached", "merged"]
    assert comparison.state.undo_merge(1, made.id, DAY) == (made.winner, made.loser)
    parts = [reader.profile(1, id_) for id_ in (made.winner, made.loser)]
    assert [part and part.event_count for part in parts] == [2, 2]
    assert [entry.kind for entry in reader.why(1, made.loser, M1) or ()] == ["attached"]
    assert reader.why(1, made.winner, M1) is None
    with pytest.raises(AlreadyUndone):
        comparison.state.undo_merge(1, made.id, DAY)


def test_profiles_are_listed_and_found_a_page_at_a_time(comparison: Comparison, reader: StateReader) -> None:
    apply_calls(comparison, *((Identifier("user_id", f"name-{number}"),) for number in range(5)), (M1,))
    first = reader.profiles(1, limit=3, stage=Stage.CUSTOMER)
    rest = reader.profiles(1, limit=3, stage=Stage.CUSTOMER, before=first[-1].id)
    assert [each.user_id for each in first + rest] == [f"name-{number}" for number in (4, 3, 2, 1, 0)]
    page = reader.search(1, "NAME-", limit=3)
    more = reader.search(1, "NAME-", limit=3, after=page.after)
    assert [each.user_id for each in page.profiles + more.profiles] == [f"name-{number}" for number in range(5)]
    assert more.after is None


def test_possible_duplicates_are_listed_dismissed_and_restored(comparison: Comparison, reader: StateReader) -> None:
    for name in (U1, U2):
        comparison.append(name, kind="identify", traits={"email": "ann@x.example"})
    apply_calls(comparison)
    (pair,) = reader.duplicates(1, limit=2).duplicates
    one, other = (each.id for each in pair.profiles)
    assert pair.rule == "R3a"
    comparison.state.dismiss_duplicate(1, other, one, decision(comparison))
    assert reader.duplicates(1, limit=2).duplicates == []
    comparison.state.restore_duplicate(1, one, other)
    assert len(reader.duplicates(1, limit=2).duplicates) == 1
    with pytest.raises(UnknownDismissal):
        comparison.state.restore_duplicate(1, one, other)
    with pytest.raises(SameProfile):
        comparison.state.dismiss_duplicate(1, one, one, decision(comparison))


def test_the_catalogue_is_edited_and_its_version_rises(comparison: Comparison, reader: StateReader) -> None:
    for name in ("Bought", "bought"):
        comparison.append(M1, name=name, properties={"price": 1})
    apply_calls(comparison)
    version = comparison.state.catalogue_version()
    assert comparison.state.change_type(1, "Bought", "price", "string") == "number"
    comparison.state.add_alias(1, Alias("bought", "", "Bought", DAY, "anna"))
    assert comparison.state.catalogue_version() > version
    (event,) = reader.catalogue(1, limit=5).events
    assert (event.name, event.count, event.spellings) == ("Bought", 2, ["bought"])
    comparison.state.remove_alias(1, "bought", "")
    assert comparison.state.delete_names(1, [("Bought", ""), ("never", "")]) == [("never", "")]
    assert [event.name for event in reader.catalogue(1, limit=5).events] == ["bought"]


def test_test_data_is_deleted_and_its_events_are_named_to_the_relay(
    comparison: Comparison, reader: StateReader, engine: StateEngine
) -> None:
    apply_calls(comparison, (Identifier("mobile_id", "passerby-test"),), (E1, M2))
    (gone,) = reader.test_profiles(1)
    assert reader.test_data(1)[:2] == (1, 1)
    assert comparison.state.delete_test_data(1, DAY)[:2] == (1, 1)
    assert reader.profile(1, gone) is None
    with closing(engine.open_outbox(OutboxSettings())) as outbox:
        assert outbox.deleted(0) == {gone}
        assert outbox.pending_deletions(5) == [(1, gone)]
        outbox.deletions_done([(1, gone)])
        assert outbox.pending_deletions(5) == []


def test_a_message_that_cannot_be_applied_counts_as_applied(comparison: Comparison, engine: StateEngine) -> None:
    comparison.append(M1)
    Worker(comparison.state, lambda _: DEFAULT_POLICY).dead_letter(comparison.log[0], "fault")
    comparison.applied = 1
    assert comparison.observer.records(1).profiles == []
    assert comparison.observer.totals(1) == {"applied": 1, "violations": 1}
    assert engine.progress().positions.offset() == 1
