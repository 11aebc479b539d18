"""Diagnostics of the outbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.old_files import STATE, older
from tests.positions import at

from passerby.doctor.outbox import check_outbox, compare
from passerby.outbox.protocol import OutboxSize
from passerby.positions import Position
from passerby.settings import OutboxSettings
from passerby.state.protocol import OutboxRow
from passerby.state.sqlite.engine import SqliteStateEngine
from passerby.state.sqlite.store import SqliteState

HOUR_MS = 3_600_000
NOW = 1_000 * HOUR_MS
SETTINGS = OutboxSettings(retention=72, max_bytes=1 << 20)


@pytest.mark.parametrize(
    "size, serving, well",
    [
        (OutboxSize(), True, True),
        (OutboxSize(1 << 20, NOW - 72 * HOUR_MS), True, True),
        (OutboxSize(1 << 10, NOW - 80 * HOUR_MS), True, False),
        (OutboxSize(2 << 20, NOW), True, False),
        (OutboxSize(2 << 20, NOW - 80 * HOUR_MS), False, True),
    ],
)
def test_a_server_that_exceeds_the_retention_is_held_up(size: OutboxSize, *, serving: bool, well: bool) -> None:
    finding = compare(size, SETTINGS, NOW, serving=serving)
    assert finding.well is well
    assert bool(finding.advice) is not well


def test_without_a_limit_no_size_is_too_large() -> None:
    assert compare(OutboxSize(1 << 50, NOW), OutboxSettings(max_bytes=0), NOW, serving=True).well


def test_age_and_size_are_told(tmp_path: Path) -> None:
    state = SqliteState(tmp_path / "state.db")
    with state.transaction():
        state.finish(at(1), NOW - 3 * HOUR_MS, [OutboxRow(Position(1), 1, b"x" * (1 << 19))])
    state.close()
    finding = check_outbox(SqliteStateEngine(tmp_path / "state.db"), SETTINGS, NOW, serving=True)
    assert (finding.check, finding.found) == ("outbox", "0.5 MiB; the oldest row is 3.0 h old, of 72 h")


def test_of_an_older_file_the_age_is_told(tmp_path: Path) -> None:
    with older(tmp_path / "state.db", STATE, 7) as connection:
        statement = "INSERT INTO outbox (last_position, events, bytes, created_at, body) VALUES (1, 1, 9, ?, x'')"
        connection.execute(statement, (NOW - 2 * HOUR_MS,))
    finding = check_outbox(SqliteStateEngine(tmp_path / "state.db"), SETTINGS, NOW, serving=True)
    assert finding.found == "0.0 MiB; the oldest row is 2.0 h old, of 72 h"


def test_a_state_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"no database, but long enough to be taken for one" * 100)
    finding = check_outbox(SqliteStateEngine(tmp_path / "state.db"), SETTINGS, NOW, serving=True)
    assert not finding.well
    assert finding.advice == "see the result for state.db"
