"""Sends a day's calls to a running server, over a bounded number of connections that are kept open."""

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
"""How long a call is tried: longer than a minute, for which a vendor's documented limit can close the door."""
PAUSE_SECONDS: Final = 0.2
AGAIN: Final = frozenset({401, 429, 503})
"""Answers that pass: a key made just now that an edge hasn't read yet, a limit, an overload. Nothing was kept."""


class Target(NamedTuple):
    """Where to send to, and with which keys."""

    host: str
    port: int
    keys: Keys


def request_of(step: Step, keys: Keys) -> SampleCall:
    """Return the request of a step, in the words of its dialect."""
    return DEMOS[step.call.partition(".")[0]].request(step, keys)


def lanes(steps: Iterable[Step], count: int = CONNECTIONS) -> list[list[Step]]:
    """The steps dealt out to connections: within a household they stay in order, across households they need not."""
    dealt: list[list[Step]] = [[] for _ in range(count)]
    for step in steps:
        dealt[step.household % count].append(step)
    return dealt


def send(lanes: Sequence[Sequence[Step]], target: Target, answered: Callable[[int], None]) -> Counter[int]:
    """Send every lane over a connection of its own, and count the answers by status.

    `answered` is called with each status, from several threads. Raises ServerGone.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(max(1, len(lanes))) as pool:
        running = [pool.submit(_send_lane, lane, target, answered, stop) for lane in lanes]
        try:
            return sum((lane.result() for lane in running), Counter[int]())
        finally:
            stop.set()


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
    """One connection, opened again when it breaks."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._connection = http.client.HTTPConnection(target.host, target.port, timeout=TIMEOUT_SECONDS)

    def post(self, call: SampleCall) -> int:
        """Send one call until it gets a lasting answer; returns the status. Raises ServerGone."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            status, wait = self._try(call)
            if status not in AGAIN and status:
                return status
            if time.monotonic() + wait > deadline:
                if status:
                    return status
                raise ServerGone(f"http://{self._target.host}:{self._target.port}")
            time.sleep(wait)

    def close(self) -> None:
        self._connection.close()

    def _try(self, call: SampleCall) -> tuple[int, float]:
        """The status, 0 where there was no answer, and how long to wait before the next try."""
        try:
            self._connection.request("POST", call.path, json.dumps(call.body), call.http_headers())
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return 0, PAUSE_SECONDS
        retry_after = answer.headers.get("Retry-After", "")
        return answer.status, float(retry_after) if retry_after.isdigit() else PAUSE_SECONDS
