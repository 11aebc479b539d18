"""The supervisor: starts the roles, restarts processes that end, forwards signals, and exits last.

It serves no port and opens no engine: a process that does nothing else has little that can fail.
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
from passerby.runtime.supervisor.layout import ROLES, Layout, Role
from passerby.runtime.supervisor.processes import WELL, Inheritance, ManagedProcess, program
from passerby.storage.data_dir import DataDir

STOP_SECONDS = 9.0
"""How long roles may take to finish requests and batches in progress: `serve` exits within 10 s in total."""
REMIND_SECONDS = 1.0
"""Time between two SIGTERM to a role: one that was still starting may have missed the first."""
_LONGEST_WAIT_SECONDS = 60.0

_log = logs.get("supervisor")


class Supervisor:
    """Keeps the processes of a layout running until SIGTERM or SIGINT is received."""

    def __init__(
        self, folder: DataDir, processes: Sequence[ManagedProcess], listeners: Collection[socket.socket] = ()
    ) -> None:
        self._folder = folder
        self._processes = processes
        self._listeners = listeners
        self._stop_signal = ""

    def run(self) -> int:
        """Start all processes, block until a signal to stop, and return the exit code: 0 if all stopped gracefully."""
        with _Wakeup(self._on_signal) as wakeup:
            for process in self._processes:
                self._start(process)
            while not self._stop_signal:
                due = [process.due for process in self._processes if process.pid is None]
                now = time.monotonic()
                wakeup.wait(max(0.0, min(due, default=now + _LONGEST_WAIT_SECONDS) - now))
                self._replace_ended()
            return self._stop(wakeup)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if number != signal.SIGCHLD:  # which only wakes the loop
            self._stop_signal = signal.Signals(number).name

    def _start(self, process: ManagedProcess) -> None:
        try:
            process.start()
        except OSError as error:  # no memory or no process number left, perhaps for a moment
            process.failed()
            _log.critical(
                "a process cannot be started, trying again", role=process.role, seconds=process.delay, exc_info=error
            )
            return
        _log.info("started", role=process.role, process=process.number, pid=process.pid)

    def _replace_ended(self) -> None:
        # Each is looked at, whatever woke us: the system merges signals, so one may report several ends.
        for process in self._processes:
            if (pid := process.pid) is None:
                if not self._stop_signal and process.due <= time.monotonic():
                    self._start(process)
            elif (code := process.ended()) is not None:
                with contextlib.suppress(OSError):  # then its last gauges stay on /metrics, and nothing else
                    metrics.forget_process(self._folder, pid)
                _log.critical(
                    "a process ended by itself, starting it again",
                    role=process.role, process=process.number, pid=pid, code=code, seconds=process.delay,
                )  # fmt: skip

    def _stop(self, wakeup: _Wakeup) -> int:
        """Send SIGTERM to all processes, wait for them, and kill what is left. Return the exit code."""
        # The roles have copies. While this process keeps its own open, the system goes on accepting connections that
        # no role will serve once the edges have stopped.
        for listener in self._listeners:
            listener.close()
        _log.info("stopping", signal=self._stop_signal)
        now = reminder = time.monotonic()
        deadline = now + STOP_SECONDS
        codes: list[int] = []
        while (remaining := self._remaining()) and (now := time.monotonic()) < deadline:
            if now >= reminder:
                for process in remaining:
                    process.signal(signal.SIGTERM)
                reminder = now + REMIND_SECONDS
            wakeup.wait(min(deadline, reminder) - now)
            codes += [code for process in remaining if (code := process.ended()) is not None]
        for straggler in (stragglers := self._remaining()):
            pid = straggler.pid
            with contextlib.suppress(subprocess.TimeoutExpired):
                straggler.kill()
            _log.critical("a process did not stop in time and was killed", role=straggler.role, pid=pid)
        if stragglers:
            return 1
        badly = [code for code in codes if code not in WELL]
        for code in badly:
            _log.error("a process ended badly while stopping", code=code)
        _log.info("stopped")
        return 1 if badly else 0

    def _remaining(self) -> list[ManagedProcess]:
        return [process for process in self._processes if process.pid is not None]


class _Wakeup:
    """Interrupts a wait when a signal is received or a child ends, also if that happens between two waits.

    The interpreter's signal handler writes to a socket pair, which `select` watches (the self-pipe pattern).
    """

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
        """Return when a signal has been received since the last wait, or after this time."""
        ready, _, _ = select.select([self._reader], [], [], seconds)
        if ready:
            self._reader.recv(4096)


def supervise(
    folder: DataDir, layout: Layout, flags: Sequence[str], listeners: Mapping[Role, socket.socket], lock: int
) -> int:
    """Run all roles until SIGTERM or SIGINT; return the exit code.

    `flags` are all settings as a command line, `listeners` the open sockets by role, `lock` the descriptor of the data
    folder's lock, which every role inherits: the folder stays locked until the last one has exited.
    """
    metrics.clean(folder)
    reading, writing = os.pipe()
    handed = Inheritance(alive=reading, lock=lock)
    processes: list[ManagedProcess] = []
    for role in ROLES:
        listener = listeners.get(role)  # shared by all processes of a role, so the system distributes connections
        inherited = handed._replace(listener=listener.fileno()) if listener else handed
        numbers = range(layout.count(role))
        processes += [ManagedProcess(role, number, program(role, number, flags, inherited)) for number in numbers]
    try:
        return Supervisor(folder, processes, listeners.values()).run()
    finally:
        os.close(reading)
        os.close(writing)
