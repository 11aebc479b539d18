"""Decisions are stored as records; the sentences of earlier versions become records."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.identity.test_earlier_reasons import TEXTS
from tests.old_files import STATE, older

from passerby.identity.decisions import NO_DETAIL, WORKER, Actor, DecisionDetail
from passerby.state.manager import backfills
from passerby.state.manager.decisions import columns_of_record, record_of
from passerby.state.manager.ids import to_blob
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.state.sqlite.store import SqliteState
from passerby.state.views import HistoryEntry

PROFILE = "0199c1e2-7a44-7c1b-9d52-6b1f0a3c0000"
BEFORE = 3
"""The version of files in which decisions are sentences."""
DETACHED = next(text for kind, text, rule, *_ in TEXTS if (kind, rule) == ("reassigned", "manual"))
MERGES = [text for text in TEXTS if text[0] == "merged"]


def merge_id(number: int) -> str:
    return f"0199c1e2-7a44-7c1b-9d52-6b1f0a3c{number:04x}"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file of an earlier version that has every text that a version ever wrote."""
    path = tmp_path / "state.db"
    with older(path, STATE, BEFORE) as connection:
        fill(connection)
    return path


def fill(connection: apsw.Connection) -> None:
    profile = to_blob(PROFILE)
    connection.execute("INSERT INTO profiles (id, project, first_seen, last_seen) VALUES (?, 1, 0, 0)", (profile,))
    number = 0
    for kind, text, *_ in TEXTS:
        merge = None
        if kind == "merged":
            number += 1
            merge = to_blob(merge_id(number))
            columns = (merge, profile, to_blob(merge_id(0)), "email", "a@x.io", "", text)
            connection.execute(
                """
                INSERT INTO merges (id, project, winner, loser, at, position, message_id, via_namespace, via_value,
                    via_scope, by_namespace, by_value, by_scope, reason)
                VALUES (?, 1, ?, ?, 0, 0, 'm', 'phone', '+49', '', ?, ?, ?, ?)
                """,
                columns,
            )
        connection.execute(
            """
            INSERT INTO history (project, at, kind, message_id, namespace, value, scope, to_profile, merge_id, reason)
            VALUES (1, 0, ?, 'm', 'phone', '+49', '', ?, ?, ?)
            """,
            (kind, profile, merge, text),
        )
    connection.execute(
        """
        INSERT INTO detachments (
            id, project, profile, detached, identifier, namespace, value, scope, merges, at, reason
        )
        VALUES (?, 1, ?, ?, 1, 'phone', '+49', '', '[]', 0, ?)
        """,
        (profile, profile, profile, DETACHED),
    )


def history(path: Path) -> list[HistoryEntry]:
    with closing(SqliteStateReader(path)) as reader:
        page = reader.history(1, PROFILE, limit=100)
    assert page is not None
    return page.entries


def unconverted(path: Path) -> int:
    with closing(apsw.Connection(str(path))) as connection:
        queries = [f"SELECT count(*) FROM {table} WHERE detail IS NULL" for table in ("history", "merges")]  # noqa: S608 - two names of tables
        queries.append("SELECT count(*) FROM detachments WHERE actor = ''")
        return sum(int(connection.execute(query).get) for query in queries)


def check(path: Path) -> None:
    """Every entry and every merge is the record of its text."""
    entries = history(path)
    found = [(each.kind, each.rule, each.actor, each.detail) for each in entries]
    assert found == [(kind, rule, actor, detail) for kind, _, rule, actor, detail in TEXTS]
    assert {each.by.value for each in entries if each.by is not None} == {"a@x.io"}
    with closing(SqliteStateReader(path)) as reader:
        merges = reader.merges(1, limit=100)[::-1]
    assert [("merged", each.rule, each.actor, each.detail) for each in merges] == [
        (kind, rule, actor, detail) for kind, _, rule, actor, detail in MERGES
    ]


def test_a_file_of_an_earlier_version_is_read_before_it_is_converted(old: Path) -> None:
    SqliteState(old).close()
    assert unconverted(old) == len(TEXTS) + len(MERGES) + 1
    check(old)


def test_a_file_of_an_earlier_version_is_converted_in_slices(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfills, "SLICE", 4)
    with closing(SqliteState(old)) as state:
        while state.backfill():
            check(old)
    assert unconverted(old) == 0
    check(old)


def test_what_is_converted_is_as_new_decisions_are(old: Path) -> None:
    with closing(SqliteState(old)) as state:
        while state.backfill():
            pass
    with closing(apsw.Connection(str(old))) as connection:
        rows: list[Any] = connection.execute(
            "SELECT rule, actor, actor_name, detail FROM history ORDER BY id"
        ).fetchall()
    assert rows == [tuple(columns_of_record(rule, actor, detail)) for _, _, rule, actor, detail in TEXTS]


def test_a_detachment_is_converted(old: Path) -> None:
    with closing(SqliteState(old)) as state:
        while state.backfill():
            pass
    with closing(apsw.Connection(str(old))) as connection:
        row = connection.execute("SELECT actor, actor_name, comment FROM detachments").fetchone()
    assert row == ("api_token", "desk", "was sold")


KILLED = """
import os, signal, sys
from pathlib import Path
from passerby.state.manager import backfills, decisions
from passerby.state.sqlite.store import SqliteState
backfills.SLICE = 3
slices = int(sys.argv[2])
for name in ("fill_history", "fill_merges", "fill_detachments"):
    fill = getattr(decisions, name)
    def dying(cursor, place, limit, fill=fill):
        global slices
        done = fill(cursor, place, limit)
        slices -= 1
        if slices == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    backfills._FILL[name.removeprefix("fill_")] = dying
state = SqliteState(Path(sys.argv[1]))
while state.backfill():
    pass
"""


@pytest.mark.parametrize("slices", [1, 5, 11, 12])
def test_a_worker_that_is_killed_in_a_slice_continues_there(old: Path, slices: int) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(old), str(slices)], check=False, capture_output=True)
    assert done.returncode == -9, done.stderr
    assert unconverted(old) == len(TEXTS) + len(MERGES) + 1 - converted(slices - 1)
    check(old)
    with closing(SqliteState(old)) as state:
        while state.backfill():
            pass
    assert unconverted(old) == 0
    check(old)


def converted(slices: int) -> int:
    """Rows that so many complete slices of three have converted: first detachments, then the history, then merges."""
    return sum([*sizes(1), *sizes(len(TEXTS)), *sizes(len(MERGES))][:slices])


def sizes(rows: int) -> Iterator[int]:
    while rows >= 3:
        yield 3
        rows -= 3
    yield rows


@given(
    rule=st.sampled_from(["R1", "limit", "manual"]),
    actor=st.builds(Actor, kind=st.sampled_from(["worker", "api_token", "console_user"]), name=st.text()),
    detail=st.builds(DecisionDetail, limit=st.none() | st.integers(0, 9), comment=st.text()),
)
def test_a_record_is_read_as_it_was_written(rule: Any, actor: Actor, detail: DecisionDetail) -> None:
    assert record_of("merged", columns_of_record(rule, actor, detail)) == (rule, actor, detail)


def test_a_decision_without_details_takes_no_space_for_them() -> None:
    assert columns_of_record("R2", WORKER, NO_DETAIL) == ("R2", "worker", "", "{}")
