"""A further dialect is a folder and a word in the registry: with them, all of Passerby knows it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.environment import uncounted_environment
from tests.house.repository import ROOT, SOURCE
from tests.server_process import Server, running

FOLDER = Path(__file__).parent / "acme"
LAST = '"segment")'


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with a sixth dialect: its folder, and one line of the registry."""
    root = tmp_path_factory.mktemp("sixth")
    package = root / "src" / "passerby"
    shutil.copytree(SOURCE, package)
    (root / "docs").symlink_to(ROOT / "docs")
    shutil.copytree(FOLDER, package / "dialects" / "acme", ignore=shutil.ignore_patterns("__pycache__"))
    registry = package / "dialects" / "registry.py"
    before = registry.read_text().splitlines()
    after = [f'{line.removesuffix(LAST)}"segment", "acme")' if line.endswith(LAST) else line for line in before]
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1
    registry.write_text("\n".join(after) + "\n")
    return root / "src"


@pytest.fixture(scope="module", autouse=True)
def copy_is_run(copy: Path) -> Iterator[None]:
    """Processes that are started in this module run the copy, and do not count as covering the package."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", str(copy))
        for name in os.environ.keys() - uncounted_environment().keys():
            environment.delenv(name)
        yield


def passerby(*words: str) -> str:
    command = [sys.executable, "-m", "passerby", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("sixth-data") / "data"
    keys = json.loads(passerby("init", "--json", "--data", str(data)))
    with running(Server(data, keys=keys)) as server:
        yield server


@pytest.mark.timeout(300)
def test_the_sixth_dialect_passes_what_every_dialect_has_to() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "--no-cov", "-p", "no:cacheprovider"]
    command += [str(FOLDER.parent / "test_dialects.py"), "-k", "acme or unique"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout[-4000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) >= 18


def test_a_new_project_has_its_key_and_an_event_makes_a_profile(server: Server) -> None:
    headers = {"X-Acme-Key": server.keys["acme"]["site_key"]}
    address = f"http://127.0.0.1:{server.port}/acme/v2/events"
    sent = httpx.post(address, json={"person": "ada", "what": "Bought"}, headers=headers, timeout=60)
    assert (sent.status_code, sent.text) == (202, "")
    found = server.read("/v1/profiles", namespace="user_id", value="ada")
    (event,) = server.read(f"/v1/profiles/{found['id']}/events")["events"]
    assert (event["dialect"], event["semantic"]["name"]) == ("acme", "purchased")


def test_a_request_that_is_rejected_is_answered_in_its_own_shape(server: Server) -> None:
    address = f"http://127.0.0.1:{server.port}/acme/v2/events"
    answer = httpx.post(address, json={}, headers={"X-Acme-Key": "unknown"}, timeout=60)
    assert (answer.status_code, answer.json()["failure"]["reason"]) == (401, "unknown_key")


def test_the_demo_reports_its_calls(server: Server) -> None:
    report = json.loads(passerby("demo", "--people", "20", "--json", "--data", str(server.data)))
    assert report["calls"]["acme"] == 20
    assert all(int(status) < 300 for status in report["answers"])


def test_the_command_line_names_it(server: Server) -> None:
    assert "acme.site_key" in passerby("keys", "add", "--help")
    assert "acme-script" in passerby("snippet", "--help")
    printed = passerby("snippet", "acme-script", "--url", "https://a.example", "--data", str(server.data))
    assert server.keys["acme"]["site_key"] in printed


def test_the_reference_of_standard_events_has_its_names() -> None:
    command = [sys.executable, "-m", "passerby.dialects.reference"]
    page = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "### Acme Events" in page
