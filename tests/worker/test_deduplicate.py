"""Deduplication of messages."""

from __future__ import annotations

from typing import Any

import pytest
from tests.worker.comparison import DAY, HOUR, Comparison

from passerby.dialects import registry
from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.messages import Identifier
from passerby.settings import WorkerSettings
from passerby.worker.batch import Worker
from passerby.worker.deduplicate import WINDOWS_MS, windows

M1 = Identifier("mobile_id", "m1")


def say(comparison: Comparison, key: str = "k", dialect: str = "segment", **fields: Any) -> None:
    comparison.append(M1, dialect=dialect, deduplication_key=key, **fields)


def counts(comparison: Comparison, project: int = 1) -> tuple[int, int, int]:
    """Applied, duplicates and events of a project."""
    comparison.apply()
    totals = comparison.observer.totals(project)
    return totals.get("applied", 0), totals.get("duplicates", 0), totals.get("events", 0)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_message_with_a_key_that_was_applied_is_dropped_and_counted(comparison: Comparison, *, at_once: bool) -> None:
    for _ in range(3):
        say(comparison)
        if not at_once:
            comparison.apply()
    assert counts(comparison) == (1, 2, 1)


def test_messages_without_a_key_are_never_repeats(comparison: Comparison) -> None:
    for _ in range(3):
        say(comparison, key="")
    assert counts(comparison) == (3, 0, 3)


def test_a_key_counts_within_its_dialect_only(comparison: Comparison) -> None:
    say(comparison, dialect="segment")
    say(comparison, dialect="webengage")
    assert counts(comparison) == (2, 0, 2)


def test_a_key_counts_within_its_project_only(comparison: Comparison) -> None:
    say(comparison, project=1)
    say(comparison, project=2)
    assert (counts(comparison, 1), counts(comparison, 2)) == ((1, 0, 1), (1, 0, 1))


@pytest.mark.parametrize("dialect, window", [("webengage", 4 * HOUR), ("segment", 720 * HOUR), ("antsomi", 24 * HOUR)])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_key_counts_for_the_window_of_its_dialect(
    comparison: Comparison, dialect: str, window: int, *, at_once: bool
) -> None:
    for after in (0, window - 1, 1):
        say(comparison, dialect=dialect, after=after)
        if not at_once:
            comparison.apply()
    assert counts(comparison) == (2, 1, 2)


def test_the_window_of_segments_keys_is_a_setting(comparison: Comparison) -> None:
    assert windows(WorkerSettings()) == WINDOWS_MS
    others = {dialect.name: 24 * HOUR for dialect in registry.ALL}
    expected = {**others, "webengage": 4 * HOUR, "segment": 12 * HOUR}
    assert windows(WorkerSettings(deduplication_days=0.5)) == expected
    worker = Worker(comparison.state, lambda _: DEFAULT_POLICY, windows={"segment": HOUR})
    for after in (0, HOUR - 1, 1):
        say(comparison, after=after)
    worker.apply(comparison.log)
    totals = comparison.observer.totals(1)
    assert (totals["applied"], totals["duplicates"]) == (2, 1)


def test_a_repeat_does_not_lengthen_the_window(comparison: Comparison) -> None:
    for after in (0, 3 * HOUR, 2 * HOUR):
        say(comparison, dialect="webengage", after=after)
    assert counts(comparison) == (2, 1, 2)


def test_the_window_is_measured_by_received_times_whatever_the_message_claims(comparison: Comparison) -> None:
    say(comparison, time=DAY - 1000 * HOUR)
    say(comparison, time=DAY)
    assert counts(comparison) == (1, 1, 1)


def test_a_deduplication_key_holds_after_a_worker_restart(comparison: Comparison) -> None:
    say(comparison)
    comparison.apply()
    comparison.restart()
    say(comparison)
    assert counts(comparison) == (1, 1, 1)


def test_a_message_that_was_not_applied_marks_no_key(comparison: Comparison) -> None:
    say(comparison)
    comparison.apply(fuse=4)
    assert comparison.applied == 0
    assert comparison.observer.rows("SELECT * FROM seen") == []
    assert counts(comparison) == (1, 0, 1)


@pytest.mark.parametrize("at_once", [True, False])
def test_an_invalid_message_does_not_use_its_key_up(comparison: Comparison, *, at_once: bool) -> None:
    for kind in ("invalid", "invalid", "track", "track", "invalid"):
        say(comparison, kind=kind)
        if not at_once:
            comparison.apply()
    assert counts(comparison) == (4, 1, 1)


def test_a_duplicate_resolves_no_profile_and_sets_no_trait(comparison: Comparison) -> None:
    say(comparison, traits={"a": "x"})
    comparison.append(Identifier("mobile_id", "m2"), dialect="segment", deduplication_key="k", traits={"a": "y"})
    comparison.apply()
    comparison.check()
    assert comparison.observer.rows("SELECT value FROM traits") == [('"x"',)]
    assert comparison.observer.rows("SELECT value FROM identifiers") == [("m1",)]


def test_expired_keys_are_deleted(comparison: Comparison) -> None:
    say(comparison, key="old", dialect="webengage")
    comparison.apply()
    say(comparison, key="new", dialect="webengage", after=5 * HOUR)
    comparison.apply()
    assert comparison.observer.rows("SELECT key FROM seen") == [("new",)]


def test_a_batch_without_keys_leaves_the_keys_alone(comparison: Comparison) -> None:
    say(comparison, key="old")
    comparison.apply()
    say(comparison, key="", after=1000 * HOUR)
    comparison.apply()
    assert comparison.observer.rows("SELECT key FROM seen") == [("old",)]


@pytest.mark.parametrize("at_once", [True, False])
def test_messages_that_lie_out_of_order_are_repeats_by_their_received_times(
    comparison: Comparison, *, at_once: bool
) -> None:
    for key, after in (("k", 0), ("other", 4 * HOUR + 1000), ("k", -2000), ("k", 1000)):
        say(comparison, key=key, dialect="webengage", after=after)
        if not at_once:
            comparison.apply()
    assert counts(comparison) == (3, 1, 3)
