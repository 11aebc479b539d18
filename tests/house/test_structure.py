"""The structure script counts correctly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.house.repository import ROOT

FILES = {
    "__init__.py": "",
    "a/__init__.py": "from shop.b import two\n",
    "a/store.py": "import apsw\n\n# Why this is so.\nx = 1  # noqa: E501 - a pragma\n",
    "b/__init__.py": """from shop import a, sql


def two():
    return _once() + _twice() + _twice()


def _once():
    return 1


def _twice():
    return 2
""",
    "sql.py": "y = 2\n",
}


def measured(*sources: Path) -> str:
    command = [sys.executable, str(ROOT / "tools" / "structure.py"), *map(str, sources)]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_a_package_is_measured(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / "shop" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "shop" / name).write_text(text)
    printed = measured(tmp_path / "shop", tmp_path / "shop")
    figures = {line[:44].strip(): line[44:].split()[0] for line in printed.splitlines() if line[44:].strip()}
    assert figures["files"] == "5"
    assert figures["functions"] == "3"
    assert figures["lines of a function, median"] == "2"
    assert figures["private helpers called once, % of functions"] == "33.3"
    assert figures["comments per 1,000 lines"] == "52.6"
    assert figures["of these in import loops"] == "2"
    assert printed.count("import loops: a b") == 2
    assert "packages that import an engine: a\n" in printed
