"""Named SQL files are read as documented, and rejected when malformed."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.storage.sql import SqlFileError, load, parse

NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,20}", fullmatch=True)
STATEMENTS = st.from_regex(r"SELECT [a-z0-9, ]{1,30}(\n  FROM [a-z]{1,9}(\n  -- why so)?)?", fullmatch=True).map(
    str.strip
)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "package_with_queries"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield folder
    sys.modules.pop(folder.name, None)


def test_statements_of_a_packages_file_are_returned_by_name(package: Path) -> None:
    (package / "queries.sql").write_text(
        "-- Queries of a test.\n\n-- name: one\n-- The first.\n\nSELECT 1;\n\n-- name: two\nSELECT 2,\n  -- kept\n  3\n"
    )
    assert load(package.name, "queries.sql") == {"one": "SELECT 1;", "two": "SELECT 2,\n  -- kept\n  3"}


def test_a_file_that_is_not_there_is_an_error(package: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(package.name, "queries.sql")


def test_an_error_names_the_file(package: Path) -> None:
    (package / "broken.sql").write_text("SELECT 1")
    with pytest.raises(SqlFileError, match=r"package_with_queries/broken\.sql: there is a statement above"):
        load(package.name, "broken.sql")


def test_a_file_of_comments_holds_no_statements() -> None:
    assert parse("-- Nothing here yet.\n", where="x") == {}


@pytest.mark.parametrize("name", ["", "two words", "1st", "semi;"])
def test_a_name_that_is_no_identifier_is_refused(name: str) -> None:
    with pytest.raises(SqlFileError, match="cannot be a statement's name"):
        parse(f"-- name: {name}\nSELECT 1", where="x")


def test_a_name_used_twice_is_refused() -> None:
    with pytest.raises(SqlFileError, match="two statements are called 'a'"):
        parse("-- name: a\nSELECT 1\n-- name: a\nSELECT 2", where="x")


@pytest.mark.parametrize("body", ["", "\n-- only its purpose\n"])
def test_a_heading_without_a_statement_is_refused(body: str) -> None:
    with pytest.raises(SqlFileError, match="there is no statement under 'a'"):
        parse(f"-- name: a{body}", where="x")


@given(st.dictionaries(NAMES, STATEMENTS))
def test_any_named_statement_is_read_back(statements: dict[str, str]) -> None:
    text = "\n".join(f"-- name: {name}\n-- Its purpose.\n{body}\n" for name, body in statements.items())
    assert parse(text, where="x") == statements
