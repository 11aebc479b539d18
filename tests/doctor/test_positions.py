"""Diagnostics compare the positions of log, state and relay."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import apsw
import pytest
from tests.log.log_messages import NOW, append, numbered
from tests.positions import at

from passerby.doctor.positions import check_positions
from passerby.log.sqlite.store import SqliteLogWriter
from passerby.positions import pack
from passerby.runtime.engines import engines_of
from passerby.state.protocol import OutboxRow
from passerby.state.sqlite.store import SqliteState
from passerby.storage.data_dir import DataDir


@pytest.fixture
def folder(tmp_path: Path) -> DataDir:
    """A log of five messages, of which four are applied and relayed."""
    folder = DataDir(tmp_path)
    with closing(SqliteLogWriter(folder.log)) as writer:
        append(writer, numbered(1, 5))
    with closing(SqliteState(folder.state)) as state, state.transaction():
        state.finish(at(4), NOW, [OutboxRow(pack(0, 4), 1, b"{}")])
    change(folder.state, "INSERT INTO relays VALUES ('events', 1, 1)")
    return folder


def change(file: Path, statement: str) -> None:
    with closing(apsw.Connection(str(file))) as connection:
        connection.execute(statement)


def test_positions_in_order_are_healthy(folder: DataDir) -> None:
    finding = check_positions(*engines_of(folder)[:2])
    assert (finding.well, finding.found) == (True, "relayed 4, applied 4, log 5")


def test_a_state_ahead_of_the_log_is_unwell(folder: DataDir) -> None:
    change(folder.log, "DELETE FROM batch")
    finding = check_positions(*engines_of(folder)[:2])
    assert (finding.well, finding.found) == (False, "relayed 4, applied 4, log 0: the state is ahead of the log")
    for file in folder.path.glob("log.db*"):
        file.unlink()
    assert not check_positions(*engines_of(folder)[:2]).well
    assert not folder.log.exists()


@pytest.mark.parametrize("statement", ["UPDATE relays SET done = 2", "UPDATE outbox SET last_position = 5"])
def test_an_event_store_ahead_of_the_state_is_unwell(folder: DataDir, statement: str) -> None:
    change(folder.state, statement)
    finding = check_positions(*engines_of(folder)[:2])
    assert not finding.well
    assert "the event store is ahead of the state" in finding.found


def test_files_that_cannot_be_read_are_unwell(folder: DataDir) -> None:
    folder.log.write_bytes(b"no database" * 1_000)
    assert "cannot be compared" in check_positions(*engines_of(folder)[:2]).found
