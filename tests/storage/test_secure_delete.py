"""Rows deleted from an SQLite file are overwritten, by every part of the program."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import apsw
import pytest
from tests.house.repository import SOURCE

from passerby.accounts.sqlite.engine import SqliteControlEngine
from passerby.deliveries.sqlite.store import SqliteDeliveryEngine
from passerby.destinations.sqlite.store import SqliteDestinationsEngine
from passerby.log.sqlite.engine import SqliteLogEngine
from passerby.positions import START
from passerby.rejected_requests.sqlite.samples import SqliteSampleStore
from passerby.runtime.bootstrap import init
from passerby.settings import OutboxSettings
from passerby.state.sqlite.engine import SqliteStateEngine
from passerby.storage import sqlite
from passerby.storage.data_dir import DataDir

ON = re.compile(r"""pragma "secure_delete"\('on'\)""")
"""The statement as apsw writes it."""
READS_ONLY = re.compile(r"""pragma "query_only"\('on'\)""")
WRITTEN = "a text that must not be found again"


def use_log(folder: DataDir) -> None:
    engine = SqliteLogEngine(folder.log)
    with closing(engine.open_writer()) as writer, closing(engine.open_reader()) as reader:
        writer.append([b"[]"], {1: 1}, 1)
        reader.commit_offset("worker", START)
        writer.prune(2)
    engine.open_archive().close()
    engine.head()
    engine.continue_after(START, {}, 0)


def use_state(folder: DataDir) -> None:
    engine = SqliteStateEngine(folder.state)
    engine.open_writer().close()
    engine.open_outbox(OutboxSettings()).close()
    engine.open_connector().close()
    engine.progress()


def use_control(folder: DataDir) -> None:
    engine = SqliteControlEngine(folder.control)
    engine.open_projects().close()
    engine.open_users().close()
    engine.open_feed().close()
    SqliteDestinationsEngine(folder.control).open_store().close()
    alerting = engine.open_alerting()
    alerting.change_settings(alerting.settings())
    alerting.keep_states("[]")


def use_audit(folder: DataDir) -> None:
    SqliteControlEngine(folder.control).open_audit().close()


def use_rejected_requests(folder: DataDir) -> None:
    engine = SqliteControlEngine(folder.control)
    engine.open_rejected_writer().close()
    with closing(engine.open_rejected_reader()) as reader:
        reader.head()
    SqliteSampleStore(folder.refused).since(0, 1)


def use_deliveries(folder: DataDir) -> None:
    SqliteDeliveryEngine(folder.deliveries).open_store().close()


USES: Final[Mapping[str, Callable[[DataDir], None]]] = {
    "control": use_control,
    "log": use_log,
    "state": use_state,
    "audit": use_audit,
    "refused": use_rejected_requests,
    "deliveries": use_deliveries,
}
"""For each SQLite file of a data directory, a function that opens it in all ways that there are."""


@pytest.fixture
def opened() -> Iterator[list[tuple[apsw.Connection, list[str]]]]:
    """Every connection that a test opens, with the statements that it has run."""
    connections: list[tuple[apsw.Connection, list[str]]] = []

    def note(connection: apsw.Connection) -> None:
        statements: list[str] = []
        connections.append((connection, statements))

        def trace(_cursor: apsw.Cursor, statement: str, _bindings: object) -> bool:
            statements.append(statement)
            return True

        connection.exec_trace = trace

    apsw.connection_hooks.append(note)
    yield connections
    apsw.connection_hooks.remove(note)


@pytest.mark.parametrize("name", USES)
def test_every_writer_of_a_file_overwrites_what_it_deletes(
    name: str, data: Path, opened: list[tuple[apsw.Connection, list[str]]]
) -> None:
    init(data)
    opened.clear()
    USES[name](DataDir(data))
    ran = ["\n".join(statements) for _, statements in opened]
    assert any(ON.search(text) for text in ran)
    changing = [text for text in ran if re.search(r"(?i)\b(insert|update|delete|create|begin immediate)\b", text)]
    assert not [text for text in changing if not ON.search(text)]
    assert not [text for text in ran if not (ON.search(text) or READS_ONLY.search(text) or name == "state")]


def test_every_sqlite_file_of_a_data_directory_is_checked(data: Path) -> None:
    properties = [name for name, value in vars(DataDir).items() if isinstance(value, property)]
    paths: list[Path] = [getattr(DataDir(data), name) for name in properties]
    assert {path.stem for path in paths if path.suffix == ".db"} == USES.keys()


def test_a_connection_that_is_opened_in_another_way_can_only_read() -> None:
    texts = {path: path.read_text() for path in SOURCE.rglob("*.py") if path != SOURCE / "storage" / "sqlite.py"}
    opening = [path for path, text in texts.items() if "apsw.Connection(" in text]
    assert opening
    assert not [path for path in opening if not re.search('READONLY|"query_only", "on"', texts[path])]


def test_nothing_of_a_deleted_row_stays_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "things.db"
    with closing(sqlite.connect(file)) as connection:
        connection.execute("CREATE TABLE things (thing)")
        connection.executemany("INSERT INTO things VALUES (?)", [(WRITTEN * repeats,) for repeats in (1, 500)])
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        assert WRITTEN.encode() in file.read_bytes()
        connection.execute("DELETE FROM things")
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    assert WRITTEN.encode() not in file.read_bytes()
