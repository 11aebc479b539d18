"""Chart lines from samples, and the disk forecast."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.monitoring.monitors import GB, MINUTE, NOW, sample

from passerby.monitoring.trends import RANGES, Forecast, forecast, trends

HOUR = 60 * MINUTE
DAY = 24 * HOUR
UNKNOWN = Forecast(bytes_per_day=None, days=None)


def test_a_step_has_the_values_of_its_samples() -> None:
    found = trends(
        [
            sample(NOW - MINUTE, received=600, applied=300, lag=2.0, backlog=300),
            sample(NOW, received=60, requests=200, rejected=3, errors=1, data_bytes=2 * GB),
        ],
        "hour",
        NOW,
    )
    assert (len(found.times), found.step_seconds, found.times[-1]) == (60, 60, NOW // MINUTE * MINUTE)
    assert found.received[-3:] == [10.0, 1.0, None]
    assert found.applied[-3:] == [5.0, 0.0, None]
    assert found.lag_seconds[-3:] == [2.0, 0.0, None]
    assert found.backlog[-3:] == [300, 0, None]
    assert found.rejected[-3:] == [0.0, 1.5, None]
    assert found.errors[-3:] == [0.0, 0.5, None]
    assert found.data_mb[-3:] == [1_000.0, 2_000.0, None]
    assert found.free_mb[-3:] == [50_000.0, 50_000.0, None]


def test_without_samples_every_step_is_a_gap() -> None:
    for name, (steps, _) in RANGES.items():
        found = trends([], name, NOW)
        assert found.received == found.errors == found.data_mb == [None] * steps


def test_a_sample_without_duration_has_no_rate() -> None:
    assert trends([sample(NOW, seconds=0.0, received=5)], "hour", NOW).received[-1] is None


def test_the_forecast_is_the_rate_of_the_last_24_hours() -> None:
    shrinking = [sample(NOW - hour * HOUR, free_bytes=50 * GB + hour * GB) for hour in range(30, -1, -1)]
    assert forecast(shrinking, NOW) == Forecast(bytes_per_day=24.0 * GB, days=2.1)


def test_a_disk_that_does_not_fill_has_no_forecast_in_days() -> None:
    growing = [sample(NOW - hour * HOUR, free_bytes=50 * GB - hour) for hour in range(5, -1, -1)]
    assert forecast(growing, NOW) == Forecast(bytes_per_day=-24.0, days=None)
    slow = [sample(NOW - hour * HOUR, free_bytes=50 * GB + hour) for hour in range(5, -1, -1)]
    assert forecast(slow, NOW) == Forecast(bytes_per_day=24.0, days=None)


def test_less_than_an_hour_of_samples_is_not_enough() -> None:
    assert forecast([], NOW) == UNKNOWN
    assert forecast([sample(NOW)], NOW) == UNKNOWN
    assert forecast([sample(NOW - HOUR + 1, free_bytes=GB), sample(NOW)], NOW) == UNKNOWN
    assert forecast([sample(NOW - 2 * DAY, free_bytes=GB), sample(NOW)], NOW) == UNKNOWN


_SAMPLES = st.lists(
    st.builds(
        sample,
        st.integers(NOW - 8 * DAY, NOW + DAY),
        seconds=st.floats(0, 1e9),
        received=st.integers(0, 2**53),
        requests=st.integers(0, 2**53),
        free_bytes=st.integers(0, 2**60),
    ),
    max_size=20,
)


@given(_SAMPLES, st.sampled_from(sorted(RANGES)))
def test_any_samples_have_trends_and_a_forecast(samples: list, wanted: str) -> None:  # type: ignore[type-arg]
    ordered = sorted(samples, key=lambda each: each.at)
    found = trends(ordered, wanted, NOW)  # type: ignore[arg-type]
    assert {len(found.times), len(found.received), len(found.free_mb)} == {RANGES[wanted][0]}  # type: ignore[index]
    assert (forecast(ordered, NOW).days or 0.0) >= 0
