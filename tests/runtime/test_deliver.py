"""The delivery process waits for a first destination."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.delivery.destinations.world import destination

from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.destinations.protocol import ConfigurationsUnavailable
from passerby.engines import Engines
from passerby.runtime import deliver
from passerby.runtime.engines import engines_of
from passerby.storage.data_dir import DataDir


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Restore the handlers of the signals that stop a process."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engines:
    monkeypatch.setattr(deliver, "POLL_SECONDS", 0.01)
    with SqliteProjects(tmp_path / "control.db") as projects:
        projects.add_project("default", 1)
    return engines_of(DataDir(tmp_path))


def test_it_goes_on_when_there_is_a_destination(engines: Engines, tmp_path: Path) -> None:
    def add() -> None:
        with engines.destinations.open_store() as stored:
            stored.add(destination(signing_secrets=()), 0)

    timer = threading.Timer(0.05, add)
    timer.start()
    assert deliver.wait_for_a_destination(engines, tmp_path / "heartbeat")
    timer.join()
    assert (tmp_path / "heartbeat").exists()


def test_it_goes_on_where_a_former_destination_left_progress(engines: Engines, tmp_path: Path) -> None:
    engines.deliveries.open_store().close()
    assert deliver.wait_for_a_destination(engines, tmp_path / "heartbeat")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_a_signal(engines: Engines, tmp_path: Path, number: signal.Signals) -> None:
    def send() -> None:
        handler = signal.getsignal(number)  # called as by the interpreter: no signal is sent to the tests' process
        assert callable(handler)
        handler(number, None)

    timer = threading.Timer(0.05, send)
    timer.start()
    assert not deliver.wait_for_a_destination(engines, tmp_path / "heartbeat")
    timer.join()


def test_it_tries_again_while_the_configurations_cannot_be_read(
    engines: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engines.destinations.open_store() as stored:
        stored.add(destination(signing_secrets=()), 0)
        original = type(stored).changes_since
        calls: list[int] = []

        def changes_since(self: object, revision: int) -> object:
            calls.append(revision)
            if len(calls) < 3:
                raise ConfigurationsUnavailable("locked")
            return original(self, revision)  # type: ignore[arg-type]  # the class's own method

        monkeypatch.setattr(type(stored), "changes_since", changes_since)
        assert deliver.wait_for_a_destination(engines, tmp_path / "heartbeat")
    assert calls == [0, 0, 0]
