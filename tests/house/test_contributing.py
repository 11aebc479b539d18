"""CONTRIBUTING names variables and targets that exist."""

from __future__ import annotations

import re

from tests.house.repository import ROOT, texts

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


def test_what_ci_requires_is_told() -> None:
    required = set(re.findall(r"export ([A-Z_]+_REQUIRED)=", (ROOT / ".ci" / "run").read_text()))
    assert required
    assert required <= set(re.findall(r"`([A-Z_]+)`", PAGE))


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)\b", PAGE)) <= targets
