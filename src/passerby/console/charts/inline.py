"""Charts that fit into a cell of a table: a share of a whole, and a number by day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

BAR_WIDTH, BAR_HEIGHT = 96, 6
WIDTH, HEIGHT = 120, 24
"""Pixels of a sparkline."""
_LEAST: Final = 1
"""Pixels of the smallest mark: one event among millions still differs from none."""

_BAR: Final = Markup(
    '<svg class="share" viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-hidden="true">'
    '<rect class="share-whole" width="{width}" height="{height}" rx="3"/>'
    '<rect class="share-part" width="{part:.2f}" height="{height}" rx="3"/></svg>'
)
_SPARKLINE: Final = Markup(
    '<svg class="sparkline" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
    'aria-label="{label}" preserveAspectRatio="none">{columns}</svg>'
)
_COLUMN: Final = Markup('<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}"/>')


def bar(value: float, whole: float) -> Markup:
    """Return a bar of `value` within `whole`. Hidden from screen readers, which read the number next to it."""
    share = min(1.0, max(0.0, value / whole)) if whole > 0 else 0.0
    return _BAR.format(width=BAR_WIDTH, height=BAR_HEIGHT, part=max(_LEAST, share * BAR_WIDTH) if share else 0)


def sparkline(values: Sequence[int], label: str) -> Markup:
    """Return a column for each value (none is negative), the oldest at the left. Screen readers read `label`."""
    step = WIDTH / max(1, len(values))
    tallest = max(values, default=0)
    heights = ((number, max(_LEAST, value / tallest * HEIGHT)) for number, value in enumerate(values) if value)
    columns = [
        # A pixel between two columns, as long as there is room.
        _COLUMN.format(x=number * step, y=HEIGHT - height, width=max(_LEAST, step - 1), height=height)
        for number, height in heights
    ]
    return _SPARKLINE.format(width=WIDTH, height=HEIGHT, label=label, columns=Markup().join(columns))
