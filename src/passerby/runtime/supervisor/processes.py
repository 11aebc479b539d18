"""Manages one process of the layout: how it is started, how it ended, and when it may be started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from passerby.runtime.supervisor.layout import Role
from passerby.settings import PREFIX, SECRET_KEY

WELL = frozenset({0, -signal.SIGTERM, -signal.SIGINT})
"""Exit codes of a process that stopped as requested: by itself, or by the signal before its handler was installed."""

KILL_SECONDS = 0.5
"""How long to wait for a killed process, which an uninterruptible system call can delay: `serve` exits within 10 s."""

FIRST_SECONDS = 0.1
LONGEST_SECONDS = 10.0
STEADY_SECONDS = 30.0
"""A process that ran this long had started successfully: its end counts as a first failure."""


class Program(NamedTuple):
    """Command line of a role, and the descriptors and environment that it inherits."""

    command: Sequence[str]
    descriptors: tuple[int, ...]
    environment: Mapping[str, str]


class Inheritance(NamedTuple):
    """Descriptors that a role inherits: liveness pipe, lock of the data directory, listening socket."""

    alive: int
    lock: int
    listener: int | None = None


def program(role: Role, number: int, flags: Sequence[str], inheritance: Inheritance) -> Program:
    """Return the command line that runs one role.

    `flags` are all settings: a role that is restarted later runs with the same ones even if the settings file has
    changed, and needs no `PASSERBY_` variables, which may hold secrets, from the environment. Only the key of stored
    secrets has no flag; the edge, which serves the internet, does not get it.
    """
    handed = [("--alive-fd", inheritance.alive), ("--listen-fd", inheritance.listener)]
    own = [f"{flag}={descriptor}" for flag, descriptor in handed if descriptor is not None]
    serve = [sys.executable, "-m", "passerby", "serve", f"--role={role}", f"--process={number}"]
    return Program(
        command=[*serve, *own, f"--config={os.devnull}", *flags],
        descriptors=tuple(descriptor for descriptor in inheritance if descriptor is not None),
        environment={
            name: value
            for name, value in os.environ.items()
            if not name.startswith(PREFIX) or (name == SECRET_KEY and role != "edge")
        },
    )


def next_delay(previous: float, ran: float) -> float:
    """Return the seconds until a restart: twice the `previous` wait (0.0: none), unless the process `ran` long enough.

    Exponential, so a process that fails at start costs little and recovers soon after its cause is gone.
    """
    if ran >= STEADY_SECONDS:
        return FIRST_SECONDS
    return min(max(FIRST_SECONDS, previous * 2), LONGEST_SECONDS)


class ManagedProcess:
    """Manages the process of one role and number. Only `kill` waits for the process to end."""

    def __init__(self, role: Role, number: int, program: Program) -> None:
        self.role = role
        self.number = number
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._delay = 0.0
        self.due = 0.0
        """When the process may be started, on the monotonic clock."""

    @property
    def pid(self) -> int | None:
        """Id of the running process, None if there is none."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            self._program.command,
            pass_fds=self._program.descriptors,
            env=self._program.environment,
            stdin=subprocess.DEVNULL,
        )
        self._started = time.monotonic()

    def ended(self) -> int | None:
        """Return the exit code if the process has ended, once, else None. Negative codes are numbers of signals."""
        code = self._process.poll() if self._process else None
        if code is not None:
            self._process = None
            now = time.monotonic()
            self._delay = next_delay(self._delay, now - self._started)
            self.due = now + self._delay
        return code

    def failed(self) -> None:
        """Record that the process could not be started, and delay the next attempt."""
        self._delay = next_delay(self._delay, 0.0)
        self.due = time.monotonic() + self._delay

    @property
    def delay(self) -> float:
        """Seconds between the last end and the next start."""
        return self._delay

    def signal(self, number: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(number)

    def kill(self) -> None:
        """Send SIGKILL and wait for the process to end. Raises subprocess.TimeoutExpired after KILL_SECONDS."""
        if self._process:
            self._process.kill()
            self._process.wait(KILL_SECONDS)
