"""Shared metrics start at 0 with every start, and lose the gauges of processes that ended."""

from __future__ import annotations

from pathlib import Path

from passerby.runtime import metrics
from passerby.storage.data_dir import DataDir


def test_what_an_earlier_run_left_is_cleaned_away(data: Path) -> None:
    folder = DataDir(data)
    metrics.clean(folder)
    (folder.metrics / "counter_1.db").touch()
    metrics.clean(folder)
    assert list(folder.metrics.iterdir()) == []


def test_gauges_of_an_ended_process_go_and_counters_stay(data: Path) -> None:
    folder = DataDir(data)
    metrics.clean(folder)
    for name in ("gauge_livesum_7.db", "gauge_liveall_7.db", "gauge_livesum_8.db", "counter_7.db"):
        (folder.metrics / name).touch()
    metrics.forget_process(folder, 7)
    assert {file.name for file in folder.metrics.iterdir()} == {"gauge_livesum_8.db", "counter_7.db"}


def test_a_process_is_pointed_to_the_folder(data: Path) -> None:
    environment: dict[str, str] = {}
    metrics.point_to(DataDir(data), environment)
    assert environment == {"PROMETHEUS_MULTIPROC_DIR": str(data / "run" / "metrics")}
