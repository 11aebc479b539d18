"""The acceptance scenarios, if present: they are stored next to the repository, not in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCENARIOS = Path(__file__).parents[2] / "shared" / "scenarios"


@pytest.mark.timeout(300)
def test_the_acceptance_scenarios_hold() -> None:
    if not SCENARIOS.is_dir():
        assert not os.environ.get("SCENARIOS_REQUIRED"), f"{SCENARIOS} is not there"
        pytest.skip("the scenarios are not next to this clone")
    command = [sys.executable, str(SCENARIOS / "run.py"), "--command", f"{sys.executable} -m passerby"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
