"""Output for log lines, to a stream that may be full, closed, or without a reader, without ever raising."""

from __future__ import annotations

import os
import sys
from typing import Final, TextIO

_STANDARD: Final = (0, 1, 2)


class LineOutput:
    """Writes log lines; a line that cannot be written is dropped and counted. Never raises.

    Lines go to the stream's descriptor past its buffers: a buffer that cannot be emptied would make each later line
    fail, and the end of the process too.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.lost = 0
        """Lines dropped since the last one that was written."""
        try:
            self._descriptor: int | None = stream.fileno()
        except (OSError, ValueError):  # in memory
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
        """Nothing: `write` holds nothing back."""


def open_standard_streams() -> None:
    """Point standard descriptors that are closed to nowhere.

    Otherwise the next file to be opened, a database perhaps, would get the number of standard error.
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
