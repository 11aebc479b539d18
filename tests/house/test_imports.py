"""The import rules hold, and each of them fails when it is violated."""

from __future__ import annotations

import ast
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from tests.environment import tool, uncounted_environment
from tests.house.repository import ROOT, SOURCE

CONTRACTS = [
    each["name"] for each in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
]

BREACHES = {
    "Rules are pure: no engine, no I/O": ("identity/resolver.py", "passerby.runtime.engines"),
    "The edge answers without the worker, the relay, the API and the console": (
        "edge/limits.py",
        "passerby.worker.loop",
    ),
    "Only the composition root imports the log's engines": ("worker/batch.py", "passerby.log.sqlite"),
    "Only the composition root imports the state's engines": ("cli/merges.py", "passerby.state.sqlite.reader"),
    "Only the composition root imports the event store's engines": ("cli/app.py", "passerby.event_store.chdb.store"),
    "Only the composition root imports the control plane's engines": (
        "cli/keys.py",
        "passerby.accounts.sqlite.projects",
    ),
    "Only the composition root imports the engines of destinations": (
        "delivery/relay.py",
        "passerby.deliveries.sqlite.store",
    ),
    "An engine's library is imported in its own folders alone": ("worker/batch.py", "apsw"),
    "Services and schemas know nothing of HTTP, pages and commands": ("services/readers.py", "passerby.api.app"),
    "JSON is made at the interfaces alone": ("services/profiles.py", "passerby.schemas.projects"),
    "Nothing but the composition root imports the API": ("console/app.py", "passerby.api.app"),
    "Nothing but the process that serves it imports the console": ("worker/batch.py", "passerby.console.app"),
    "Nothing but the command line imports the composition root": ("doctor/ports.py", "passerby.runtime.roles"),
    "Nothing imports the command line": ("api/app.py", "passerby.cli.app"),
}
"""For each contract, a module and an import that would break it."""


def lint(source: Path) -> tuple[int, str]:
    """The exit code and the output of the import linter on the package in this folder."""
    shutil.copy(ROOT / "pyproject.toml", source)
    environment = uncounted_environment(PYTHONPATH=str(source))
    command = [str(tool("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package's modules, to be broken."""
    source = tmp_path_factory.mktemp("source")
    modules = shutil.ignore_patterns("__pycache__", "*.js", "*.css", "*.html", "*.gz", "*.sql")
    shutil.copytree(SOURCE, source / "passerby", ignore=modules)
    return source


def test_the_import_rules_hold(copy: Path) -> None:
    code, output = lint(copy)
    assert code == 0, output


def test_every_import_rule_has_a_breach_to_be_tried_with() -> None:
    assert set(BREACHES) == set(CONTRACTS)


@pytest.mark.parametrize("contract", BREACHES)
def test_an_import_rule_fails_where_it_is_broken(copy: Path, contract: str) -> None:
    module, imported = BREACHES[contract]
    file = copy / "passerby" / module
    before = file.read_text()
    file.write_text(f"{before}\nimport {imported}\n")
    try:
        code, output = lint(copy)
    finally:
        file.write_text(before)
    assert code == 1
    assert f"{contract} BROKEN" in " ".join(output.split())


def test_no_room_imports_another_that_leads_back_to_it() -> None:
    loops = [module for module in IMPORTS if module in reachable(module)]
    assert not loops


def reachable(module: str) -> set[str]:
    """Every module that this one imports, directly or through others."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        new = IMPORTS.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _imports() -> dict[str, set[str]]:
    """What each module (folder or file right below the package) imports of the others, within functions too."""
    found: dict[str, set[str]] = {}
    for file in SOURCE.rglob("*.py"):
        module = file.relative_to(SOURCE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "passerby":
                modules = [node.module] if "." in node.module else [f"passerby.{each.name}" for each in node.names]
                found.setdefault(module, set()).update({each.split(".")[1] for each in modules} - {module})
    return found


IMPORTS = _imports()
