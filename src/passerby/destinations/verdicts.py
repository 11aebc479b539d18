"""Outcomes of requests: the classes of answers, and the judgement by HTTP status that holds for most targets.

| result | when | effect |
|---|---|---|
| `delivered` | 2xx, and the body reports no error | the item is done |
| `permanent` | 400, 404, 409, 415, 422 and the like | the item is dead; a batch is halved until the bad item is alone |
| `too_large` | 413 | a batch is halved; a single item is dead |
| `auth` | 401, 403 | the destination is paused, its position kept |
| `misconfigured` | 3xx, which is never followed | as `auth` |
| `gone` | 410 | as `auth` |
| `temporary` | 408, 425, 429, 5xx, no answer | the item is retried, the circuit breaker counts |
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final, Literal, NamedTuple

Result = Literal["delivered", "permanent", "too_large", "auth", "misconfigured", "gone", "temporary"]

RATE_LIMITED: Final = "rate_limited"
"""Reason of a temporary outcome after which the destination's rate is halved."""


class Request(NamedTuple):
    """An HTTP request. The client adds `user-agent`, `content-length` and `host`; a kind sets every other header."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class Response(NamedTuple):
    """An HTTP response: header names in lower case, at most 64 kB of the decoded body, the time of its receipt (ms)."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: int = 0


class Outcome(NamedTuple):
    """The outcome of a delivery attempt for one payload.

    `reason` is snake_case, stable, and free of personal data: it is counted and shown (`http_422`, `unknown_property`).
    `retry_after_ms` is the delay that the target asked for.
    """

    result: Result
    reason: str = ""
    retry_after_ms: int | None = None


DELIVERED: Final = Outcome("delivered")


class Verdict(NamedTuple):
    """The outcome of a request: one for all its payloads together, or one for each in their order.

    One `permanent` or `too_large` outcome for several payloads says that at least one of them is bad: the engine halves
    the batch to find it. Outcomes per payload are final. With a `follow_up`, the engine sends that request instead of
    acting on the outcomes, and judges its response the same way; a follow-up of a follow-up is not sent.
    """

    outcomes: tuple[Outcome, ...]
    follow_up: Request | None = None

    def by_payload(self, payloads: int) -> tuple[Outcome, ...]:
        """Return an outcome for each of this many payloads. Raises ValueError for another number of outcomes than 1."""
        if len(self.outcomes) == payloads:
            return self.outcomes
        (outcome,) = self.outcomes
        return (outcome,) * payloads


def one(outcome: Outcome) -> Verdict:
    """Return the verdict with this outcome for all payloads together."""
    return Verdict((outcome,))


def by_status(response: Response) -> Verdict:
    """Return the default verdict: by the status alone, with the delay of `Retry-After`."""
    return one(outcome_of(response))


def outcome_of(response: Response) -> Outcome:
    """Return the default outcome for a status, with the delay of `Retry-After` where it is temporary."""
    status = response.status
    if 200 <= status < 300:  # noqa: PLR2004 - the class of successful statuses, RFC 9110 section 15.3
        return DELIVERED
    result = _RESULTS.get(status) or _CLASSES.get(status // 100, "temporary")
    if result != "temporary":
        return Outcome(result, f"http_{status}")
    reason = RATE_LIMITED if status == _TOO_MANY_REQUESTS else f"http_{status}"
    return Outcome(result, reason, retry_after_ms(response))


_TOO_MANY_REQUESTS: Final = 429
_RESULTS: Final[Mapping[int, Result]] = {
    401: "auth",
    403: "auth",
    408: "temporary",
    410: "gone",
    413: "too_large",
    425: "temporary",
    _TOO_MANY_REQUESTS: "temporary",
}
_CLASSES: Final[Mapping[int, Result]] = {3: "misconfigured", 4: "permanent"}

_SECONDS: Final = re.compile(r"[0-9]{1,10}(?:\.[0-9]*)?", re.ASCII)


def retry_after_ms(response: Response) -> int | None:
    """Return the delay (ms) of the header `Retry-After`: seconds or an HTTP date; None without a readable one.

    A date is relative to the response's `Date`, so that a wrong clock on either side cancels out, else to the time at
    which the response was received. A date in the past is 0.
    """
    text = response.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return int(float(text) * 1000)
    until = _http_date(text)
    if until is None:
        return None
    sent = _http_date(response.headers.get("date", ""))
    return max(0, until - (response.received_at if sent is None else sent))


def _http_date(text: str) -> int | None:
    """Return an HTTP date in ms, or None."""
    try:
        moment = parsedate_to_datetime(text)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError):
        return None
