"""Handles SIGTERM and SIGINT during start, before a role has installed its own handlers."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

STOP = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def leaving_on_signal() -> Iterator[None]:
    """Context manager: either signal exits with code 0, closing what is open."""
    before = [(number, signal.signal(number, _leave)) for number in STOP]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _leave(_: int, __: object) -> NoReturn:
    sys.exit(0)
