"""The built package has its licence metadata and all its files."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from tests.house.repository import ROOT, SOURCE, files


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    wanted = {str(path.relative_to(SOURCE.parent)) for path in files() if path.is_relative_to(SOURCE)}
    with zipfile.ZipFile(wheel) as archive:
        assert wanted <= set(archive.namelist())


def test_the_wheel_holds_the_documentation_that_the_console_serves(wheel: Path) -> None:
    wanted = {f"passerby/{path.relative_to(ROOT)}" for path in files() if path.is_relative_to(ROOT / "docs")}
    with zipfile.ZipFile(wheel) as archive:
        assert wanted <= set(archive.namelist())


def test_the_wheel_holds_the_licence_and_the_notice(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        licences = {Path(name).name for name in archive.namelist() if "/licenses/" in name}
    assert licences == {"LICENSE", "NOTICE"}


def test_the_licence_is_apache_2() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert text.split()[:4] == ["Apache", "License", "Version", "2.0,"]
    assert "END OF TERMS AND CONDITIONS" in text
    assert metadata.metadata("passerby")["License-Expression"] == "Apache-2.0"


def test_the_command_is_installed() -> None:
    (command,) = metadata.entry_points(group="console_scripts", name="passerby")
    assert command.value == "passerby.cli:main"
