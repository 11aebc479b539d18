"""Plain integer counters are exported to Prometheus once."""

from __future__ import annotations

from prometheus_client import REGISTRY

from passerby.dialects.contract import Reply
from passerby.edge import answers, metrics
from passerby.edge.metrics import Counts


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_counts_are_published_once() -> None:
    counts = Counts()
    before = value("passerby_edge_requests_total", dialect="test", call="a", status="2xx")
    counts.answered("test", "a", 200)
    counts.answered("test", "a", 202)
    counts.answered("test", "b", 404)
    counts.refused("test", "not_json")
    counts.internal_error("test")
    for _ in range(2):
        counts.publish(pending_bytes=5, connections=3)
    assert value("passerby_edge_requests_total", dialect="test", call="a", status="2xx") == before + 2
    assert value("passerby_edge_requests_total", dialect="test", call="b", status="4xx") == 1
    assert value("passerby_edge_refused_total", dialect="test", reason="not_json") == 1
    assert value("passerby_edge_refused_total", dialect="test", reason="internal_error") == 1
    assert value("passerby_edge_pending_bytes") == 5
    assert value("passerby_edge_connections") == 3


def test_every_metric_says_what_it_is() -> None:
    made = [metric for name, metric in vars(metrics).items() if name.isupper() and hasattr(metric, "describe")]
    assert len(made) == 8
    assert all(metric.describe()[0].documentation.endswith(".") for metric in made)


def test_equal_answers_are_made_once_and_the_cache_is_bounded() -> None:
    ab, cd = (answers.response(Reply(200, body), keep_alive=True, has_body=False) for body in (b"ab", b"cd"))
    assert ab is cd
    for length in range(answers.CACHED_HEADS + 5):
        answers.response(Reply(202, bytes(length)), keep_alive=True)
    assert len(answers._heads) <= answers.CACHED_HEADS  # noqa: SLF001 - the bound is what this is about
