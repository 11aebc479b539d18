"""The wheel works in a new environment, away from the source tree."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from tests.environment import uncounted_environment
from tests.house.repository import ROOT


def test_a_server_installed_from_the_wheel_starts_and_gives_an_event_back(tmp_path: Path) -> None:
    """The requirements come from this environment, Passerby from the wheel alone."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "venv", symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run([*pip, "install", "--no-index", "--no-deps", str(wheel)], check=True, capture_output=True)
    (packages,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    # A path in such a file is imported from, but its own .pth files, such as the editable install's, are not read.
    (packages / "requirements.pth").write_text(sysconfig.get_path("purelib") + "\n")
    smoke = [str(python), str(ROOT / "tools" / "smoke.py")]
    done = subprocess.run(smoke, cwd=tmp_path, env=uncounted_environment(), check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(wheel.name.split("-")[1])
