"""A role leaves when its supervisor is gone, however that went: no kill of a supervisor leaves orphans behind.

The supervisor holds the writing end of a pipe and never writes. When it ends, even by SIGKILL, the system closes
that end, and each role reads the end of the pipe.
"""

from __future__ import annotations

import os
import signal
import threading

from passerby import logs

GRACE_SECONDS = 5.0
EXIT_ORPHANED = 75
"""The system's `EX_TEMPFAIL`: nothing is wrong with this process."""


def watch(alive: int) -> None:
    """Watch the reading end of the supervisor's pipe from a thread of its own."""
    os.set_inheritable(alive, False)  # noqa: FBT003 - the only form that it has
    threading.Thread(target=_wait_for_end, args=(alive,), name="guard", daemon=True).start()


def _wait_for_end(alive: int) -> None:
    os.read(alive, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    logs.get("supervisor").critical("the supervisor is gone, leaving", pid=os.getpid(), seconds=GRACE_SECONDS)
    threading.Event().wait(GRACE_SECONDS)
    os._exit(EXIT_ORPHANED)
