"""Running commands in this process, as a person would."""

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
from passerby.runtime.founding import init


class Done(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.out)


Command = Callable[..., Done]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the person who runs the tests are not the tests' settings."""
    for name in [name for name in os.environ if name.startswith("PASSERBY_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FirstKeys]:
    """A data folder that was initialised once for all tests here, to copy: hashing a password takes its time."""
    folder = tmp_path_factory.mktemp("pristine") / "data"
    return folder, init(folder)


@pytest.fixture
def keys(data: Path, pristine: tuple[Path, FirstKeys]) -> FirstKeys:
    """The keys of the test's own data folder, which is initialised with that."""
    folder, keys = pristine
    shutil.copytree(folder, data)
    return keys


@pytest.fixture
def passerby(data: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command on the test's data folder: `passerby("keys", "list", "--json")`."""

    def call(*words: str) -> Done:
        code = run([*words, "--data", str(data)])
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return call
