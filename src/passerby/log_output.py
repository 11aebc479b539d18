"""Output for log lines that never raises, even where the stream is closed, its disk is full or its reader is gone."""

from __future__ import annotations

import os
import sys
from typing import Final, TextIO

_STANDARD: Final = (0, 1, 2)


class LineOutput:
    """Writes log lines; a line that cannot be written is dropped and counted. Never raises.

    Lines are written to the stream's descriptor, bypassing its buffer: a buffer that cannot be flushed would make every
    later line fail, and the exit of the process, which flushes it again.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.lost = 0
        """Lines dropped since the last one that was written."""
        try:
            self._descriptor: int | None = stream.fileno()
        except (OSError, ValueError):  # a stream in memory, or a closed one
            self._descriptor = None

    def write(self, text: str) -> None:
        """Write whole lines."""
        try:
            if self._descriptor is None:
                self._stream.write(text)
            else:
                os.write(self._descriptor, text.encode("utf-8", "backslashreplace"))
        except (OSError, ValueError):
            self.lost += 1
        else:
            self.lost = 0

    def flush(self) -> None:
        """Do nothing: `write` does not buffer."""


def open_standard_streams() -> None:
    """Open `/dev/null` for standard descriptors that are closed.

    Otherwise the next file opened, for example a database, would get the number of standard error, and log lines would
    be written into it.
    """
    for descriptor in _STANDARD:
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # noqa: FBT003 - the only form; lowest number free
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - a name, not a path of ours
