"""Configuration of the tools: every exception has a reason, and the import contracts cover every module."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from tests.environment import tool
from tests.house.repository import ROOT, SOURCE, texts

PYPROJECT = (ROOT / "pyproject.toml").read_text()
CONTRACTS = tomllib.loads(PYPROJECT)["tool"]["importlinter"]["contracts"]
PURE = CONTRACTS[0]
PURE_ROOMS = {"catalogue", "commerce", "destinations", "dialects", "identity", "presenters", "profiles"}
FORBIDDEN_TO_ALL = {"cli"}


def test_every_linter_exception_has_a_reason() -> None:
    lint = PYPROJECT[PYPROJECT.index("[tool.ruff.lint]") : PYPROJECT.index("[tool.mypy]")]
    exceptions = re.findall(r'^ +"[A-Z]+[0-9]*",.*$', lint, re.MULTILINE)
    assert exceptions
    assert not [line for line in exceptions if not re.search(r" # \S+ \S+", line)]


def test_every_exception_within_the_code_names_its_rule_and_its_reason() -> None:
    noqa = "no" + "qa"
    wanted = re.compile(rf"# {noqa}: [A-Z0-9, ]+ (-|—) \S")
    remarks = [
        f"{path}: {line.strip()}"
        for path, text in texts()
        for line in text.splitlines()
        if path.endswith(".py") and f"# {noqa}" in line and not wanted.search(line)
    ]
    assert not remarks


def test_every_type_ignore_has_a_reason() -> None:
    remark = "# type: " + "ignore"
    wanted = re.compile(re.escape(remark) + r"\[[a-z, -]+\]  # \w")
    remarks = [
        f"{path}: {line.strip()}"
        for path, text in texts()
        for line in text.splitlines()
        if path.startswith("src/") and remark in line and not wanted.search(line)
    ]
    assert not remarks


def test_the_rooms_of_rules_are_the_ones_held_to_purity() -> None:
    assert set(PURE["source_modules"]) == {f"passerby.{room}" for room in PURE_ROOMS}


def test_every_other_room_is_forbidden_to_the_rooms_of_rules() -> None:
    rooms = {path.parent.name for path in SOURCE.glob("*/__init__.py")} - PURE_ROOMS - FORBIDDEN_TO_ALL
    assert {f"passerby.{room}" for room in rooms} <= set(PURE["forbidden_modules"])


def test_every_engine_is_forbidden_to_the_rooms_of_rules() -> None:
    pure_themselves = {
        "cryptography",
        "humanize",
        "jmespath",
        "msgspec",
        "phonenumberslite",
        "tzdata",
        "ua-parser",
        "uuid-utils",
    }
    imported_as = {
        "chdb-core": "chdb",
        "chdb-core-lite": "chdb",
        "argon2-cffi": "argon2",
        "markdown-it-py": "markdown_it",
    }
    declared = {re.split(r"[^\w-]", line)[0] for line in tomllib.loads(PYPROJECT)["project"]["dependencies"]}
    engines = {imported_as.get(name, name.replace("-", "_")) for name in declared - pure_themselves}
    assert engines <= set(PURE["forbidden_modules"])


def test_the_help_of_make_lists_every_target() -> None:
    targets = re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    listed = re.findall(r"^  make ([a-z-]+) +\S", run("make", "--no-print-directory", "help"), re.MULTILINE)
    assert listed == targets


def test_make_alone_shows_the_help() -> None:
    assert run("make", "--no-print-directory") == run("make", "--no-print-directory", "help")


def test_the_checks_of_a_change_are_a_script_that_can_run() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    run("bash", "-n", str(script))


@pytest.mark.parametrize("setting", ["pragma", "exclude_also"])
def test_coverage_excludes_no_lines(setting: str) -> None:
    report = tomllib.loads(PYPROJECT)["tool"]["coverage"]["report"]
    assert not report["exclude_lines"]
    assert setting not in report


def run(*command: str) -> str:
    """What the command prints, run at the root as from a person's shell and not from within make."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


def test_every_hook_before_a_commit_is_a_tool_of_the_environment() -> None:
    """No hook fetches anything from another repository."""
    (source,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert source["repo"] == "local"
    entries = [hook["entry"].split() for hook in source["hooks"]]
    tools = {Path(entry[0]).name for entry in entries}
    assert all(entry[0].startswith(".venv/bin/") for entry in entries)
    assert all(tool(name).exists() for name in tools)
    assert {hook["language"] for hook in source["hooks"]} == {"system"}
