"""The garbage collector, for processes that hardly leave cycles behind.

Reference counting frees what a request or a batch leaves. With the interpreter's own thresholds the objects that are
alive at the same time are enough to make the collector run all the while, and find nothing.
"""

from __future__ import annotations

import gc


def spare_the_collector(objects: int) -> None:
    """Let it never look at what is there by now, and else only after so many objects were made and not yet freed."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(objects)
