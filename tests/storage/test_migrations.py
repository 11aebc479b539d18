"""Migration steps: each happens once, as a whole, in order, despite kills and concurrent opens."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.old_files import PACKAGES, REFUSED, older

from passerby.storage import migrations
from passerby.storage.migrations import BadSteps, NewerFile, Step
from passerby.storage.sqlite import connect

STEPS = (
    Step(1, "0001_table", lambda c: c.execute("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (0)")),
    Step(2, "0002_column", lambda c: c.execute("ALTER TABLE t ADD COLUMN b INTEGER; UPDATE t SET b = a")),
    Step(3, "0003_row", lambda c: c.execute("INSERT INTO t VALUES (1, 1)")),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "some.db"


@pytest.fixture
def connection(file: Path) -> Iterator[apsw.Connection]:
    connection = connect(file)
    yield connection
    connection.close()


def rows(connection: apsw.Connection) -> list[tuple[int, int]]:
    return connection.execute("SELECT a, b FROM t ORDER BY a").fetchall()  # type: ignore[return-value]


def test_steps_run_in_order_and_once(connection: apsw.Connection, file: Path) -> None:
    migrations.migrate(connection, file, STEPS)
    migrations.migrate(connection, file, STEPS)
    assert rows(connection) == [(0, 0), (1, 1)]
    assert migrations.version_of(connection) == 3


def test_a_file_gets_the_steps_that_it_has_not_had(connection: apsw.Connection, file: Path) -> None:
    migrations.migrate(connection, file, STEPS[:1])
    connection.execute("INSERT INTO t VALUES (7)")
    migrations.migrate(connection, file, STEPS)
    assert rows(connection) == [(0, 0), (1, 1), (7, 7)]


def test_a_file_of_a_later_version_is_refused_unchanged(connection: apsw.Connection, file: Path) -> None:
    connection.pragma("user_version", 4)
    with pytest.raises(NewerFile, match=r"some\.db was written by a later version of Passerby: run that version"):
        migrations.migrate(connection, file, STEPS)
    assert migrations.version_of(connection) == 4


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_a_step_that_fails_has_no_effect_and_is_tried_again(
    connection: apsw.Connection, file: Path, failing: int
) -> None:
    def fail(connection: apsw.Connection) -> None:
        STEPS[failing - 1].apply(connection)
        raise apsw.FullError

    steps = [*STEPS[: failing - 1], Step(failing, "fails", fail), *STEPS[failing:]]
    with pytest.raises(apsw.FullError):
        migrations.migrate(connection, file, steps)
    assert migrations.version_of(connection) == failing - 1
    assert not connection.in_transaction
    migrations.migrate(connection, file, STEPS)
    assert rows(connection) == [(0, 0), (1, 1)]


KILLED = """
import os, signal, sys
from pathlib import Path
from passerby.storage import migrations
from passerby.storage.sqlite import connect
from tests.storage.test_migrations import STEPS
file, killed = Path(sys.argv[1]), int(sys.argv[2])
def die(connection):
    STEPS[killed - 1].apply(connection)
    os.kill(os.getpid(), signal.SIGKILL)
