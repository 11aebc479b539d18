"""Outcomes by status, and the delay that a target asks for."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.destinations.verdicts import (
    DELIVERED,
    Outcome,
    Response,
    Verdict,
    by_status,
    one,
    outcome_of,
    retry_after_ms,
)

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)


def response(status: int = 503, received_at: int = NOON_MS, **headers: str) -> Response:
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, b"", received_at)


@pytest.mark.parametrize(
    "status, outcome",
    [
        (200, DELIVERED),
        (202, DELIVERED),
        (299, DELIVERED),
        (301, Outcome("misconfigured", "http_301")),
        (307, Outcome("misconfigured", "http_307")),
        (400, Outcome("permanent", "http_400")),
        (401, Outcome("auth", "http_401")),
        (403, Outcome("auth", "http_403")),
        (404, Outcome("permanent", "http_404")),
        (408, Outcome("temporary", "http_408")),
        (409, Outcome("permanent", "http_409")),
        (410, Outcome("gone", "http_410")),
        (413, Outcome("too_large", "http_413")),
        (422, Outcome("permanent", "http_422")),
        (425, Outcome("temporary", "http_425")),
        (429, Outcome("temporary", "rate_limited")),
        (500, Outcome("temporary", "http_500")),
        (503, Outcome("temporary", "http_503")),
        (101, Outcome("temporary", "http_101")),
        (999, Outcome("temporary", "http_999")),
    ],
)
def test_a_status_has_its_outcome(status: int, outcome: Outcome) -> None:
    assert by_status(response(status)) == Verdict((outcome,))


def test_a_temporary_outcome_has_the_delay_that_the_target_asked_for() -> None:
    assert outcome_of(response(429, retry_after="7")) == Outcome("temporary", "rate_limited", 7_000)
    assert outcome_of(response(503, retry_after="120")) == Outcome("temporary", "http_503", 120_000)
    assert outcome_of(response(400, retry_after="120")).retry_after_ms is None


@pytest.mark.parametrize(
    "text, delay",
    [
        ("0", 0),
        (" 30 ", 30_000),
        ("1.5", 1_500),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("١٢", None),
        ("99999999999", None),
        ("Tue, 01 Dec 2026 12:00:30 GMT", 30_000),
        ("Tue, 01 Dec 2026 11:00:00 GMT", 0),
        ("Tue, 01 Dec 2026 12:00:30", 30_000),
        ("Tue, 32 Dec 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, delay: int | None) -> None:
    assert retry_after_ms(response(retry_after=text)) == delay


def test_no_header_is_no_delay() -> None:
    assert retry_after_ms(response()) is None


def test_a_date_is_relative_to_the_targets_clock() -> None:
    late = response(received_at=NOON_MS + 3_600_000, date=format_datetime(NOON, usegmt=True))
    assert (
        retry_after_ms(late._replace(headers={**late.headers, "retry-after": "Tue, 01 Dec 2026 12:00:09 GMT"})) == 9_000
    )


@given(st.text())
def test_any_header_is_read_without_an_error(text: str) -> None:
    delay = retry_after_ms(response(retry_after=text))
    assert delay is None or delay >= 0


def test_one_outcome_holds_for_every_payload() -> None:
    assert one(DELIVERED).by_payload(3) == (DELIVERED,) * 3


def test_outcomes_of_payloads_are_in_their_order() -> None:
    bad = Outcome("permanent", "http_400")
    assert Verdict((DELIVERED, bad)).by_payload(2) == (DELIVERED, bad)


def test_another_number_of_outcomes_than_payloads_is_an_error() -> None:
    with pytest.raises(ValueError, match="too many values"):
        Verdict((DELIVERED, DELIVERED)).by_payload(3)
