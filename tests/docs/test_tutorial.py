"""The tutorial works: its commands are run as printed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.server_process import Server, serving

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial" / "two-phones-one-customer.md"


def commands() -> list[str]:
    """The tutorial's shell blocks, in order."""
    return re.findall(r"^```sh\n(.*?)^```$", TUTORIAL.read_text(), re.DOTALL | re.MULTILINE)


def environment(server: Server) -> dict[str, str]:
    """The variables that the tutorial sets, with this server's values."""
    return os.environ | {
        "KEY": server.keys["crossengage"]["mobile_api_key"],
        "TOKEN": server.keys["api_token"],
        "INGEST": f"http://127.0.0.1:{server.port}",
        "API": f"http://127.0.0.1:{server.console_port}",
    }


def answers(output: str) -> list[Any]:
    """The consecutive JSON documents in curl's output."""
    decoder, documents, rest = json.JSONDecoder(), [], output.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        documents.append(document)
        rest = rest[end:].strip()
    return documents


@pytest.mark.timeout(180)
def test_the_tutorial_ends_with_a_merged_profile_and_takes_it_apart_again(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        assert not os.environ.get("CI"), "the tutorial's commands need curl"
        pytest.skip("the tutorial's commands need curl")
    with serving(tmp_path / "data") as server:
        script = "set -eu\n" + "\n".join(commands())
        done = subprocess.run(
            ["/bin/bash", "-c", script],
            cwd=tmp_path,
            env=environment(server),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    _, anonymous, _, _, _, customer, timeline, history, undone, _, apart = answers(done.stdout)
    assert anonymous["stage"] == "anonymous"
    assert customer["stage"] == "customer"
    assert {i["value"] for i in customer["identifiers"]} == {"customer-7", "phone-7", "tablet-7"}
    assert len(customer["members"]) == 2
    assert [event["name"] for event in timeline["events"]] == ["Searched Products", "Viewed Product"]
    assert "merged" in [entry["kind"] for entry in history["history"]]
    assert len(undone["profiles"]) == 2
    assert apart["stage"] == "anonymous"
    assert apart["id"] == anonymous["id"]
