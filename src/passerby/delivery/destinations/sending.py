"""Sends the payloads of a batch and returns an outcome for each; finds a bad one by halving the batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol

from passerby.delivery.destinations.http import NoResponse, NotAllowed
from passerby.delivery.destinations.target import Attempt, Target
from passerby.destinations.kind import Payload
from passerby.destinations.verdicts import Outcome, Request, Response, Verdict, one

_DIVIDED: Final = frozenset({"permanent", "too_large"})
"""One such outcome of several payloads says that at least one of them is bad."""


class Client(Protocol):
    """Sends requests (`passerby.delivery.destinations.http.HttpClient`)."""

    async def send(self, request: Request, timeout_seconds: float) -> Response:
        """Send a request and return its response. Raises NoResponse, NotAllowed."""


class Sent(NamedTuple):
    """A request, its response if there was one, the outcome shown with them, and why there is no response."""

    request: Request
    response: Response | None
    outcome: Outcome
    problem: str = ""


Part = tuple[Attempt, Payload]
"""A payload and the attempt that it belongs to."""


async def send(
    target: Target,
    client: Client,
    parts: Sequence[Part],
    now: Callable[[], int],
    on_sent: Callable[[Sent], None],
) -> tuple[Outcome, ...]:
    """Send payloads of one route in one request, or in several smaller ones; return an outcome for each.

    `on_sent` is called after each request.
    """
    payloads = [payload for _, payload in parts]
    request = target.request([attempt for attempt, _ in parts], payloads, now())
    verdict = await _exchange(target, client, request, payloads, on_sent)
    if verdict.follow_up is not None:
        verdict = await _exchange(target, client, verdict.follow_up, payloads, on_sent)
    if len(parts) == 1 or len(verdict.outcomes) > 1 or verdict.outcomes[0].result not in _DIVIDED:
        return verdict.by_payload(len(parts))
    middle = len(parts) // 2
    first = await send(target, client, parts[:middle], now, on_sent)
    if first[-1].result not in {"delivered", *_DIVIDED}:
        # The target does not answer any more: the other half is not tried, so that no later item overtakes.
        return first + (first[-1],) * (len(parts) - middle)
    return first + await send(target, client, parts[middle:], now, on_sent)


async def _exchange(
    target: Target,
    client: Client,
    request: Request,
    payloads: Sequence[Payload],
    on_sent: Callable[[Sent], None],
) -> Verdict:
    """Send one request and return its verdict; one without a response is temporary."""
    response, problem = None, ""
    try:
        response = await client.send(request, target.limits.timeout_seconds)
    except NotAllowed as refused:
        verdict = one(Outcome("misconfigured", "address_not_allowed"))
        problem = str(refused)
    except NoResponse as failed:
        verdict = one(Outcome("temporary", failed.reason))
        problem = failed.reason
    else:
        verdict = target.judge(response, payloads)
    worst = max(verdict.outcomes, key=lambda outcome: outcome.result != "delivered")
    on_sent(Sent(request, response, worst, problem))
    return verdict
