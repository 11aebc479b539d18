"""A load generator without dependencies beyond Passerby's own, for where wrk is missing and for an exact rate.

Each connection sends one request after the other (`--rate 0`), or all of them together send at a fixed rate. At a
fixed rate, latency counts from when a request was due, so that a stall of the server also counts for the requests that
it delayed. Prints one line of JSON (`Load`).

    python -m benchmarks.load --port 8080 --path /api/v1/mobile/KEY/track --connections 64 --seconds 5 --rate 4000
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import cast

import msgspec
import uvloop

BODY = (
    '{"mobileId":"phone-%d","type":"track","event":"Viewed Product","properties":'
    '{"sku":"A-%d","price":39.8,"quantity":2,"category":"Shoes","title":"Running shoe, light"}}'
)
BULK_EVENT = (
    '{"userId":"user-%d","eventName":"Added to Cart","eventData":'
    '{"Product ID":%d,"Price":39.8,"Quantity":1,"Product":"Cologne","Currency":"EUR"}}'
)
BULK = 25
PEOPLE = 10_000


class Load(msgspec.Struct):
    """What a generator saw: requests answered, how many of them not with a 2xx, and the times of the answers."""

    requests: int
    seconds: float
    refused: int
    p50_ms: float
    p99_ms: float
    p999_ms: float


def track(number: int) -> str:
    """One CrossEngage event."""
    return BODY % (number % PEOPLE, number)


def bulk(number: int) -> str:
    """WebEngage's bulk-events: 25 events."""
    events = (BULK_EVENT % (each * 7919 % PEOPLE, each) for each in range(number * BULK, (number + 1) * BULK))
    return f'{{"events":[{",".join(events)}]}}'


BODIES = {"track": track, "bulk": bulk}


def of_template(body: str, people: int) -> Callable[[int], str]:
    """Bodies in which `PERSON_1_` is one of so many people, `PERSON_2_` another, and `NUMBER` new in each request."""
    seed, rng = os.urandom(3).hex(), random.Random(time.time_ns())

    def body_of(number: int) -> str:
        drawn: dict[str, str] = {}
        filled = re.sub(r"PERSON_(\d+)_", lambda which: drawn.setdefault(which[1], str(rng.randrange(people))), body)
        return filled.replace("NUMBER", f"{seed}-{number}")

    return body_of


def requests(path: str, body_of: Callable[[int], str], headers: Sequence[str]) -> Iterator[bytes]:
    """Yield requests without end, each different."""
    more = "".join(f"{header}\r\n" for header in headers)
    for number in count(1):
        body = body_of(number).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: edge\r\n{more}Content-Length: {len(body)}\r\n\r\n"
        yield head.encode() + body


class Connection(asyncio.Protocol):
    """One connection: sends requests on demand and records their latency."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._answer = b""
        self._due = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._run.free(self)

    def send(self, data: bytes, due: float) -> None:
        self._due = due
        self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, blank, body = self._answer.partition(b"\r\n\r\n")
        if not blank or len(body) < int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0]):
            return
        self._run.note(time.perf_counter() - self._due, refused=head[9:10] != b"2")
        self._answer = b""
        self._run.free(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._run.over:
            sys.exit(f"the server hung up: {exc}")


class Run:
    """One measurement."""

    def __init__(self, requests: Iterator[bytes], rate: float) -> None:
        self._requests = requests
        self._rate = rate
        self._begun = time.perf_counter()
        self._sent = 0
        self._idle: deque[Connection] = deque()
        self.times: list[float] = []
        self.refused = 0
        self.over = False

    def free(self, connection: Connection) -> None:
        """Without a rate, a connection sends the next request immediately."""
        if self._rate or self.over:
            self._idle.append(connection)
        else:
            connection.send(next(self._requests), time.perf_counter())

    def note(self, seconds: float, *, refused: bool) -> None:
        self.times.append(seconds)
        self.refused += refused

    async def drive(self, seconds: float) -> None:
        """Let it run for so long; at a rate, send what is due every millisecond."""
        end = self._begun + seconds
        while (now := time.perf_counter()) < end:
            while self._rate and self._idle and self._due() <= now:
                self._idle.popleft().send(next(self._requests), self._due())
                self._sent += 1
            await asyncio.sleep(0.001)
        self.over = True

    def _due(self) -> float:
        return self._begun + self._sent / self._rate

    def load(self) -> Load:
        self.times.sort()
        p50, p99, p999 = (self.times[int(len(self.times) * share)] * 1000 for share in (0.5, 0.99, 0.999))
        return Load(len(self.times), time.perf_counter() - self._begun, self.refused, p50, p99, p999)


async def measure(run: Run, port: int, connections: int, seconds: float) -> Load:
    """Load a server and say what was seen."""
    loop = asyncio.get_running_loop()
    for _ in range(connections):
        await loop.create_connection(lambda: Connection(run), "127.0.0.1", port)
    await run.drive(seconds)
    return run.load()


def main() -> None:
    """Run as a process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--body", choices=BODIES, default="track")
    parser.add_argument("--template", help="a body to fill in place of --body; see `of_template`")
    parser.add_argument("--people", type=int, default=PEOPLE, help="how many people a template is about")
    parser.add_argument("--header", action="append", default=[], help="a header of each request; may be repeated")
    options = parser.parse_args()
    body_of = of_template(options.template, options.people) if options.template else BODIES[options.body]
    run = Run(requests(options.path, body_of, options.header), options.rate)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        load = runner.run(measure(run, options.port, options.connections, options.seconds))
    print(msgspec.json.encode(load).decode())


if __name__ == "__main__":
    main()
