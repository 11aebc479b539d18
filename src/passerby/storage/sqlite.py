"""Opens and checks SQLite files, and explains SQLite's errors."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import isfunction
from pathlib import Path
from typing import Any, Final, TypeVar

import apsw

from passerby.errors import StoreBroken, StoreUnavailable

BUSY_TIMEOUT_MS = 10_000
PAUSE_SECONDS = 0.005
_STEPS_BETWEEN_CLOCK_READINGS = 100_000

Error = apsw.Error
"""Any error of SQLite, for callers that import no engine."""
TEMPORARY: Final = (apsw.FullError, apsw.IOError, apsw.BusyError, apsw.LockedError, apsw.CantOpenError)
"""Temporary conditions, and those that an administrator can fix."""

StoreT = TypeVar("StoreT")


class UnreadableFile(Exception):
    """A file is not an SQLite database, or cannot be opened."""


def connect(path: Path) -> apsw.Connection:
    """Open or create a file for writing, with the settings that durability and erasure depend on.

    Write-ahead log with `synchronous=FULL`: a transaction is on disk when its COMMIT returns, and readers do not wait
    for writers. With `secure_delete`, deleted data is overwritten by zeros: one writer without it would leave data in
    free pages that no later one overwrites. Waits up to 10 s for a lock held by another process, then raises
    `apsw.BusyError`.
    """
    try:
        connection = apsw.Connection(str(path))
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        # The busy timeout does not apply to a change of the journal mode, and all roles open a new file at once.
        deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
        while True:
            try:
                connection.pragma("journal_mode", "wal")
                break
            except apsw.BusyError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE_SECONDS)
        plan_once(connection)
        connection.pragma("synchronous", "FULL")
        connection.pragma("foreign_keys", "on")
        connection.pragma("secure_delete", "on")
    except apsw.Error as error:
        error.add_note(str(path))  # SQLite's messages do not name the file
        raise
    return connection


def plan_once(connection: apsw.Connection) -> None:
    """Keep the plan of a statement whatever values are bound to it.

    SQLite is built with STAT4 here. Without this setting it prepares a statement of several tables again for each
    execution, to plan it for the values, which takes several times as long as to run it. No file has such statistics.
    """
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)


def explain(error: apsw.Error) -> str:
    """Return a line for an operator: which file if that is known, what happened, and what to do."""
    file = next(iter(getattr(error, "__notes__", ())), "a file of the data directory")
    match error:
        case apsw.FullError():
            advice = "free disk space"
        case apsw.BusyError() | apsw.LockedError():
            advice = "another process is writing to it: try again"
        case apsw.CorruptError() | apsw.NotADBError():
            advice = "stop the server and restore the data directory from a backup; `passerby doctor` checks every file"
        case apsw.CantOpenError() | apsw.ReadOnlyError() | apsw.PermissionsError():
            advice = f"user {os.geteuid()} must be able to write it, on a file system that is mounted for writing"
        case _:
            advice = "`passerby doctor` checks every file"
    return f"cannot use {file}: {error}: {advice}"


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """Run a block in a write transaction, or in a savepoint within the transaction that is open.

    apsw's `with connection` holds Python's GIL while it waits for the write lock and while it commits. Another thread
    of the process that has the lock then cannot release it, and all threads stop until the busy timeout.
    """
    is_nested = connection.in_transaction
    if is_nested:
        with connection:
            yield
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some errors, such as a full disk, have rolled back
            connection.execute("ROLLBACK")
        raise


@contextmanager
def translated(unavailable: type[StoreUnavailable], broken: type[StoreBroken]) -> Iterator[None]:
    """Context manager: translate errors of the engine to those of a store's protocol."""
    try:
        yield
    except TEMPORARY as error:
        raise unavailable(str(error)) from error
    except apsw.Error as error:
        raise broken(f"{type(error).__name__}: {error}") from error


def translates(
    unavailable: type[StoreUnavailable], broken: type[StoreBroken]
) -> Callable[[type[StoreT]], type[StoreT]]:
    """Return a class decorator: opening and every public method raise these in place of the engine's errors.

    A store with many short methods would otherwise have the same `with` in each of them.
    """

    def translating(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def called(*args: Any, **kwargs: Any) -> Any:
            with translated(unavailable, broken):
                return method(*args, **kwargs)

        return called

    def decorate(store: type[StoreT]) -> type[StoreT]:
        for name, member in list(vars(store).items()):
            if isfunction(member) and (name == "__init__" or not name.startswith("_")):
                setattr(store, name, translating(member))
        return store

    return decorate


def version() -> tuple[str, str]:
    """Return the name of the library and its version."""
    return "SQLite", apsw.sqlite_lib_version()


def faults_of(file: Path, seconds: float) -> list[str] | None:
    """Check a file that may be in use: return the faults found, none for an intact file.

    Returns None if no fault was found within `seconds`: a large file takes minutes to read in full. Changes nothing.
    Raises UnreadableFile.
    """
    deadline = time.monotonic() + seconds
    try:
        connection = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.pragma("query_only", "on")
            connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_CLOCK_READINGS)
            found = connection.execute("PRAGMA quick_check(3)")
            return [str(fault) for (fault,) in found if fault != "ok"]
        finally:
            connection.close()
    except apsw.InterruptError:
        return None
    except apsw.Error as error:
        raise UnreadableFile(str(error)) from error
