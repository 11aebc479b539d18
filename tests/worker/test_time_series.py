"""The counts by minute that a batch adds."""

from __future__ import annotations

from tests.worker.comparison import DAY, Comparison
from tests.worker.test_batch import worker

from passerby.messages import Identifier, Violation

M1 = Identifier("mobile_id", "m1")


def test_messages_repeats_and_violations_are_counted_by_dialect_and_minute(comparison: Comparison) -> None:
    for _ in range(3):
        comparison.append(M1, deduplication_key="k")
    comparison.append(M1, violations=(Violation("odd"),))
    worker(comparison).apply(comparison.log)
    rows = comparison.observer.rows(
        "SELECT at, sum(accepted), sum(duplicates), sum(violations) FROM series GROUP BY at / 86400000"
    )
    assert [row[1:] for row in rows] == [(4, 2, 1)]
    assert rows[0][0] % 60_000 == 0
    assert abs(rows[0][0] - DAY) < 86_400_000


def test_a_message_that_is_set_aside_counts_as_accepted_and_as_a_violation(comparison: Comparison) -> None:
    comparison.append(M1)
    worker(comparison).dead_letter(comparison.log[0], "a fault")
    assert comparison.observer.rows("SELECT accepted, duplicates, violations FROM series") == [(1, 0, 1)]
