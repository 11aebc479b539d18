"""Relay and store have every event once, whenever they are killed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.event_store.chdb.killed_process import EVENTS, FileOutbox
from tests.event_store.chdb.sample_events import ANN, PROJECT

from passerby.delivery.relay import Relay
from passerby.event_store.chdb import marker
from passerby.event_store.chdb.opening import open_event_store
from passerby.event_store.chdb.sink import ChdbSink
from passerby.positions import Position

ROOT = Path(__file__).parents[3]
LONGEST_LIFE_SECONDS = 0.3


def live_and_die(folder: Path, how: str, seconds: float) -> int:
    """Run a process that delivers events, kill it after so many seconds; return the position that it reported."""
    command = [sys.executable, "-m", "tests.event_store.chdb.killed_process", str(folder), how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        said += process.stdout.read()
    return int(said.splitlines()[-1] or said.splitlines()[-2])


def recorded(folder: Path) -> int:
    """The row up to which the store has recorded durably that it has everything."""
    found = marker.read(folder / "events")
    return 0 if found is None else found.row or 0


@pytest.mark.parametrize("how, kills", [("write", 10), ("refill", 2)])
def test_every_event_is_stored_once_however_often_the_writer_is_killed(tmp_path: Path, how: str, kills: int) -> None:
    rng = random.Random()
    outbox = FileOutbox(tmp_path / "outbox.json")
    for _ in range(kills):
        # The outbox's copy is written first, so a kill between the two writes leaves the store's record as the lower
        # one, and the next process goes back to it.
        before = min(outbox.delivered("events").row, recorded(tmp_path))
        done = live_and_die(tmp_path, how, rng.random() * LONGEST_LIFE_SECONDS)
        assert before <= min(done, outbox.delivered("events").row, recorded(tmp_path))
    with closing(open_event_store(tmp_path / "events")) as store:
        relay = Relay(outbox, ChdbSink(store))
        while relay.step().batches:
            pass
        stored = [event.position for event in store.timeline(PROJECT, [ANN], limit=2 * EVENTS)]
        assert sorted(stored) == list(range(1, EVENTS + 1))
        assert store.total(PROJECT) == store.count(PROJECT, "viewed") == EVENTS
        changes = [change.change.position for change in store.changes(PROJECT, Position(0), 2 * EVENTS)]
        assert changes == [position for position in range(1, EVENTS + 1) if position % 5 == 0]
        assert not store.damaged
