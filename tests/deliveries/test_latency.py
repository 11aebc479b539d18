"""Classes of times give quantiles."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from passerby.deliveries.latency import latency_class, quantile


@given(st.lists(st.integers(1, 10_000_000), min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_quantile_is_off_by_a_tenth_at_most(times: list[int], share: float) -> None:
    exact = sorted(times)[max(0, -(-int(share * 100) * len(times) // 100) - 1)]
    found = quantile(Counter(map(latency_class, times)), share)
    assert found is not None
    assert 0.9 * exact - 1 <= found <= 1.1 * exact + 1


def test_there_is_no_quantile_of_nothing() -> None:
    assert quantile({}, 0.5) is None
    assert latency_class(0) == 0
