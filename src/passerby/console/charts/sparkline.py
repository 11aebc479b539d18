"""How a number went from day to day, small enough to stand in a table."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT = 120, 24
_LEAST = 1
"""Pixels of the smallest column: a day with one event among millions is still not a day without any."""

_SVG = Markup(
    '<svg class="sparkline" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
    'aria-label="{label}" preserveAspectRatio="none">{columns}</svg>'
)
_COLUMN = Markup('<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}"/>')


def sparkline(values: Sequence[int], label: str) -> Markup:
    """A column for each value (none is below zero), the oldest at the left; `label` is what those hear who see none."""
    step = WIDTH / max(1, len(values))
    tallest = max(values, default=0)
    columns = [_column(number * step, step, value / tallest) for number, value in enumerate(values) if value]
    return _SVG.format(width=WIDTH, height=HEIGHT, label=label, columns=Markup().join(columns))


def _column(x: float, step: float, share: float) -> Markup:
    height = max(_LEAST, share * HEIGHT)
    return _COLUMN.format(x=x, y=HEIGHT - height, width=max(_LEAST, step - 1), height=height)
