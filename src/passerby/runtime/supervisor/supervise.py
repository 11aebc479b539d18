"""The supervisor: starts the roles, starts again what ends, passes signals on, and leaves last.

It does nothing else, so that there is nothing else to fail: no port is served from here, no engine is opened.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Collection, Mapping, Sequence
from types import FrameType
from typing import Self

from passerby import logs
from passerby.runtime import metrics
from passerby.runtime.supervisor.children import WELL, Inheritance, Place, program
from passerby.runtime.supervisor.layout import ROLES, Layout, Role
from passerby.storage.data_dir import DataDir

STOP_SECONDS = 9.0
"""How long the roles have to finish what is in flight: a second less than `serve` promises in all."""
REMIND_SECONDS = 1.0
"""A role that was still starting may have missed the signal to stop, so it is repeated."""
_LONGEST_WAIT_SECONDS = 60.0

_log = logs.get("supervisor")


class Supervisor:
    """Keeps the processes of a layout running until SIGTERM or SIGINT comes."""

    def __init__(self, folder: DataDir, places: Sequence[Place], listeners: Collection[socket.socket] = ()) -> None:
        self._folder = folder
        self._places = places
        self._listeners = listeners
        self._stop_signal = ""

    def run(self) -> int:
        """Start everything, block until told to stop, and return the exit code: 0 if everybody left in good order."""
        with _Wakeup(self._on_signal) as wakeup:
            for place in self._places:
                self._start(place)
            while not self._stop_signal:
                wakeup.wait(self._until_next_start())
                self._replace_ended()
            return self._stop(wakeup)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self._stop_signal = signal.Signals(number).name

    def _start(self, place: Place) -> None:
        try:
            place.start()
        except OSError as error:  # no memory or no process number left, perhaps for a moment
            place.failed()
            _log.critical(
                "a process cannot be started, trying again", role=place.role, seconds=place.delay, exc_info=error
            )
            return
        _log.info("started", role=place.role, process=place.number, pid=place.pid)

    def _until_next_start(self) -> float:
        due = [place.due for place in self._places if place.pid is None]
        return max(0.0, min(due, default=time.monotonic() + _LONGEST_WAIT_SECONDS) - time.monotonic())

    def _replace_ended(self) -> None:
        for place in self._places:
            if place.pid is not None:
                self._note_end(place)
            elif not self._stop_signal and place.due <= time.monotonic():
                self._start(place)

    def _note_end(self, place: Place) -> None:
        pid = place.pid
        if (code := place.ended()) is not None:
            with contextlib.suppress(OSError):  # its last gauges stay
                metrics.forget_process(self._folder, pid or 0)
            _log.critical(
                "a process ended by itself, starting it again",
                role=place.role, process=place.number, pid=pid, code=code, seconds=place.delay,
            )  # fmt: skip

    def _stop(self, wakeup: _Wakeup) -> int:
        for listener in self._listeners:  # ours are the last; open ones would let clients wait for nobody
            listener.close()
        self._tell_to_stop()
        _log.info("stopping", signal=self._stop_signal)
        now = time.monotonic()
        reminder = now + REMIND_SECONDS
        deadline = now + STOP_SECONDS
        codes: list[int] = []
        while self._remaining() and (now := time.monotonic()) < deadline:
            if now >= reminder:
                self._tell_to_stop()
                reminder = now + REMIND_SECONDS
            wakeup.wait(min(deadline, reminder) - now)
            codes += self._reap()
        return self._kill_stragglers() or self._judge(codes)

    def _tell_to_stop(self) -> None:
        for place in self._remaining():
            place.signal(signal.SIGTERM)

    def _remaining(self) -> list[Place]:
        return [place for place in self._places if place.pid is not None]

    def _reap(self) -> list[int]:
        return [code for place in self._remaining() if (code := place.ended()) is not None]

    def _kill_stragglers(self) -> int:
        stragglers = self._remaining()
        for place in stragglers:
            pid = place.pid
            with contextlib.suppress(subprocess.TimeoutExpired):
                place.kill()
            _log.critical("a process did not stop in time and was killed", role=place.role, pid=pid)
        return 1 if stragglers else 0

    def _judge(self, codes: list[int]) -> int:
        badly = [code for code in codes if code not in WELL]
        for code in badly:
            _log.error("a process ended badly while stopping", code=code)
        _log.info("stopped")
        return 1 if badly else 0


class _Wakeup:
    """Lets a signal, or the end of a child, interrupt a wait without ever being missed between two waits."""

    SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)

    def __init__(self, handler: signal._HANDLER) -> None:
        self._handler = handler
        self._before: dict[int, signal._HANDLER] = {}

    def __enter__(self) -> Self:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)  # noqa: FBT003 - the only form that it has
        self._writer.setblocking(False)  # noqa: FBT003 - the only form that it has
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, self._handler) for number in self.SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._reader.close()
        self._writer.close()

    def wait(self, seconds: float) -> None:
        """Return when a signal came since the last wait, or after this time."""
        ready, _, _ = select.select([self._reader], [], [], seconds)
        if ready:
            self._reader.recv(4096)


def supervise(
    folder: DataDir, layout: Layout, flags: Sequence[str], listeners: Mapping[Role, socket.socket], lock: int
) -> int:
    """Run all roles until SIGTERM or SIGINT; returns the exit code.

    `flags` are all settings as a command line, `listeners` the open sockets by role, `lock` the data folder's lock.
    """
    metrics.clean(folder)
    reading, writing = os.pipe()
    handed = Inheritance(alive=reading, lock=lock)
    filled = [
        Place(role, number, program(role, number, flags, _with_listener(handed, listeners.get(role))))
        for role in ROLES
        for number in range(layout.count(role))
    ]
    try:
        return Supervisor(folder, filled, listeners.values()).run()
    finally:
        os.close(reading)
        os.close(writing)


def _with_listener(handed: Inheritance, listener: socket.socket | None) -> Inheritance:
    return handed._replace(listener=listener.fileno()) if listener else handed
