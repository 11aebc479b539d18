"""Samples are kept for a week."""

from __future__ import annotations

from pathlib import Path

from tests.monitoring.monitors import MINUTE, NOW, sample

from passerby.rejected_requests.sqlite.samples import KEPT_MS, SqliteSampleStore


def test_samples_are_read_back_in_their_order(tmp_path: Path) -> None:
    store = SqliteSampleStore(tmp_path / "refused.db")
    later, earlier = sample(NOW, lag=1.5, errors=3), sample(NOW - MINUTE, received=7)
    store.keep(earlier)
    store.keep(later)
    assert SqliteSampleStore(tmp_path / "refused.db").since(NOW - 2 * MINUTE, NOW) == [earlier, later]
    assert store.since(NOW - MINUTE, NOW) == [later]
    assert store.since(NOW - 2 * MINUTE, NOW - 1) == [earlier]


def test_samples_older_than_a_week_and_those_of_the_future_are_deleted(tmp_path: Path) -> None:
    store = SqliteSampleStore(tmp_path / "refused.db")
    for at in (NOW - KEPT_MS - 1, NOW - KEPT_MS, NOW):
        store.keep(sample(at))
    assert [each.at for each in store.since(0, 2 * NOW)] == [NOW - KEPT_MS, NOW]
    store.keep(sample(NOW - MINUTE))
    assert [each.at for each in store.since(0, 2 * NOW)] == [NOW - KEPT_MS, NOW - MINUTE]
