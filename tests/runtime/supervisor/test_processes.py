"""A role is this program with all settings on its command line and no secrets in its environment."""

from __future__ import annotations

import signal
import sys

import pytest

from passerby.runtime.supervisor.layout import Role
from passerby.runtime.supervisor.processes import Inheritance, ManagedProcess, Program, program


def test_a_role_is_started_with_its_descriptors_and_all_settings() -> None:
    made = program("edge", 1, ["--port=8080"], Inheritance(alive=3, lock=4, listener=5))
    assert made.command == [
        sys.executable,
        *("-m", "passerby", "serve", "--role=edge", "--process=1", "--alive-fd=3", "--listen-fd=5"),
        *("--config=/dev/null", "--port=8080"),
    ]
    assert made.descriptors == (3, 4, 5)


def test_a_role_that_serves_no_port_gets_no_listener() -> None:
    made = program("worker", 0, [], Inheritance(alive=3, lock=4))
    assert not any(word.startswith("--listen-fd") for word in made.command)
    assert made.descriptors == (3, 4)


def test_our_own_variables_stay_with_the_supervisor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERBY_CONSOLE_PASSWORD", "a password of mine")
    monkeypatch.setenv("HOME", "/home/ada")
    environment = program("worker", 0, [], Inheritance(alive=3, lock=4)).environment
    assert "PASSERBY_CONSOLE_PASSWORD" not in environment
    assert environment["HOME"] == "/home/ada"


@pytest.mark.parametrize("role, given", [("worker", True), ("console", True), ("edge", False)])
def test_the_key_of_secrets_reaches_every_role_but_the_edge(
    monkeypatch: pytest.MonkeyPatch, role: Role, *, given: bool
) -> None:
    monkeypatch.setenv("PASSERBY_SECRET_KEY", "a key of mine")
    environment = program(role, 0, [], Inheritance(alive=3, lock=4)).environment
    assert ("PASSERBY_SECRET_KEY" in environment) is given


def test_a_process_has_no_pid_before_it_is_started_and_after_it_ended() -> None:
    process = ManagedProcess("worker", 0, Program([sys.executable, "-c", "import time; time.sleep(60)"], (), {}))
    assert [process.pid, process.ended()] == [None, None]
    process.signal(signal.SIGTERM)
    process.kill()
    process.start()
    assert [process.pid is None, process.ended()] == [False, None]
    process.kill()
    assert process.ended() == -signal.SIGKILL
    assert [process.pid, process.delay > 0] == [None, True]
