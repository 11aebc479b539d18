"""All processes open a new or removed log at the same time."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.pool import Pool
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from tests.positions import at

from passerby.log.sqlite.engine import begin_after
from passerby.log.sqlite.storage import open_log
from passerby.log.sqlite.store import SqliteLogReader

ROLES = 4
LOGS = 20
_together: list[Barrier] = []


def _meet(barrier: Barrier) -> None:
    _together.append(barrier)


def open_each(folder: Path) -> int:
    """Open many new logs, each at the same time as the other processes; return how many."""
    for number in range(LOGS):
        _together[0].wait()
        open_log(folder / f"{number}.db").close()
    return LOGS


def begin_each(folder: Path) -> list[bool]:
    """Create many logs, each at the same time as the other processes; return for each whether this call created it."""
    created = []
    for number in range(LOGS):
        _together[0].wait()
        created.append(begin_after(folder / f"{number}.db", at(40), {1: 30}))
    return created


@pytest.fixture(scope="module")
def roles() -> Iterator[Pool]:
    context = multiprocessing.get_context("spawn")
    with context.Pool(ROLES, initializer=_meet, initargs=(context.Barrier(ROLES, timeout=60),)) as pool:
        yield pool
        pool.close()
        pool.join()


def test_a_new_log_can_be_opened_by_all_at_once(roles: Pool, tmp_path: Path) -> None:
    assert roles.map(open_each, [tmp_path] * ROLES, chunksize=1) == [LOGS] * ROLES


def test_only_one_of_several_processes_recreates_a_log(roles: Pool, tmp_path: Path) -> None:
    created = roles.map(begin_each, [tmp_path] * ROLES, chunksize=1)
    assert [sum(one) for one in zip(*created, strict=True)] == [1] * LOGS
    for number in range(LOGS):
        with closing(SqliteLogReader(tmp_path / f"{number}.db")) as reader:
            assert (reader.accepted(1), reader.head()) == (30, at(40))
