"""Fixtures that run commands in this process and capture their output."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from passerby.accounts.bootstrap import FirstKeys
from passerby.cli import run
from passerby.runtime.bootstrap import init


class Done(NamedTuple):
    """Exit code and output of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.out)


Command = Callable[..., Done]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove Passerby settings from the environment that the tests run in."""
    for name in [name for name in os.environ if name.startswith("PASSERBY_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FirstKeys]:
    """An initialised data directory to copy. Made once, because hashing a password is slow."""
    folder = tmp_path_factory.mktemp("pristine") / "data"
    return folder, init(folder)


@pytest.fixture
def keys(data: Path, pristine: tuple[Path, FirstKeys]) -> FirstKeys:
    """Initialise the test's data directory and return its keys."""
    folder, keys = pristine
    shutil.copytree(folder, data)
    return keys


@pytest.fixture
def passerby(data: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command on the test's data directory: `passerby("keys", "list", "--json")`."""

    def call(*words: str) -> Done:
        code = run([*words, "--data", str(data)])
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return call
