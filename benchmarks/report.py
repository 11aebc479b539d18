"""Reports the figures of a benchmark: one a line on standard output, and all of them as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec


class Figure(NamedTuple):
    """One measured figure."""

    name: str
    value: float
    unit: str


_figures: list[Figure] = []


def report(name: str, value: float, unit: str) -> None:
    """Print a figure as `name value unit` and keep it."""
    _figures.append(Figure(name, value, unit))
    print(f"{name} {value:,.6g} {unit}" if value < 1_000 else f"{name} {value:,.0f} {unit}", flush=True)


def write_json(path: Path | str) -> None:
    """Write every figure reported so far as `{"name": {"value": .., "unit": ..}}`."""
    figures = {figure.name: {"value": figure.value, "unit": figure.unit} for figure in _figures}
    Path(path).write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")
