"""Connections and queries of chDB, ClickHouse's engine in this process, and the mapping of its errors.

chDB keeps one server per process: at most one folder is open at a time. It can be opened again after it was closed or
failed to open.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Protocol, TypeAlias

from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed, EventStoreInUse

Value: TypeAlias = str | int | Sequence[str]
"""Type of a query parameter; a sequence holds ids, which need no escaping."""


class Connection(Protocol):
    """The methods of chDB's connections that are used here."""

    def query(self, query: str, format: str, params: Mapping[str, str]) -> Any:  # noqa: A002 - chDB's names
        """Run a statement; what is returned has its rows as `bytes()`. Raises RuntimeError."""

    def close(self) -> None:
        """Close the connection, and the engine with the last one."""


CONNECTIONS: Final = 8
"""Queries that may run at the same time; more wait."""
_MIB: Final = 1 << 20

_LIMITS: Final = {
    "mark_cache_size": 48 * _MIB,
    "primary_index_cache_size": 32 * _MIB,
    "index_mark_cache_size": 4 * _MIB,
    "uncompressed_cache_size": 0,
    "query_condition_cache_size": 0,
    "compiled_expression_cache_size": 4 * _MIB,
    "background_pool_size": 2,
    "background_schedule_pool_size": 2,
    "max_io_thread_pool_size": 4,
    "max_active_parts_loading_thread_pool_size": 2,
    "max_parts_cleaning_thread_pool_size": 1,
}
"""Server settings of the engine. The defaults are for a dedicated machine: caches of gigabytes, hundreds of threads."""

_ERROR: Final = re.compile(r"Code: (\d+)\..*\(([A-Z0-9_]+)\)", re.DOTALL)
_DAMAGE: Final = frozenset(
    {
        "ATTEMPT_TO_READ_AFTER_EOF",
        "BAD_DATA_PART_NAME",
        "BROKEN_PROJECTION",
        "CANNOT_DECOMPRESS",
        "CANNOT_READ_ALL_DATA",
        "CHECKSUM_DOESNT_MATCH",
        "CORRUPTED_DATA",
        "FILE_DOESNT_EXIST",
        "NO_FILE_IN_DATA_PART",
        "SEEK_POSITION_OUT_OF_BOUND",
        "SIZES_OF_COLUMNS_DOESNT_MATCH",
        "TOO_LARGE_SIZE_COMPRESSED",
        "UNEXPECTED_END_OF_FILE",
        "UNEXPECTED_FILE_IN_DATA_PART",
        "UNKNOWN_CODEC",
        "UNKNOWN_FORMAT_VERSION",
    }
)
"""Errors that mean that files differ from what was written."""
_PASSING: Final = frozenset(
    {
        "CANNOT_ALLOCATE_MEMORY",
        "CANNOT_SCHEDULE_TASK",
        "CANNOT_WRITE_TO_FILE_DESCRIPTOR",
        "MEMORY_LIMIT_EXCEEDED",
        "NOT_ENOUGH_SPACE",
        "QUERY_WAS_CANCELLED",
        "TABLE_IS_READ_ONLY",
        "TIMEOUT_EXCEEDED",
        "TOO_MANY_PARTS",
        "TOO_MANY_SIMULTANEOUS_QUERIES",
    }
)
"""Errors that pass, or that an administrator fixes. Any other error of a read is taken for damaged files."""

_ESCAPES: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\0": r"\0", "'": r"\'"})


class Engine:
    """One open folder. Thread-safe: each query runs on a connection of its own."""

    def __init__(self, folder: Path, memory_bytes: int) -> None:
        """Open or create the folder. Raises EventStoreBroken where the engine cannot read its files."""
        self._target = _target(folder, memory_bytes)
        self._idle: list[Connection] = []
        self._turns = threading.Semaphore(CONNECTIONS)
        self._idle.append(self._connect())

    def query(self, statement: str, **parameters: Value) -> bytes:
        """Run a statement that reads; return its rows, one JSON object a line.

        Raises EventStoreFailed for temporary errors, such as too little memory, and EventStoreBroken for all others.
        """
        try:
            return self._run(statement, parameters)
        except RuntimeError as error:
            # The engine's messages quote rows, which hold personal data: only the error's name is passed on.
            name = _name(error)
            raise (EventStoreFailed if name in _PASSING else EventStoreBroken)(name) from None

    def insert(self, statement: str, **parameters: Value) -> None:
        """Run a statement that writes rows.

        Raises EventStoreBroken where files are damaged, EventStoreFailed for all other errors. Unlike for a query, an
        unknown error does not mean damage: the rows may be at fault.
        """
        try:
            self._run(statement, parameters)
        except RuntimeError as error:
            name = _name(error)
            raise (EventStoreBroken if name in _DAMAGE else EventStoreFailed)(name) from None

    def close(self) -> None:
        """Close every connection; the last one closes the engine. No query may be running."""
        while self._idle:
            self._idle.pop().close()

    def _run(self, statement: str, parameters: Mapping[str, Value]) -> bytes:
        escaped = {name: _escaped(value) for name, value in parameters.items()}
        with self._turns:
            try:
                connection = self._idle.pop()  # atomic, unlike a test for emptiness before it
            except IndexError:
                connection = self._connect()
            try:
                rows: bytes = connection.query(statement, "JSONEachRow", params=escaped).bytes()
            finally:
                self._idle.append(connection)
        return rows

    def _connect(self) -> Connection:
        try:
            connection: Connection = _chdb().connect(self._target)
        except RuntimeError as error:
            if "already initialized" in str(error):  # this error has no code
                raise EventStoreInUse("this process has another folder open") from None
            raise EventStoreBroken(_name(error)) from None
        return connection


def _name(error: RuntimeError) -> str:
    """Return the engine's name of an error, such as MEMORY_LIMIT_EXCEEDED."""
    found = _ERROR.search(str(error))
    return found[2] if found else "UNKNOWN"


def _escaped(value: Value) -> str:
    """Format a parameter for the engine: text is escaped as in ClickHouse's tab-separated format."""
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, int):
        return str(value)
    return "[" + ",".join(f"'{one}'" for one in value) + "]"


def _target(folder: Path, memory_bytes: int) -> str:
    """Return chDB's connection string for a folder: its path and, after a question mark, server settings."""
    if "?" in str(folder):
        raise ValueError(f"the event store's engine cannot open a path with a question mark in it: {folder}")
    settings = {**_LIMITS, "max_server_memory_usage": memory_bytes}
    return f"{folder}?" + "&".join(f"{name}={value}" for name, value in settings.items())


def version() -> str:
    """Return the engine's version. Loads the engine."""
    return str(_chdb().__version__)


def _chdb() -> ModuleType:
    """Import the engine's module. That maps 200 MB, so only the process that opens a store does it."""
    if "chdb" in sys.modules:
        return sys.modules["chdb"]
    with _stand_in("pyarrow", RecordBatchReader=object):
        return import_module("chdb")


@contextmanager
def _stand_in(name: str, **members: Any) -> Iterator[None]:
    """Replace a module in `sys.modules` by a stub with these members, for the time of an import.

    chDB's module imports pyarrow for Arrow tables, which Passerby does not use, and the lite build does not start
    without it. With its dependencies, pyarrow takes 330 MB on disk and 40 MB in memory.
    """
    before = sys.modules.get(name)
    sys.modules[name] = ModuleType(name)
    vars(sys.modules[name]).update(members)
    try:
        yield
    finally:
        del sys.modules[name]
        sys.modules.update({name: before} if before else {})
