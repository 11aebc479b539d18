"""Distribution of cores among roles."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.runtime.supervisor import layout as module
from passerby.runtime.supervisor.layout import MOST_EDGES, ROLES, cores_found, cores_of_quota, layout


@pytest.mark.parametrize("cores, edges", [(1, 1), (2, 1), (4, 1), (6, 2), (8, 3), (64, MOST_EDGES)])
def test_edges_grow_with_the_cores(cores: int, edges: int) -> None:
    assert layout(cores).edges == edges


@given(st.integers(1, 1024))
def test_there_is_one_worker_and_one_console_for_any_number_of_cores(cores: int) -> None:
    planned = layout(cores)
    assert (planned.count("worker"), planned.count("console")) == (1, 1)
    assert 1 <= planned.count("edge") <= MOST_EDGES


def test_the_number_of_edges_can_be_set() -> None:
    assert layout(2, edges=5).edges == 5


def test_every_role_has_a_count() -> None:
    assert all(layout(2).count(role) >= 1 for role in ROLES)


@pytest.mark.parametrize("quota, cores", [("max 100000\n", 0), ("200000 100000\n", 2), ("150000 100000\n", 2)])
def test_a_containers_quota_counts_in_whole_cores(quota: str, cores: int) -> None:
    assert cores_of_quota(quota) == cores


def test_cores_are_limited_by_the_quota_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = tmp_path / "cpu.max"
    monkeypatch.setattr(module, "_CGROUP_LIMIT", limit)
    unlimited = cores_found()
    assert unlimited >= 1
    limit.write_text("max 100000")
    assert cores_found() == unlimited
    limit.write_text("50000 100000")
    assert cores_found() == 1
