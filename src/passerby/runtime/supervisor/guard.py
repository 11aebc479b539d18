"""Ends a role when its supervisor has ended, also by SIGKILL: orphaned processes would keep ports and locks.

The supervisor holds the write end of a pipe and never writes to it. When the supervisor ends, the system closes that
end, and each role reads end-of-file.
"""

from __future__ import annotations

import os
import signal
import threading

from passerby import logs

GRACE_SECONDS = 5.0
EXIT_ORPHANED = 75
"""`EX_TEMPFAIL` of sysexits.h: the fault is not in this process."""


def watch(alive: int) -> None:
    """Watch the read end of the supervisor's pipe in a thread."""
    os.set_inheritable(alive, False)  # noqa: FBT003 - the only form that it has
    threading.Thread(target=_wait_for_end, args=(alive,), name="guard", daemon=True).start()


def _wait_for_end(alive: int) -> None:
    os.read(alive, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    logs.get("supervisor").critical("the supervisor has ended, exiting", pid=os.getpid(), seconds=GRACE_SECONDS)
    threading.Event().wait(GRACE_SECONDS)
    os._exit(EXIT_ORPHANED)
