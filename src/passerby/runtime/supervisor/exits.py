"""When a role exits without its own handlers: on a signal during start, and when its supervisor has ended.

An orphaned role would keep ports and locks. The supervisor holds the write end of a pipe and never writes to it. When
it ends, also by SIGKILL, the system closes that end, and each role reads end-of-file.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from passerby import logs

STOP = (signal.SIGTERM, signal.SIGINT)
GRACE_SECONDS = 5.0
"""How long an orphaned role may take to exit after SIGTERM."""
EXIT_ORPHANED = 75
"""`EX_TEMPFAIL` of sysexits.h: the fault is not in this process."""


@contextmanager
def leaving_on_signal() -> Iterator[None]:
    """Context manager for start, before a role installs its handlers: SIGTERM and SIGINT exit with code 0.

    As an exception, SystemExit closes what is open on its way.
    """

    def leave(_: int, __: object) -> NoReturn:
        sys.exit(0)

    before = [(number, signal.signal(number, leave)) for number in STOP]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def exit_with_supervisor(alive: int) -> None:
    """Watch the read end of the supervisor's pipe in a thread; exit when the supervisor has ended."""

    def wait_for_end() -> None:
        os.read(alive, 1)
        os.kill(os.getpid(), signal.SIGTERM)  # the role's own handler finishes requests and the batch in progress
        logs.get("supervisor").critical("the supervisor has ended, exiting", pid=os.getpid(), seconds=GRACE_SECONDS)
        threading.Event().wait(GRACE_SECONDS)
        os._exit(EXIT_ORPHANED)  # not `sys.exit`, which ends only this thread

    os.set_inheritable(alive, False)  # noqa: FBT003 - the only form that it has
    threading.Thread(target=wait_for_end, name="guard", daemon=True).start()
