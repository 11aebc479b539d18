"""CONTRIBUTING names variables, targets, folders and tests that exist."""

from __future__ import annotations

import re

import pytest
from tests.house.repository import ROOT, SOURCE, texts

PAGE = (ROOT / "CONTRIBUTING.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


def test_every_variable_is_read_by_the_tests_or_the_makefile() -> None:
    named = set(re.findall(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b", PAGE)) | set(re.findall(r"\b([A-Z]+)=", PAGE))
    code = [text for path, text in texts() if path.endswith(".py") and path.startswith(("src/", "tests/"))]
    read = {name for name in named if any(f'"{name}"' in text for text in code)}
    set_in_make = set(re.findall(r"^([A-Z_]+) \??=", MAKEFILE, re.MULTILINE)) | set(
        re.findall(r"\$\(([A-Z_]+)\)", MAKEFILE)
    )
    assert named
    assert named <= read | set_in_make


def test_the_requirements_of_ci_are_documented() -> None:
    required = set(re.findall(r"export ([A-Z_]+_REQUIRED)=", (ROOT / ".ci" / "run").read_text()))
    assert required
    assert required <= set(re.findall(r"`([A-Z_]+)`", PAGE))


def rows(heading: str) -> list[list[str]]:
    """The rows of the table below a heading, without its head."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [line.strip("| ").split(" | ") for line in lines[1:]]


@pytest.mark.parametrize("row", rows("How to add …"), ids=lambda row: row[0].replace(" ", "_"))
def test_every_path_in_how_to_add_exists(row: list[str]) -> None:
    """Paths are of the repository, the package or a module; what follows a placeholder (`NAME`) need not exist."""
    named = re.findall(r"`((?:\w+/)+[\w.]*|\w+\.py)`", " ".join(row[1:]))
    for path in named:
        existing = re.split(r"N(?:AME|NNN)", path)[0]
        assert any((folder / existing).exists() for folder in (ROOT, SOURCE, *SOURCE.iterdir())), path
    assert re.search(r"`tests/", row[2]) or "reference pages" in row[2]


def test_every_row_of_how_to_add_was_read() -> None:
    assert len(rows("How to add …")) >= 11


def test_every_module_is_in_the_table_of_modules() -> None:
    named = {name for row in rows("Modules") for name in re.findall(r"`(\w+)`", row[0])}
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    assert named == packages


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)\b", PAGE)) <= targets
