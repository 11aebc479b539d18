"""The word check finds quaint phrases in text, ignores names in code, and reads commit subjects."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from tests.house.repository import ROOT

QUAINT = "-- A row that some" + "body has " + "by " + "now.\n"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("words", ROOT / "tools/words.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["words"] = module
    spec.loader.exec_module(module)
    return module


words = loaded()
PHRASES = words.Phrases({"by " + "now": "already", "(some|no)body": "name the subject"})


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the tool and one file."""
    (tmp_path / "tools").mkdir()
    for name in ("words.py", "words.toml"):
        shutil.copy(ROOT / "tools" / name, tmp_path / "tools")
    (tmp_path / "query.sql").write_text("SELECT 1\n")
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, "tools: check the words")
    return tmp_path


def git(repository: Path, *arguments: str) -> None:
    program = shutil.which("git")
    assert program
    subprocess.run([program, *arguments], cwd=repository, check=True, capture_output=True)


def commit(repository: Path, subject: str) -> None:
    git(repository, "add", "--all")
    author = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    git(repository, *author, "commit", "--quiet", "--allow-empty", "--message", subject)


def check(repository: Path, *flags: str) -> tuple[int, str]:
    command = [sys.executable, "tools/words.py", *flags]
    done = subprocess.run(command, cwd=repository, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_a_clean_repository_passes(repository: Path) -> None:
    assert check(repository) == (0, "")


def test_a_phrase_is_found_with_its_place_and_what_to_write(repository: Path) -> None:
    (repository / "query.sql").write_text("SELECT 1\n" + QUAINT)
    code, printed = check(repository)
    assert code == 1
    assert "query.sql:2: “some" in printed
    assert "already" in printed
    assert "2 phrases" in printed


def test_a_name_in_code_is_no_text(repository: Path) -> None:
    name = "no" + "body"
    (repository / "code.py").write_text(f"def f({name}: int) -> int:\n    return {name}\n")
    assert check(repository) == (0, "")
    (repository / "code.py").write_text(f"def f(x: int) -> int:\n    return x  # for {name}\n")
    assert check(repository)[0] == 1


def test_the_subjects_of_the_change_are_checked(repository: Path) -> None:
    commit(repository, "Delete some rows.")
    code, printed = check(repository)
    assert code == 1
    assert "area: imperative" in printed


def test_only_commits_that_the_upstream_branch_lacks_are_checked(repository: Path) -> None:
    commit(repository, "Old subject.")
    git(repository, "checkout", "--quiet", "-b", "change", "--track")
    commit(repository, "query: select two")
    assert check(repository) == (0, "")


@pytest.mark.parametrize(
    "subject",
    [
        "worker: drop messages with a repeated deduplication key",
        "api, console: process v1.2 of a page",
        "log: need less",
    ],
)
def test_subjects_that_are_right(subject: str) -> None:
    assert not list(words.faults(subject, PHRASES))


@pytest.mark.parametrize(
    "subject",
    [
        "Worker: drop messages",
        "drop messages",
        "worker: Drop messages",
        "worker: dropped messages",
        "worker: dropping messages",
        "worker: drops messages",
        "worker: drop messages.",
        "worker: drop what is there by " + "now",
        "worker: drop " + "x" * 60,
    ],
)
def test_subjects_that_are_wrong(subject: str) -> None:
    assert list(words.faults(subject, PHRASES))


def test_the_message_of_a_commit_can_be_checked_before_it_is_made(repository: Path) -> None:
    commit(repository, "Old subject.")
    assert check(repository, "--files")[0] == 0
    message = repository / "message"
    message.write_text("query: select two\n\nBecause one is not enough.\n")
    assert check(repository, "--message", str(message)) == (0, "")
    message.write_text("Select two\n")
    assert check(repository, "--message", str(message))[0] == 1
