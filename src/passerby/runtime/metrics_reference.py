"""The reference of all metrics, as the Markdown of `docs/reference/metrics.md`.

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

ROOMS: tuple[tuple[str, ModuleType], ...] = (("edge", edge), ("worker", worker), ("relay", relay), ("API", api))
_KINDS: dict[type, str] = {Counter: "counter", Gauge: "gauge", Histogram: "histogram"}

_REFERENCE = """\
# Metrics

`GET /metrics` on the console port shows the metrics of all processes of one `passerby serve`, in Prometheus' text
format. Clients on the same machine need no token; others send the bearer token of the setting `api.metrics_token`,
and are refused where there is none. A reverse proxy on the same machine has to be a trusted one and name its clients
(`trusted_proxies`), or must not pass `/metrics` on.

Counters begin at 0 with every start. Times are in seconds. A counter's samples end in `_total`, a histogram's in
`_bucket`, `_sum` and `_count`.

| metric | of | kind | labels | what it says |
|---|---|---|---|---|
{rows}

What to watch: `passerby_edge_refused_total` by reason (`overloaded` and `unavailable` are ours, the others are the
client's), the distance between `passerby_worker_position` and `passerby_relay_visible_position` (events that are
applied and cannot be read yet), and any growth of the two `_failures_total`.
"""


def reference() -> str:
    """The reference's text."""
    rows = "\n".join(_row(room, metric) for room, module in ROOMS for metric in metrics(module))
    return _REFERENCE.format(rows=rows)


def metrics(module: ModuleType) -> Iterable[MetricWrapperBase]:
    """The metrics that a room declares."""
    return [value for value in vars(module).values() if isinstance(value, MetricWrapperBase)]


def _row(room: str, metric: MetricWrapperBase) -> str:
    described = next(iter(metric.describe()))
    labels = ", ".join(f"`{label}`" for label in metric._labelnames)  # noqa: SLF001 - the library shows them nowhere else
    name = f"{described.name}_total" if isinstance(metric, Counter) else described.name
    return f"| `{name}` | {room} | {_KINDS[type(metric)]} | {labels} | {described.documentation} |"


if __name__ == "__main__":
    sys.stdout.write(reference())
