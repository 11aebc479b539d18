"""Runs the manager's statements on one SQLite connection (`passerby.state.manager.connector`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib import resources
from typing import Any, Final

import apsw

from passerby.state.manager.connector import Row
from passerby.state.protocol import StateBroken, StateUnavailable
from passerby.storage import sql, sqlite

_PACKAGE: Final = "passerby.state.sqlite"
_FILES: Final = sorted(entry.name for entry in resources.files(_PACKAGE).iterdir() if entry.name.endswith(".sql"))
STATEMENTS: Final = {
    f"{file.removesuffix('.sql')}.{name}": statement
    for file in _FILES
    for name, statement in sql.load(_PACKAGE, file).items()
}
"""Every statement, by `file.name`."""


class SqliteConnector:
    """See `passerby.state.manager.connector.Connector`.

    The engine's errors are translated at the end of a transaction or snapshot, within which every statement runs.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()

    def row(self, query: str, bindings: Sequence[Any] = ()) -> Row | None:
        found: Row | None = self._cursor.execute(STATEMENTS[query], bindings).fetchone()
        return found

    def rows(self, query: str, bindings: Sequence[Any] = ()) -> list[Row]:
        return self._cursor.execute(STATEMENTS[query], bindings).fetchall()

    def value(self, query: str, bindings: Sequence[Any] = ()) -> Any:
        found: Any = self._cursor.execute(STATEMENTS[query], bindings).fetchone()
        return None if found is None else found[0]

    def walk(self, query: str, bindings: Sequence[Any] = ()) -> Iterator[Row]:
        return iter(self._connection.execute(STATEMENTS[query], bindings))

    def run(self, query: str, bindings: Sequence[Any] = ()) -> int:
        self._cursor.execute(STATEMENTS[query], bindings)
        return self._connection.changes()

    def run_many(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        self._cursor.executemany(STATEMENTS[query], rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with translated_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # some errors, such as a full disk, have rolled back
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with translated_errors(), self._connection:
            try:
                yield
            finally:
                # An unfinished query (`row` reads only the first row) keeps its read transaction open, and the next
                # snapshot would see that old data.
                self._cursor.close(force=True)
                self._cursor = self._connection.cursor()

    def close(self) -> None:
        self._connection.close()


def translated_errors() -> AbstractContextManager[None]:
    """Context manager: translate errors of the engine to those of the protocol."""
    return sqlite.translated(StateUnavailable, StateBroken)
