"""Every metric is in the reference, and the reference in docs is the current one."""

from __future__ import annotations

import re
from pathlib import Path

from passerby.runtime.metrics_reference import COMPONENTS, metrics, reference

ROOT = Path(__file__).parents[2]


def test_the_reference_in_docs_is_the_one_that_the_code_writes() -> None:
    assert (ROOT / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8") == reference()


def test_every_metric_that_the_source_names_is_in_the_reference() -> None:
    declared = re.compile(r"(?:Counter|Gauge|Histogram)\(\s*\"(passerby_\w+)\"")
    named = {
        name for file in (ROOT / "src").rglob("*.py") for name in declared.findall(file.read_text(encoding="utf-8"))
    }
    assert named
    assert not [name for name in named if f"`{name}`" not in reference() and f"`{name}_total`" not in reference()]


def test_every_metric_says_what_it_is_about() -> None:
    assert all(
        next(iter(metric.describe())).documentation.endswith(".")
        for _, component in COMPONENTS
        for metric in metrics(component)
    )
