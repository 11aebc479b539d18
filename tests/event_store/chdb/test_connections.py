"""Queries and their parameters."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.event_store.chdb.connections import Engine
from passerby.event_store.chdb.store import ChdbEventStore
from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed


@pytest.fixture(scope="module")
def engine(opened: ChdbEventStore) -> Engine:
    return opened._engine  # noqa: SLF001 - behind its face


@given(text=st.text() | st.text("\\'\"\t\n\r\0\b{}?%;-/*`", max_size=10))
def test_any_text_parameter_is_passed_unchanged(engine: Engine, text: str) -> None:
    row = msgspec.json.decode(engine.query("SELECT {text:String} AS text", text=text))
    assert row == {"text": text}


@given(number=st.integers(-(1 << 63), (1 << 63) - 1))
def test_any_number_parameter_is_passed_unchanged(engine: Engine, number: int) -> None:
    row = msgspec.json.decode(engine.query("SELECT {number:Int64} AS number", number=number))
    assert int(row["number"]) == number


def test_what_cannot_be_made_sense_of_is_damage(engine: Engine) -> None:
    with pytest.raises(EventStoreBroken, match="CANNOT_PARSE_TEXT"):
        engine.query("SELECT toInt32('many')")


def test_what_may_pass_is_a_failure(engine: Engine) -> None:
    with pytest.raises(EventStoreFailed, match="MEMORY_LIMIT_EXCEEDED"):
        engine.query("SELECT groupArray(number) FROM numbers(1000000) SETTINGS max_memory_usage = 100000")


def test_an_insert_of_others_rows_that_goes_wrong_is_a_failure(engine: Engine) -> None:
    with pytest.raises(EventStoreFailed, match="UNKNOWN_TABLE"):
        engine.insert("INSERT INTO nowhere VALUES (1)")


def test_a_connection_answers_after_an_error(engine: Engine) -> None:
    for _ in range(20):
        with pytest.raises(EventStoreBroken):
            engine.query("SELECT nothing")
        assert engine.query("SELECT 1 AS one") == b'{"one":1}\n'


def test_only_opening_a_store_imports_the_engine() -> None:
    program = (
        "import sys; import passerby.event_store.chdb.opening as o, pathlib, tempfile; before = 'chdb' in sys.modules;"
        "o.open_event_store(pathlib.Path(tempfile.mkdtemp())); print(before, 'chdb' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_the_engine_does_without_pyarrow(tmp_path: Path) -> None:
    (tmp_path / "pyarrow.py").write_text("raise SystemExit('pyarrow was imported')")
    program = (
        "import sys; import passerby.event_store.chdb.opening as o, pathlib, tempfile;"
        "o.open_event_store(pathlib.Path(tempfile.mkdtemp())); print('pyarrow' in sys.modules)"
    )
    assert _printed(program, tmp_path) == ["False"]


def test_pyarrow_stays_where_another_library_has_imported_it(tmp_path: Path) -> None:
    (tmp_path / "pyarrow.py").write_text("")
    program = (
        "import sys; import pyarrow; import passerby.event_store.chdb.opening as o, pathlib, tempfile;"
        "o.open_event_store(pathlib.Path(tempfile.mkdtemp())); print(sys.modules['pyarrow'] is pyarrow)"
    )
    assert _printed(program, tmp_path) == ["True"]


def _printed(program: str, modules: Path) -> list[str]:
    """The words that a Python program prints, which finds the modules in this folder first."""
    path = os.pathsep.join([str(modules), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path})
    return done.stdout.split()
