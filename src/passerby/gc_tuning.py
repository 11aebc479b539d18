"""Settings of the garbage collector for processes that create few reference cycles.

Reference counting frees what a request or a batch leaves. With the interpreter's default thresholds, the objects that
are alive at the same time are enough to run the collector continuously, without it finding anything.
"""

from __future__ import annotations

import gc


def tune_gc(objects: int) -> None:
    """Freeze current objects and raise the generation-0 threshold to this many."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(objects)
