"""Schema migrations of SQLite files: numbered steps from a package folder, counted in `PRAGMA user_version`.

A step is a file `NNNN_what_it_does.sql` (a script), or `.py` with a function `apply(connection)`. Steps are numbered
from 0001 without gaps and are never changed once released. Every file goes through all of them, new files too, and
nothing else creates or changes a table: there is one way to reach a schema.

Each step runs in one transaction with its version number, so a process that is killed leaves the file at the version
before or after it, and the next open continues there. Several processes may open a file at once: the write lock is
taken first and the version read again. A step must be short, because every process waits for it: a change of many rows
belongs in a backfill, which the step only requests (for state.db: a row in the table `backfills`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module, resources
from operator import methodcaller
from pathlib import Path
from typing import Final, NamedTuple

import apsw

from passerby.storage import sqlite

_STEP: Final = re.compile(r"(\d{4})_[a-z0-9_]+\.(sql|py)")


class NewerFile(Exception):
    """A later version of Passerby wrote this file."""

    def __init__(self, file: object) -> None:
        super().__init__(f"{file} was written by a later version of Passerby: run that version")


class BadSteps(ValueError):
    """The files of a package are not steps numbered from 0001 without gaps, or a step ends its own transaction."""


class Step(NamedTuple):
    """One migration: the version of the file after it, and a function that runs in the migration's transaction."""

    version: int
    name: str
    apply: Callable[[apsw.Connection], object]


@cache
def load(package: str) -> tuple[Step, ...]:
    """Return the steps in a package's folder by number. Raises BadSteps."""
    steps: list[Step] = []
    folder = resources.files(package)
    files = sorted(entry.name for entry in folder.iterdir() if _STEP.fullmatch(entry.name))
    for number, file in enumerate(files, 1):
        if int(file[:4]) != number:
            raise BadSteps(f"{package}: steps must be numbered from 0001 without gaps: {', '.join(files)}")
        name, _, kind = file.partition(".")
        if kind == "py":
            steps.append(Step(number, name, import_module(f"{package}.{name}").apply))
        else:
            script = folder.joinpath(file).read_text("utf-8")
            steps.append(Step(number, name, methodcaller("execute", script)))
    return tuple(steps)


def open_file(file: Path, package: str) -> apsw.Connection:
    """Open a file, created if necessary, and migrate it to the version of the last step in a package.

    Raises what `migrate` raises.
    """
    connection = sqlite.connect(file)
    try:
        migrate(connection, file, load(package))
    except BaseException:
        connection.close()
        raise
    return connection


def migrate(connection: apsw.Connection, file: Path, steps: Sequence[Step]) -> None:
    """Migrate an open file to the version of the last step. `file` is its path, for errors and log lines.

    Takes no lock if the file is up to date. Raises NewerFile, apsw.BusyError if another process holds the write lock
    for longer than the connection's busy timeout, and what a step raises, which is rolled back.
    """
    if version_of(connection) > len(steps):
        raise NewerFile(file)
    while (version := version_of(connection)) < len(steps):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if version_of(connection) == version:  # no other process was faster
                _apply(connection, steps[version])
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _apply(connection: apsw.Connection, step: Step) -> None:
    step.apply(connection)
    if not connection.in_transaction:  # a COMMIT within a step would leave a part of it after a kill
        raise BadSteps(f"{step.name} ends the transaction that it runs in")
    connection.pragma("user_version", step.version)


def version_of(connection: apsw.Connection) -> int:
    """Return the version of an open file: the number of steps applied to it."""
    return int(connection.pragma("user_version"))
