"""Rejected traits and invalid messages are stored as codes; the sentences of earlier versions become codes."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from tests.catalogue.test_earlier_rejections import TEXTS
from tests.old_files import STATE, older

from passerby.messages import RejectionDetail
from passerby.state.manager import backfills
from passerby.state.manager.ids import to_blob
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.state.sqlite.store import SqliteState

BEFORE = 5
"""The version of files in which rejections are sentences."""
PROFILES = [f"0199c1e2-7a44-7c1b-9d52-6b1f0a3c000{number}" for number in (1, 2)]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file of an earlier version: two profiles that have every text that a version ever wrote."""
    path = tmp_path / "state.db"
    with older(path, STATE, BEFORE) as connection:
        for profile in map(to_blob, PROFILES):
            connection.execute(
                "INSERT INTO profiles (id, project, first_seen, last_seen) VALUES (?, 1, 0, 0)", (profile,)
            )
            for number, (text, *_) in enumerate(TEXTS):
                row = (profile, name_of(number), text)
                connection.execute("INSERT INTO rejected_traits VALUES (?, ?, '\"x\"', ?, 0, 0)", row)
        for position, reason in enumerate(["", "missing_field", "missing_field, unknown_type"]):
            connection.execute("INSERT INTO invalid_messages VALUES (?, 1, 0, 'test', ?, '{}')", (position, reason))
    return path


def name_of(number: int) -> str:
    return f"trait {number:02}"


def check(path: Path) -> None:
    """Every rejected trait has the kind and the detail of its text."""
    expected = [(name_of(number), kind, detail) for number, (_, kind, detail) in enumerate(TEXTS)]
    with closing(SqliteStateReader(path)) as reader:
        for id_ in PROFILES:
            profile = reader.profile(1, id_)
            assert profile is not None
            assert [(name, each.kind, each.detail) for name, each in profile.rejected.items()] == expected


def sentences(path: Path) -> int:
    with closing(apsw.Connection(str(path))) as connection:
        return int(connection.execute("SELECT count(*) FROM rejected_traits WHERE kind LIKE '%: %'").get)


def test_rejected_traits_of_an_earlier_version_are_read_before_they_are_converted(old: Path) -> None:
    SqliteState(old).close()
    assert sentences(old) == 2 * len(TEXTS)
    check(old)


def test_rejected_traits_of_an_earlier_version_are_converted_in_slices(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfills, "SLICE", 3)
    with closing(SqliteState(old)) as state:
        while state.backfill():
            check(old)
    assert sentences(old) == 0
    check(old)


def test_a_newer_rejection_is_not_overwritten(old: Path) -> None:
    with closing(SqliteState(old)) as state:
        with closing(apsw.Connection(str(old))) as connection:
            connection.execute("UPDATE rejected_traits SET kind = 'type_mismatch', detail = '{\"expected\":\"date\"}'")
        while state.backfill():
            pass
    with closing(SqliteStateReader(old)) as reader:
        profile = reader.profile(1, PROFILES[0])
    assert profile is not None
    assert {(each.kind, each.detail) for each in profile.rejected.values()} == {
        ("type_mismatch", RejectionDetail(expected="date"))
    }


def test_invalid_messages_of_an_earlier_version_have_a_list_of_kinds(old: Path) -> None:
    SqliteState(old).close()
    with closing(SqliteStateReader(old)) as reader:
        found = reader.violations(1, 10).invalid
    assert [kinds for *_, kinds, _ in found] == [["missing_field", "unknown_type"], ["missing_field"], []]


KILLED = """
import os, signal, sys
from pathlib import Path
from passerby.state.manager import backfills, rejections
from passerby.state.sqlite.store import SqliteState
backfills.SLICE = 5
slices = int(sys.argv[2])
def dying(cursor, place, limit):
    global slices
    done = rejections.fill_rejected_traits(cursor, place, limit)
    slices -= 1
    if slices == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
backfills._FILL["rejected_traits"] = dying
state = SqliteState(Path(sys.argv[1]))
while state.backfill():
    pass
"""


@pytest.mark.parametrize("slices", [1, 2, 4])
def test_a_worker_that_is_killed_in_a_slice_continues_there(old: Path, slices: int) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(old), str(slices)], check=False, capture_output=True)
    assert done.returncode == -9, done.stderr
    assert sentences(old) == 2 * len(TEXTS) - 5 * (slices - 1)
    check(old)
    with closing(SqliteState(old)) as state:
        while state.backfill():
            pass
    assert sentences(old) == 0
    check(old)
