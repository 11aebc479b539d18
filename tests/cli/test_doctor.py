"""`passerby doctor --deep` reports the invariants of identity."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest
from tests.cli.conftest import Command
from tests.state.state_builder import StateBuilder, ident

from passerby.cli import doctor
from passerby.log.sqlite.store import SqliteLogWriter

pytestmark = pytest.mark.usefixtures("keys")


@pytest.fixture
def ports(data: Path, free_port: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Flags for ports that are free; nothing else of the machine is looked at."""
    monkeypatch.setattr(doctor, "run_diagnostics", lambda _settings, _engines: iter(()))
    monkeypatch.setattr(doctor, "_SECONDS_BETWEEN_REPORTS", 0.0)
    SqliteLogWriter(data / "log.db").close()
    builder = StateBuilder(data / "state.db")
    builder.close()
    return ["--port", str(free_port()), "--console-port", str(free_port())]


def test_every_property_is_reported_with_counts(passerby: Command, ports: list[str]) -> None:
    done = passerby("doctor", "--deep", *ports)
    assert (done.code, done.out.count("property")) == (0, 18)
    answer = passerby("doctor", "--deep", "--json", *ports).json
    assert answer["well"] is True
    assert {each["property"] for each in answer["properties"]} == set(range(1, 8))
    assert "properties" not in passerby("doctor", "--json", *ports).json


def test_what_is_broken_is_a_failure_and_is_named(passerby: Command, data: Path, ports: list[str]) -> None:
    builder = StateBuilder(data / "state.db")
    builder.track("Seen", ident("mobile_id", "m1"))
    builder.close()
    connection = apsw.Connection(str(data / "state.db"))
    connection.execute("UPDATE profiles SET held = '{}'")
    connection.close()
    done = passerby("doctor", "--deep", *ports)
    assert done.code == 1
    assert "1 broken" in done.out
    assert "checking that" in done.err
