"""Maintenance by the worker between batches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from prometheus_client import REGISTRY
from tests.positions import at
from tests.state.state_builder import StateBuilder, ident

from passerby.positions import Position
from passerby.runtime.engines import engines_of
from passerby.settings import OutboxSettings
from passerby.state.protocol import OutboxRow
from passerby.state.sqlite import outbox as outbox_module
from passerby.state.sqlite.outbox import SqliteOutbox
from passerby.state.sqlite.store import SqliteState
from passerby.storage.data_dir import DataDir
from passerby.worker import process
from passerby.worker.process import Chores


class NoPolicies:
    """Policies that never change."""

    def refresh(self) -> None:
        """Do nothing."""


@pytest.fixture
def folder(tmp_path: Path) -> DataDir:
    """A folder whose state waits for a backfill."""
    folder = DataDir(tmp_path)
    folder.run.mkdir()
    builder = StateBuilder(folder.state)
    builder.identify(ident("user_id", "u1"), name="Ann")
    builder.close()
    connection = apsw.Connection(str(folder.state))
    connection.execute("DELETE FROM search_terms; INSERT INTO backfills (name) VALUES ('search_terms')")
    connection.close()
    return folder


@pytest.fixture
def state(folder: DataDir) -> Iterator[SqliteState]:
    state = SqliteState(folder.state)
    yield state
    state.close()


@pytest.fixture
def chores(folder: DataDir, state: SqliteState) -> Iterator[Chores]:
    outbox = SqliteOutbox(folder.state, OutboxSettings())
    policies: Any = NoPolicies()
    yield Chores(folder.run / "worker.heartbeat", engines_of(folder), policies, outbox, state)
    outbox.close()


def test_backfills_are_run_between_batches(chores: Chores, state: SqliteState) -> None:
    chores()
    assert not state.backfill()


def test_a_backfill_that_fails_is_tried_again_and_stops_nothing(
    chores: Chores, state: SqliteState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> bool:
        raise apsw.FullError

    monkeypatch.setattr(process, "BACKFILL_RETRY_SECONDS", 0.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state, "backfill", fail)
        chores()
    chores()
    assert not state.backfill()


def test_what_the_outbox_holds_is_shown_and_what_is_too_much_goes_part_by_part(
    chores: Chores, state: SqliteState, folder: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "_CHUNK", 1)
    with closing(SqliteOutbox(folder.state, OutboxSettings())) as outbox:
        for position in (20, 30):
            with state.transaction():
                state.finish(at(position), 1_000, [OutboxRow(Position(position), 1, b"x" * 50)])
        outbox.commit("events", 100)
        before = outbox.size()
        assert before.bytes > 100
        monkeypatch.setattr(chores, "_next_comparison", 0.0)
        chores()
        assert REGISTRY.get_sample_value("passerby_outbox_bytes") == before.bytes
        assert REGISTRY.get_sample_value("passerby_outbox_oldest_timestamp_seconds") == before.oldest / 1000
        monkeypatch.setattr(chores, "_next_prune", 0.0)
        seen = []
        for _ in range(4):
            chores()
            seen.append(len(outbox.read(0, 100, 10_000)))
        assert seen == [2, 1, 0, 0]
