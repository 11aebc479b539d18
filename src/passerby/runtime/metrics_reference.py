"""Generates the metrics reference, `docs/reference/metrics.md`.

python -m passerby.runtime.metrics_reference
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import ModuleType

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from passerby.api import metrics as api
from passerby.delivery import metrics as relay
from passerby.edge import metrics as edge
from passerby.worker import metrics as worker

COMPONENTS: tuple[tuple[str, ModuleType], ...] = (("edge", edge), ("worker", worker), ("relay", relay), ("API", api))
_KINDS: dict[type, str] = {Counter: "counter", Gauge: "gauge", Histogram: "histogram"}

_REFERENCE = """\
# Metrics

`GET /metrics` on the console port returns the metrics of all processes of one `passerby serve` in Prometheus' text
format. Clients on the same machine need no token. Others send the setting `api.metrics_token` as a bearer token; where
it is empty, they are rejected. A reverse proxy on the same machine must be listed in `trusted_proxies` and send its
clients' addresses, or must not forward `/metrics`.

Counters start at 0 with every start of the server. Times are in seconds. Sample names of a counter end in `_total`,
those of a histogram in `_bucket`, `_sum` and `_count`.

| metric | component | type | labels | description |
|---|---|---|---|---|
{rows}

What to monitor: `passerby_edge_refused_total` by reason (`overloaded` and `unavailable` are faults of the server, all
others of the client), the difference between `passerby_worker_position` and `passerby_relay_visible_position` (events
that are applied and not yet queryable), and any increase of the two `_failures_total`.
"""


def reference() -> str:
    """Return the reference as Markdown."""
    rows = []
    for component, module in COMPONENTS:
        for metric in metrics(module):
            described = next(iter(metric.describe()))
            labels = ", ".join(f"`{label}`" for label in metric._labelnames)  # noqa: SLF001 - shown nowhere else
            # The library appends `_total` to the samples of a counter; the name without it is on no page of /metrics.
            name = f"{described.name}_total" if isinstance(metric, Counter) else described.name
            rows.append(f"| `{name}` | {component} | {_KINDS[type(metric)]} | {labels} | {described.documentation} |")
    return _REFERENCE.format(rows="\n".join(rows))


def metrics(module: ModuleType) -> Iterable[MetricWrapperBase]:
    """Return the metrics that a component's module declares."""
    return [value for value in vars(module).values() if isinstance(value, MetricWrapperBase)]


if __name__ == "__main__":
    sys.stdout.write(reference())
