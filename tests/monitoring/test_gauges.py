"""Positions of worker and relay are exported from the start."""

from __future__ import annotations

import subprocess
import sys

import pytest

SHOW = "import {module}; from prometheus_client import generate_latest; print(generate_latest().decode())"


@pytest.mark.parametrize(
    "module, metric",
    [
        ("passerby.worker.metrics", "passerby_worker_position"),
        ("passerby.delivery.metrics", "passerby_relay_visible_position"),
    ],
)
def test_a_process_that_has_done_nothing_shows_the_first_partition_at_0(module: str, metric: str) -> None:
    command = [sys.executable, "-c", SHOW.format(module=module)]
    page = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert f'{metric}{{partition="0"}} 0.0' in page.splitlines()
