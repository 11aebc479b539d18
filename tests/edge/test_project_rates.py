"""A project's rate-limit multiplier applies at the edge."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing

import msgspec
import pytest
from tests.dialects import dialect_calls
from tests.dialects.dialect_calls import API_KEY, BULK_EVENTS
from tests.edge.client import Client
from tests.edge.edge_server import RunningEdge

from passerby.settings import EdgeSettings


def statuses(edge: RunningEdge, number: int) -> list[int]:
    body = json.dumps({"events": [{"userId": "u", "eventName": "Bought"}]}).encode()
    with closing(Client(edge.port)) as client:
        return [client.ask(BULK_EVENTS, body, Authorization=f"Bearer {API_KEY}").status for _ in range(number)]


def test_a_project_with_a_small_factor_is_limited_where_others_are_not(
    start: Callable[..., RunningEdge], monkeypatch: pytest.MonkeyPatch
) -> None:
    edge = start(EdgeSettings(rate_limits="off"))
    assert statuses(edge, 5) == [201] * 5
    few = msgspec.structs.replace(dialect_calls.CHOICES, rate_factor=0.006)
    monkeypatch.setattr(dialect_calls, "CHOICES", few)
    assert statuses(edge, 5) == [201] * 3 + [429] * 2