steps = [*STEPS[:killed - 1], migrations.Step(killed, "killed", die), *STEPS[killed:]]
migrations.migrate(connect(file), file, steps)
"""


@pytest.mark.parametrize("killed", [1, 2, 3])
def test_a_process_killed_in_a_step_leaves_a_file_that_the_next_continues(file: Path, killed: int) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(file), str(killed)], check=False, capture_output=True)
    assert done.returncode == -9, done.stderr
    connection = connect(file)
    assert migrations.version_of(connection) == killed - 1
    migrations.migrate(connection, file, STEPS)
    assert rows(connection) == [(0, 0), (1, 1)]
    connection.close()


def test_a_file_opened_by_many_at_once_has_each_step_once(file: Path) -> None:
    def opened(_: int) -> list[tuple[int, int]]:
        connection = connect(file)
        migrations.migrate(connection, file, STEPS)
        found = rows(connection)
        connection.close()
        return found

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(opened, range(24))) == [[(0, 0), (1, 1)]] * 24


def test_a_step_that_another_process_made_meanwhile_is_not_made_again(connection: apsw.Connection, file: Path) -> None:
    """The other one commits between our look at the version and our lock."""
    other = connect(file)

    def first_to_come(event: str) -> None:
        if event == "BEGIN IMMEDIATE" and migrations.version_of(other) == 0:
            migrations.migrate(other, file, STEPS)

    connection.trace_v2(apsw.SQLITE_TRACE_STMT, lambda event: first_to_come(event["sql"]))
    migrations.migrate(connection, file, STEPS)
    connection.trace_v2(0, None)
    assert rows(connection) == [(0, 0), (1, 1)]
    other.close()


def test_a_step_that_commits_by_itself_is_refused(connection: apsw.Connection, file: Path) -> None:
    step = Step(1, "0001_commits", lambda c: c.execute("CREATE TABLE t (a INTEGER); COMMIT"))
    with pytest.raises(BadSteps, match="0001_commits ends the transaction"):
        migrations.migrate(connection, file, [step])
    assert migrations.version_of(connection) == 0


def package(folder: Path, files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """A package of these files that can be imported; its name."""
    name = f"steps_{folder.name}".replace("-", "_")
    (folder / name).mkdir()
    (folder / name / "__init__.py").touch()
    for file, text in files.items():
        (folder / name / file).write_text(text)
    monkeypatch.syspath_prepend(folder)
    importlib.invalidate_caches()
    return name


def test_steps_are_scripts_and_modules(
    tmp_path: Path, connection: apsw.Connection, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "def apply(connection):\n    connection.execute('INSERT INTO t VALUES (1, 1), (0, 0)')\n"
    files = {"0002_rows.py": module, "0001_table.sql": "CREATE TABLE t (a INTEGER, b INTEGER)", "notes.txt": "no step"}
    steps = migrations.load(package(tmp_path, files, monkeypatch))
    assert [step.name for step in steps] == ["0001_table", "0002_rows"]
    migrations.migrate(connection, file, steps)
    assert rows(connection) == [(0, 0), (1, 1)]


@pytest.mark.parametrize("names", [["0002_b.sql"], ["0001_a.sql", "0003_c.sql"], ["0001_a.sql", "0001_b.sql"]])
def test_steps_with_a_gap_or_a_number_used_twice_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    with pytest.raises(BadSteps, match="numbered from 0001 without gaps"):
        migrations.load(package(tmp_path, dict.fromkeys(names, "SELECT 1"), monkeypatch))


REAL = [(package, step.version) for package in PACKAGES for step in migrations.load(package)]
KILLED_IN_A_REAL_STEP = """
import os, signal, sys
from pathlib import Path
from passerby.storage import migrations
from passerby.storage.sqlite import connect
file, package, killed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
steps = migrations.load(package)
def die(connection):
    steps[killed - 1].apply(connection)
    os.kill(os.getpid(), signal.SIGKILL)
migrations.migrate(connect(file), file, [*steps[:killed - 1], migrations.Step(killed, "killed", die)])
"""


def tables(connection: apsw.Connection) -> list[Any]:
    return connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").fetchall()


@pytest.mark.parametrize("package, killed", REAL)
def test_every_file_survives_a_kill_in_each_of_its_steps(tmp_path: Path, package: str, killed: int) -> None:
    file = tmp_path / "killed.db"
    program = [sys.executable, "-c", KILLED_IN_A_REAL_STEP, str(file), package, str(killed)]
    done = subprocess.run(program, check=False, capture_output=True)
    assert done.returncode == -9, done.stderr
    with closing(connect(file)) as before:
        assert migrations.version_of(before) == killed - 1
    with (
        closing(migrations.open_file(file, package)) as connection,
        closing(migrations.open_file(tmp_path / "whole.db", package)) as whole,
    ):
        assert tables(connection) == tables(whole)
        assert migrations.version_of(connection) == len(migrations.load(package))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_refuses_to_be_opened_by_an_earlier_version(file: Path, package: str) -> None:
    with closing(migrations.open_file(file, package)) as connection:
        connection.pragma("user_version", 9999)
    with pytest.raises(NewerFile, match=r"some\.db"):
        migrations.open_file(file, package)


def test_a_file_without_a_version_gets_the_tables_that_it_lacks(file: Path) -> None:
    """Until files of rejected requests had a version, each part of the program created its own table in them."""
    with older(file, REFUSED, 1) as connection:
        connection.execute(
            "DROP TABLE key_use; DROP TABLE health_samples; INSERT INTO counted VALUES (1, 60, 0, 'd', 7)"
        )
        connection.pragma("user_version", 0)
    with closing(migrations.open_file(file, REFUSED)) as connection:
        assert connection.execute("SELECT count FROM counted").get == 7
        assert connection.execute("SELECT count(*) FROM key_use, health_samples").get == 0
