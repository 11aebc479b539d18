"""Which messages are repeats."""

from __future__ import annotations

from typing import Any

import pytest
from tests.worker.twin import DAY, HOUR, Twin

from passerby.dialects import registry
from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.messages import Identifier
from passerby.settings import WorkerSettings
from passerby.worker.batch import Worker
from passerby.worker.deduplicate import WINDOWS_MS, windows

M1 = Identifier("mobile_id", "m1")


def say(twin: Twin, key: str = "k", dialect: str = "segment", **fields: Any) -> None:
    twin.say(M1, dialect=dialect, deduplication_key=key, **fields)


def counts(twin: Twin, project: int = 1) -> tuple[int, int, int]:
    """Applied, duplicates and events of a project."""
    twin.work()
    totals = twin.watcher.totals(project)
    return totals.get("applied", 0), totals.get("duplicates", 0), totals.get("events", 0)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_message_with_a_key_that_was_applied_is_dropped_and_counted(twin: Twin, *, at_once: bool) -> None:
    for _ in range(3):
        say(twin)
        if not at_once:
            twin.work()
    assert counts(twin) == (1, 2, 1)


def test_messages_without_a_key_are_never_repeats(twin: Twin) -> None:
    for _ in range(3):
        say(twin, key="")
    assert counts(twin) == (3, 0, 3)


def test_a_key_counts_within_its_dialect_only(twin: Twin) -> None:
    say(twin, dialect="segment")
    say(twin, dialect="webengage")
    assert counts(twin) == (2, 0, 2)


def test_a_key_counts_within_its_project_only(twin: Twin) -> None:
    say(twin, project=1)
    say(twin, project=2)
    assert (counts(twin, 1), counts(twin, 2)) == ((1, 0, 1), (1, 0, 1))


@pytest.mark.parametrize("dialect, window", [("webengage", 4 * HOUR), ("segment", 720 * HOUR), ("antsomi", 24 * HOUR)])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_key_counts_for_the_window_of_its_dialect(twin: Twin, dialect: str, window: int, *, at_once: bool) -> None:
    for after in (0, window - 1, 1):
        say(twin, dialect=dialect, after=after)
        if not at_once:
            twin.work()
    assert counts(twin) == (2, 1, 2)


def test_the_window_of_segments_keys_is_a_setting(twin: Twin) -> None:
    assert windows(WorkerSettings()) == WINDOWS_MS
    others = {dialect.name: 24 * HOUR for dialect in registry.ALL}
    expected = {**others, "webengage": 4 * HOUR, "segment": 12 * HOUR}
    assert windows(WorkerSettings(deduplication_days=0.5)) == expected
    worker = Worker(twin.state, lambda _: DEFAULT_POLICY, windows={"segment": HOUR})
    for after in (0, HOUR - 1, 1):
        say(twin, after=after)
    worker.apply(twin.log)
    totals = twin.watcher.totals(1)
    assert (totals["applied"], totals["duplicates"]) == (2, 1)


def test_a_repeat_does_not_lengthen_the_window(twin: Twin) -> None:
    for after in (0, 3 * HOUR, 2 * HOUR):
        say(twin, dialect="webengage", after=after)
    assert counts(twin) == (2, 1, 2)


def test_the_window_is_measured_by_received_times_whatever_the_message_claims(twin: Twin) -> None:
    say(twin, time=DAY - 1000 * HOUR)
    say(twin, time=DAY)
    assert counts(twin) == (1, 1, 1)


def test_a_key_holds_for_a_worker_that_was_started_anew(twin: Twin) -> None:
    say(twin)
    twin.work()
    twin.restart()
    say(twin)
    assert counts(twin) == (1, 1, 1)


def test_a_message_that_was_not_applied_marks_no_key(twin: Twin) -> None:
    say(twin)
    twin.work(fuse=4)
    assert twin.applied == 0
    assert twin.watcher.rows("SELECT * FROM seen") == []
    assert counts(twin) == (1, 0, 1)


@pytest.mark.parametrize("at_once", [True, False])
def test_an_invalid_message_does_not_use_its_key_up(twin: Twin, *, at_once: bool) -> None:
    for kind in ("invalid", "invalid", "track", "track", "invalid"):
        say(twin, kind=kind)
        if not at_once:
            twin.work()
    assert counts(twin) == (4, 1, 1)


def test_a_repeat_names_nobody_and_sets_no_trait(twin: Twin) -> None:
    say(twin, traits={"a": "x"})
    twin.say(Identifier("mobile_id", "m2"), dialect="segment", deduplication_key="k", traits={"a": "y"})
    twin.work()
    twin.check()
    assert twin.watcher.rows("SELECT value FROM traits") == [('"x"',)]
    assert twin.watcher.rows("SELECT value FROM identifiers") == [("m1",)]


def test_keys_are_let_go_when_their_time_is_over(twin: Twin) -> None:
    say(twin, key="old", dialect="webengage")
    twin.work()
    say(twin, key="new", dialect="webengage", after=5 * HOUR)
    twin.work()
    assert twin.watcher.rows("SELECT key FROM seen") == [("new",)]


def test_a_batch_without_keys_leaves_the_keys_alone(twin: Twin) -> None:
    say(twin, key="old")
    twin.work()
    say(twin, key="", after=1000 * HOUR)
    twin.work()
    assert twin.watcher.rows("SELECT key FROM seen") == [("old",)]


@pytest.mark.parametrize("at_once", [True, False])
def test_messages_that_lie_out_of_order_are_repeats_by_their_received_times(twin: Twin, *, at_once: bool) -> None:
    for key, after in (("k", 0), ("other", 4 * HOUR + 1000), ("k", -2000), ("k", 1000)):
        say(twin, key=key, dialect="webengage", after=after)
        if not at_once:
            twin.work()
    assert counts(twin) == (3, 1, 3)
