"""Times to delivery in classes, so that counts of them give quantiles. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

_CLASSES_PER_DOUBLING: Final = 4


def latency_class(ms: int) -> int:
    """Return the class of a time: four for each doubling, so a quantile is off by a tenth at most."""
    return round(_CLASSES_PER_DOUBLING * math.log2(max(ms, 1)))


def quantile(classes: Mapping[int, int], share: float) -> int | None:
    """Return the time (ms) that this share of the counted ones does not exceed, None without any."""
    left = share * sum(classes.values())
    for number in sorted(classes):
        left -= classes[number]
        if left <= 0:
            return round(2 ** (number / _CLASSES_PER_DOUBLING))
    return None
