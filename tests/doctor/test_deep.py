"""Invariants of identity on a real data directory: satisfied ones pass, violated ones are reported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw
import msgspec
import pytest
from tests.state.state_builder import DAY, ident, new_id

from passerby.doctor.deep import Verdict, check_identity
from passerby.engines import LogEngine, StateEngine
from passerby.identity.decisions import Actor
from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.log.sqlite.store import SqliteLogReader, SqliteLogWriter
from passerby.messages import Identifier, Message
from passerby.runtime.engines import engines_of
from passerby.state.protocol import ManualDecision
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.state.sqlite.store import SqliteState
from passerby.state.views import Deletion
from passerby.storage.data_dir import DataDir
from passerby.worker.batch import Worker


def parts(folder: DataDir) -> tuple[StateEngine, LogEngine]:
    """What is examined of a data directory."""
    engines = engines_of(folder)
    return engines.state, engines.log


class FilledDirectory:
    """A data directory whose worker applies messages immediately."""

    def __init__(self, path: Path) -> None:
        path.mkdir()
        self.folder = DataDir(path)
        self.log = SqliteLogWriter(self.folder.log)
        self.state = SqliteState(self.folder.state)
        self.reader = SqliteStateReader(self.folder.state)
        self._worker = Worker(self.state, lambda _: DEFAULT_POLICY)
        self._tail = SqliteLogReader(self.folder.log)

    def say(self, *identifiers: Identifier, project: int = 1, apply: bool = True) -> None:
        message = Message(
            project=project,
            id=new_id(),
            dialect="test",
            kind="track",
            name="Seen",
            identifiers=identifiers,
            time=DAY,
            received_at=DAY,
        )
        self.log.append([msgspec.json.encode(message)], {project: 1}, DAY)
        if apply:
            self._worker.apply(self._tail.read(self.state.positions(), 1_000))

    def checked(self) -> list[Verdict]:
        return list(check_identity(*parts(self.folder), lambda _claim, _rows: None, batch=2))

    def broken(self) -> set[str]:
        return {verdict.claim for verdict in self.checked() if not verdict.well}

    def damage(self, statement: str) -> None:
        connection = apsw.Connection(str(self.folder.state))
        connection.execute(statement)
        connection.close()

    def close(self) -> None:
        for part in (self.log, self.state, self.reader, self._tail):
            part.close()


@pytest.fixture
def directory(data: Path) -> Iterator[FilledDirectory]:
    """Two projects with merges, an undo, hints, a reassigned identifier and a manual merge."""
    directory = FilledDirectory(data)
    for project in (1, 2):
        for name in ("1", "2", "3"):
            directory.say(ident("mobile_id", f"m{name}"), ident("device_id", "d1"), project=project)
            directory.say(ident("user_id", f"u{name}"), project=project)
        directory.say(ident("user_id", "u1"), ident("mobile_id", "m1"), project=project)
        directory.say(ident("user_id", "u2"), ident("mobile_id", "m2"), project=project)
        directory.say(ident("user_id", "u3"), ident("mobile_id", "m2"), ident("email", "a@b.example"), project=project)
        newest, _ = directory.reader.merges(project, limit=2)
        directory.state.undo_merge(project, newest.id, DAY)
        first, second = (directory.reader.profile_of(project, ident("user_id", name)) for name in ("u1", "u2"))
        assert first
        assert second
        decision = ManualDecision(DAY, Actor("console_user", "anna"), "same person", new_id)
        directory.state.merge_profiles(project, first.id, second.id, decision, force=True)
        directory.state.detach(project, first.id, ident("mobile_id", "m1"), decision)
        directory.say(ident("user_id", "u4"), ident("previous_id", "later"), project=project)
    directory.say(ident("user_id", "u9"), apply=False)
    yield directory
    directory.close()


def test_all_seven_hold_whatever_was_done(directory: FilledDirectory) -> None:
    verdicts = directory.checked()
    assert {verdict.number for verdict in verdicts} == set(range(1, 8))
    assert [verdict for verdict in verdicts if not verdict.well] == []
    assert sum(verdict.checked for verdict in verdicts) > 100


def test_all_seven_hold_after_test_data_was_deleted(directory: FilledDirectory) -> None:
    directory.say(ident("user_id", "passerby-test"), ident("mobile_id", "passerby-test-m"), ident("device_id", "d9"))
    directory.say(ident("mobile_id", "passerby-test-n"))
    directory.say(ident("user_id", "passerby-test"), ident("mobile_id", "passerby-test-n"))
    directory.say(ident("mobile_id", "passerby-test-o"), project=2)
    assert directory.state.delete_test_data(1, DAY) == (1, 3, 0, False)
    assert directory.broken() == set()


def test_a_deletion_while_events_are_counted_is_no_fault(directory: FilledDirectory) -> None:
    directory.say(ident("mobile_id", "passerby-test-n"))
    deleted: list[Deletion] = []

    def counting(claim: str, _rows: int) -> None:
        if claim == "profiles are counted by stage" and not deleted:
            deleted.append(directory.state.delete_test_data(1, DAY))

    verdicts = list(check_identity(*parts(directory.folder), counting, batch=2))
    assert deleted == [(1, 1, 0, False)]
    assert [verdict for verdict in verdicts if not verdict.well] == []


def test_before_the_first_start_there_is_nothing_to_check(data: Path) -> None:
    assert list(check_identity(*parts(DataDir(data)), lambda _claim, _rows: None)) == []
    assert not data.exists()


DAMAGES = [
    (
        "an identifier is at home in one profile",
        "UPDATE identifiers SET profile = x'00' WHERE id = 1",
    ),
    ("merges of the home lead to", "UPDATE profiles SET canonical = merge_id WHERE merged_into IS NOT NULL"),
    ("merges of the home lead to", "UPDATE profiles SET canonical = NULL WHERE merged_into IS NOT NULL"),
    ("merges of the home lead to", "UPDATE profiles SET canonical = id WHERE merged_into IS NULL"),
    ("row repeats what", "UPDATE profiles SET stage = 1 WHERE merged_into IS NOT NULL"),
    ("row repeats what", "UPDATE profiles SET held = '{}'"),
    ("at most one customer id", "UPDATE identifiers SET namespace = 'user_id', value = value || 'x'"),
    ("no message has moved", "UPDATE history SET kind = 'reassigned' WHERE namespace = 'user_id'"),
    ("applied once", "UPDATE outbox SET last_position = 1"),
    ("applied once", "UPDATE progress SET value = 1"),
    ("leads to a canonical profile", "UPDATE profiles SET merged_into = id WHERE merged_into IS NOT NULL"),
    ("an alias is looked up", "DELETE FROM totals WHERE name = 'aliases'"),
    ("an alias is looked up", "UPDATE identifiers SET scope = 'unit' WHERE namespace = 'previous_id'"),
    ("points to its winner", "UPDATE profiles SET merged_into = NULL, merge_id = NULL"),
    ("undo is remembered", "DELETE FROM separations"),
    ("undo is remembered", "INSERT INTO merge_identifiers SELECT id, 1000 FROM merges"),
    ("accepted = applied", "UPDATE totals SET value = value + 1 WHERE name = 'applied'"),
    ("applied event", "UPDATE totals SET value = value + 1 WHERE name = 'events'"),
    ("counted by stage", "UPDATE totals SET value = value + 1 WHERE name = 'customer'"),
    ("identifiers stay", "UPDATE OR IGNORE identifiers SET project = 3 - project"),
    ("merges stay", "UPDATE merges SET project = 3 - project"),
    ("history stays", "UPDATE history SET project = 3 - project"),
    ("links of hints stay", "UPDATE hint_links SET project = 3"),
    ("separations stay", "UPDATE separations SET project = 3"),
]


@pytest.mark.parametrize("claim, damage", DAMAGES)
def test_what_is_broken_shows(directory: FilledDirectory, claim: str, damage: str) -> None:
    directory.say(ident("mobile_id", "m8"), ident("device_id", "d8"))
    directory.damage(damage)
    assert any(claim in each for each in directory.broken())


def test_some_of_what_is_broken_is_named(directory: FilledDirectory) -> None:
    directory.damage("UPDATE profiles SET held = '{}'")
    (verdict,) = (each for each in directory.checked() if "repeats" in each.claim)
    assert verdict.broken > len(verdict.examples) == 5


def test_it_reports_progress(directory: FilledDirectory) -> None:
    reported: list[tuple[str, int]] = []
    list(
        check_identity(
            engines_of(directory.folder).state,
            engines_of(directory.folder).log,
            lambda claim, rows: reported.append((claim, rows)),
            batch=2,
        )
    )
    rows = [count for claim, count in reported if claim == "a profile has at most one customer id"]
    assert rows == sorted(rows)
    assert len(rows) > 1
