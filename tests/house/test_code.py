"""Limits of functions and files, and SQL only in SQL files."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

from tests.house.repository import ROOT, SOURCE, modules

from passerby.storage import sql

LONGEST_FUNCTION = 60
MEDIAN_FUNCTION = 10
LONGEST_FILE = 400
STATEMENT = re.compile(
    r"\s*(SELECT\b.*\bFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\b.*\bSET|DELETE\s+FROM|(CREATE|ALTER|DROP)\s+(TABLE|INDEX|VIEW))\b",
    re.DOTALL,
)


def functions() -> list[tuple[str, int]]:
    """Every function of the package: where it is, and its length in lines without decorators and docstring."""
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", length(node))
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    last = node.end_lineno or node.lineno
    doc = node.body[0] if ast.get_docstring(node, clean=False) is not None else None
    return last - node.lineno + 1 - ((doc.end_lineno or doc.lineno) - doc.lineno + 1 if doc else 0)


def test_no_function_is_long() -> None:
    assert not [(name, lines) for name, lines in functions() if lines > LONGEST_FUNCTION]


def test_half_of_the_functions_are_short() -> None:
    assert statistics.median(lines for _, lines in functions()) < MEDIAN_FUNCTION


def test_no_file_of_the_package_is_long() -> None:
    sources = [*modules(), *SOURCE.rglob("*.sql")]
    assert not [path for path in sources if len(path.read_text().splitlines()) >= LONGEST_FILE]


def test_no_module_is_named_for_not_knowing_what_it_holds() -> None:
    assert not [path for path in modules() if path.stem in {"utils", "util", "helpers", "misc", "common"}]


def test_sql_is_in_sql_files() -> None:
    strings = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.match(node.value)
    ]
    assert not strings


def test_every_statement_has_a_line_on_its_purpose() -> None:
    headings = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in SOURCE.rglob("*.sql")
        for name, below in re.findall(r"^-- name: (\w+)\n(.*)$", path.read_text(), re.MULTILINE)
        if not below.startswith("-- ")
    ]
    assert not headings


def test_every_statement_is_used() -> None:
    python = "\n".join(path.read_text() for path in modules())
    unused = [
        f"{path.relative_to(ROOT)}: {name}"
        for path, name in statements()
        if f'"{name}"' not in python and f'"{path.stem}.{name}"' not in python  # by a connector: with the file's name
    ]
    assert unused == []


def statements() -> list[tuple[Path, str]]:
    """Every named statement of the package, with the file that holds it. A schema or a migration is run as a whole."""
    named = [
        path
        for path in SOURCE.rglob("*.sql")
        if path.name != "schema.sql" and not path.parent.name.endswith("migrations")
    ]
    return [(path, name) for path in named for name in sql.parse(path.read_text(), where=str(path))]


def test_only_one_module_imports_the_event_stores_engine() -> None:
    """The engine's module does not start without the stand-in that this module provides."""
    importing = [
        str(path.relative_to(SOURCE))
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and "chdb" in [alias.name.partition(".")[0] for alias in node.names] + [str(getattr(node, "module", ""))]
    ]
    assert not importing, "take it from passerby.event_store.chdb.connections"
