"""Write transactions of SQLite files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from passerby.errors import StoreBroken, StoreUnavailable
from passerby.storage import sqlite

ROWS = "SELECT count(*) FROM things"
ADD = "INSERT INTO things VALUES (1)"


class Interrupted(Exception):
    """The block of a transaction fails."""


def run_and_fail(connection: apsw.Connection, statement: str) -> None:
    with sqlite.transaction(connection):
        connection.execute(statement)
        raise Interrupted


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "things.db"
    with closing(sqlite.connect(file)) as connection:
        connection.execute("CREATE TABLE things (thing)")
    return file


@pytest.fixture
def connection(file: Path) -> Iterator[apsw.Connection]:
    with closing(sqlite.connect(file)) as connection:
        yield connection


def test_a_statement_of_several_tables_is_prepared_once_whatever_is_bound(connection: apsw.Connection) -> None:
    connection.execute("CREATE TABLE names (thing INTEGER PRIMARY KEY, name TEXT UNIQUE)")
    prepared: list[int] = []

    def authorize(action: int, *_: object) -> int:  # SQLite asks while it prepares a statement
        prepared.append(action)
        return apsw.SQLITE_OK

    connection.authorizer = authorize
    counts = []
    for name in ("a", "b", "c"):
        connection.execute("SELECT * FROM names JOIN things USING (thing) WHERE name = ?", (name,)).fetchall()
        counts.append(len(prepared))
    assert counts[0] > 0
    assert set(counts) == {counts[0]}


def test_a_thread_that_waits_for_the_write_lock_does_not_stop_the_one_that_has_it(
    file: Path, connection: apsw.Connection
) -> None:
    waiting = threading.Event()

    def write() -> None:
        with closing(sqlite.connect(file)) as other:
            waiting.set()
            with sqlite.transaction(other):
                other.execute(ADD)

    thread = threading.Thread(target=write)
    with sqlite.transaction(connection):
        connection.execute(ADD)
        thread.start()
        assert waiting.wait(20)
        thread.join(0.2)  # it reaches BEGIN, and waits there
        assert thread.is_alive()
    thread.join(20)
    assert not thread.is_alive()
    assert connection.execute(ROWS).get == 2


def test_a_block_that_fails_changes_nothing(connection: apsw.Connection) -> None:
    with pytest.raises(Interrupted):
        run_and_fail(connection, ADD)
    assert not connection.in_transaction
    assert connection.execute(ROWS).get == 0


def test_an_error_after_the_rollback_of_the_engine_is_not_hidden(connection: apsw.Connection) -> None:
    with pytest.raises(Interrupted):
        run_and_fail(connection, "ROLLBACK")


def test_an_inner_transaction_is_a_savepoint_of_the_outer_one(connection: apsw.Connection) -> None:
    with sqlite.transaction(connection):
        connection.execute(ADD)
        with pytest.raises(Interrupted):
            run_and_fail(connection, ADD)
    assert connection.execute(ROWS).get == 1


class Unavailable(StoreUnavailable):
    """The store of these tests is unavailable."""


class Broken(StoreBroken):
    """The store of these tests is broken."""


@sqlite.translates(Unavailable, Broken)
class Things:
    """A store with one table."""

    def __init__(self, file: Path) -> None:
        self.connection = sqlite.connect(file)

    def close(self) -> None:
        self.connection.close()

    def add(self) -> None:
        self.connection.execute(ADD)

    def ask(self, statement: str) -> None:
        self.connection.execute(statement).fetchall()


def test_errors_of_the_engine_become_those_of_the_store(file: Path) -> None:
    with closing(Things(file)) as things, closing(sqlite.connect(file)) as other:
        things.connection.set_busy_timeout(0)
        with sqlite.transaction(other), pytest.raises(Unavailable, match="locked"):
            things.add()
        things.connection.pragma("max_page_count", 1)
        with pytest.raises(Unavailable, match="full"):
            things.ask(
                "CREATE TABLE another AS WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n "
                "LIMIT 100000) SELECT i FROM n"
            )
        with pytest.raises(Broken, match="no such table"):
            things.ask("SELECT * FROM missing")


def test_a_file_that_is_no_database_is_broken_and_one_in_no_folder_unavailable(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"no database" * 1_000)
    with pytest.raises(Broken):
        Things(tmp_path / "text")
    with pytest.raises(Unavailable):
        Things(tmp_path / "none" / "things.db")
