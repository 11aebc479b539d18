"""Sends requests to a running server over a bounded number of keep-alive connections."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from passerby.demo.day import DEMOS
from passerby.demo.errors import ServerGone
from passerby.dialects.demo import Step
from passerby.dialects.samples import Keys, SampleCall

CONNECTIONS: Final = 16
TIMEOUT_SECONDS: Final = 30.0
PATIENCE_SECONDS: Final = 90.0
"""How long a request is retried: longer than a minute, the period of the vendors' rate limits."""
PAUSE_SECONDS: Final = 0.2
AGAIN: Final = frozenset({401, 429, 503})
"""Temporary statuses: a new key that the edge has not read yet, a rate limit, an overload. Nothing was stored."""


class Target(NamedTuple):
    """Address of the ingest port, and the keys to use."""

    host: str
    port: int
    keys: Keys


def request_of(step: Step, keys: Keys) -> SampleCall:
    """Return the HTTP request of a step in its dialect."""
    return DEMOS[step.call.partition(".")[0]].request(step, keys)


def lanes(steps: Iterable[Step], count: int = CONNECTIONS) -> list[list[Step]]:
    """Distribute the steps over connections. Steps of a household keep their order, because they share a connection."""
    dealt: list[list[Step]] = [[] for _ in range(count)]
    for step in steps:
        dealt[step.household % count].append(step)
    return dealt


def send(lanes: Sequence[Sequence[Step]], target: Target, answered: Callable[[int], None]) -> Counter[int]:
    """Send each lane over its own connection and count the responses by status.

    `answered` is called with each status, from several threads. Raises ServerGone.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(max(1, len(lanes))) as pool:
        running = [pool.submit(_send_lane, lane, target, answered, stop) for lane in lanes]
        try:
            return sum((lane.result() for lane in running), Counter[int]())
        finally:
            stop.set()  # the pool waits for its threads: one that failed must not leave the others sending for minutes


def _send_lane(
    lane: Sequence[Step], target: Target, answered: Callable[[int], None], stop: threading.Event
) -> Counter[int]:
    sender = Sender(target)
    counts = Counter[int]()
    try:
        for call in (request_of(step, target.keys) for step in lane for _ in range(step.times)):
            if stop.is_set():
                break
            status = sender.post(call)
            counts[status] += 1
            answered(status)
    finally:
        sender.close()
    return counts


class Sender:
    """A connection that is reopened when it breaks."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._connection = http.client.HTTPConnection(target.host, target.port, timeout=TIMEOUT_SECONDS)

    def post(self, call: SampleCall) -> int:
        """Send a request, retrying temporary statuses, and return the final status. Raises ServerGone."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            status, wait = 0, PAUSE_SECONDS
            try:
                self._connection.request("POST", call.path, json.dumps(call.body), call.http_headers())
                answer = self._connection.getresponse()
                answer.read()  # the connection can only be used again after the whole response
            except (OSError, http.client.HTTPException):
                self._connection.close()
            else:
                status, retry_after = answer.status, answer.headers.get("Retry-After", "")
                wait = float(retry_after) if retry_after.isdigit() else PAUSE_SECONDS
            if status and status not in AGAIN:
                return status
            if time.monotonic() + wait > deadline:
                if status:
                    return status
                raise ServerGone(f"http://{self._target.host}:{self._target.port}")
            time.sleep(wait)

    def close(self) -> None:
        self._connection.close()
