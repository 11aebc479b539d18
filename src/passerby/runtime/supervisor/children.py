"""One place in the layout: the process that fills it now, and when the next one may."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from passerby.runtime.supervisor.backoff import next_delay
from passerby.runtime.supervisor.layout import Role
from passerby.settings import PREFIX

WELL = frozenset({0, -signal.SIGTERM, -signal.SIGINT})
"""How a process may end that was asked to: by itself, or by the signal itself if it was not up yet."""


KILL_SECONDS = 0.5
"""How long the system gets to end a process that was killed: `serve` leaves within 10 s even if it does not."""


class Program(NamedTuple):
    """How to start a role: its command line, and the descriptors and environment that it inherits."""

    command: Sequence[str]
    descriptors: tuple[int, ...]
    environment: Mapping[str, str]


class Inheritance(NamedTuple):
    """Descriptors that a role inherits: the supervisor's sign of life, the data folder's lock, its listening socket."""

    alive: int
    lock: int
    listener: int | None = None


def program(role: Role, number: int, flags: Sequence[str], inheritance: Inheritance) -> Program:
    """The command line again, for one role.

    `flags` are all the settings: a role that is started again later runs with the same ones, whatever has become of
    the settings file, and secrets in the environment stay with the supervisor.
    """
    handed = [("--alive-fd", inheritance.alive), ("--listen-fd", inheritance.listener)]
    own = [f"{flag}={descriptor}" for flag, descriptor in handed if descriptor is not None]
    serve = [sys.executable, "-m", "passerby", "serve", f"--role={role}", f"--process={number}"]
    return Program(
        command=[*serve, *own, f"--config={os.devnull}", *flags],
        descriptors=tuple(descriptor for descriptor in inheritance if descriptor is not None),
        environment={name: value for name, value in os.environ.items() if not name.startswith(PREFIX)},
    )


class Place:
    """Manages the process of one role and number. Only `kill` waits for the process to end."""

    def __init__(self, role: Role, number: int, program: Program) -> None:
        self.role = role
        self.number = number
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._delay = 0.0
        self.due = 0.0
        """When the next process may start, on the monotonic clock."""

    @property
    def pid(self) -> int | None:
        """The process that is there, None if there is none."""
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
        """The exit code if the process has ended (the place is empty then), else None. Negative: a signal's number."""
        code = self._process.poll() if self._process else None
        if code is not None:
            self._process = None
            now = time.monotonic()
            self._delay = next_delay(self._delay, now - self._started)
            self.due = now + self._delay
        return code

    def failed(self) -> None:
        """Note that a process could not be started: the next one may be after a delay."""
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
        """End the process now, whatever it does, and wait until the system has done so."""
        if self._process:
            self._process.kill()
            self._process.wait(KILL_SECONDS)
