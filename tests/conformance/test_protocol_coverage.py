"""The conformance tests call every method of the protocols, so that an engine that lacks one fails."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from subprocess import run

import pytest
from tests.conformance.call_recorder import FILE, PROTOCOLS, members, reachable
from tests.house.repository import ROOT


@pytest.mark.timeout(600)
def test_the_conformance_tests_call_every_method_of_the_protocols(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    plugins = ("-p", "no:randomly", "-p", "no:xdist", "-p", "tests.conformance.call_recorder")
    others = (path for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__))
    files = [str(path) for path in others if "ENGINES" in path.read_text()]
    # Properties about any input or history take long, and call no method that no other test calls.
    command = [sys.executable, "-m", "pytest", "-q", *plugins, "-m", "not hypothesis", *files]
    done = run(command, check=False, capture_output=True, text=True, cwd=ROOT, env=os.environ | {FILE: str(calls)})
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    found = {f"{each.__name__}.{name}" for each in reachable(PROTOCOLS) for name in members(each)}
    assert len(found) > 100
    assert found - set(calls.read_text().splitlines()) == set()
