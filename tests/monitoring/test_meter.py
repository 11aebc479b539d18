"""A sample counts what happened since the previous one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.api.api_client import ApiClient, InProcessServer

from passerby.messages import Identifier
from passerby.monitoring.meter import Meter
from passerby.storage.data_dir import DataDir


class Page:
    """A metrics page with these totals."""

    def __init__(self) -> None:
        self.good, self.refused, self.failed = 10, 4, 1

    def __call__(self) -> str:
        begin = 'passerby_edge_requests_total{call="track",dialect="segment",status='
        other = 'passerby_api_requests_total{route="/",status="5xx"} 99.0'
        own = 'passerby_edge_requests_total{call="none",dialect="none",status="4xx"} 1234.0'
        lines = [f'{begin}"2xx"}} {self.good}.0', f'{begin}"4xx"}} {self.refused}.0', f'{begin}"5xx"}} {self.failed}.0']
        return "\n".join(["# HELP passerby_edge_requests_total Requests", *lines, own, other]) + "\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[InProcessServer]:
    with closing(InProcessServer(tmp_path)) as server:
        yield server


def test_counts_are_those_since_the_last_sample(server: InProcessServer) -> None:
    context, page, api = server.context, Page(), ApiClient(server)
    meter = Meter(DataDir(server.folder), context.log, context.state, page, context.now())
    api.track("Bought", Identifier("user_id", "u-1"))
    waiting = api.append(kind="track", name="Bought", identifiers=(Identifier("user_id", "u-1"),))
    page.good, page.refused, page.failed = 15, 6, 2
    taken = meter.sample(waiting.received_at + 90_000)
    assert (taken.received, taken.applied, taken.backlog, taken.lag) == (2, 1, 1, 90.0)
    assert (taken.requests, taken.rejected, taken.errors) == (8, 2, 1)
    assert taken.data_bytes > 100_000
    assert 0 < taken.free_bytes <= taken.disk_bytes
    server.apply()
    later = meter.sample(waiting.received_at + 120_000)
    assert (later.seconds, later.received, later.applied, later.backlog, later.lag) == (30.0, 0, 1, 0, 0.0)
    assert later.requests == 0


def test_counters_that_began_again_count_from_zero(server: InProcessServer) -> None:
    context, page = server.context, Page()
    meter = Meter(DataDir(server.folder), context.log, context.state, page, context.now())
    page.good, page.refused, page.failed = 3, 0, 0
    taken = meter.sample(context.now() + 1000)
    assert (taken.requests, taken.rejected, taken.errors) == (3, 0, 0)
