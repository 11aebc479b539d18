"""Bar of a share of a whole, shown next to its number."""

from __future__ import annotations

from markupsafe import Markup

WIDTH, HEIGHT = 96, 6
_LEAST = 1
"""Pixels of the shortest bar of anything that is there at all."""

_SVG = Markup(
    '<svg class="share" viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-hidden="true">'
    '<rect class="share-whole" width="{width}" height="{height}" rx="3"/>'
    '<rect class="share-part" width="{part:.2f}" height="{height}" rx="3"/></svg>'
)


def bar(value: float, whole: float) -> Markup:
    """Return a bar of `value` within `whole`. Hidden from screen readers, which read the number next to it."""
    share = min(1.0, max(0.0, value / whole)) if whole > 0 else 0.0
    return _SVG.format(width=WIDTH, height=HEIGHT, part=max(_LEAST, share * WIDTH) if share else 0)
