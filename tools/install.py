"""Installs lock files into a virtual environment, and says how far it is.

    PYTHON tools/install.py requirements.lock requirements-build.lock
    PYTHON tools/install.py --wheel dist requirements.lock

Run with the Python of the environment to install into. Standard library only: nothing is installed when it runs. The
pip that comes with Python is replaced first, by the version that `requirements-pip.lock` pins, because every release
of pip reads lock files a little differently. Then every package is installed at its locked version, by the hash of its
file. pip resolves nothing (`--no-deps`): a lock file lists all that is needed, and nothing else can enter. Last comes
this project itself, as an editable install, or from the wheel in a folder. The exit code is pip's; what pip printed is
shown when it failed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
PIP_LOCK = ROOT / "requirements-pip.lock"
LOCKED = ("--no-deps", "--require-hashes", "--only-binary", ":all:")
# Build isolation would fetch the build backend again, without hashes; the lock files hold it already.
EDITABLE = ("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
STEP = 10
"""Where nothing rewrites a line, as in the log of a build, one package in so many is named."""


def main(arguments: list[str]) -> int:
    """Install these lock files, paths relative to the project. Return the exit code."""
    began = time.monotonic()
    itself: tuple[str, ...] = EDITABLE
    locks = arguments
    if arguments[0] == "--wheel":
        wheels = sorted((ROOT / arguments[1]).glob("*.whl"))
        itself = ("--no-deps", "--no-index", "--force-reinstall", *map(str, wheels))
        locks = arguments[2:]
    requirements = [part for lock in locks for part in ("-r", str(ROOT / lock))]
    packages = sum(line.count("==") for lock in locks for line in entries(ROOT / lock))
    code = (
        pip("pip", 1, *LOCKED, "--upgrade", "-r", str(PIP_LOCK))
        or pip("packages", packages, *LOCKED, *requirements)
        or pip("Passerby", 1, *itself)
    )
    if code == 0:
        say(f"Installed in {time.monotonic() - began:.0f} s", last=True)
    return code


def entries(lock: Path) -> list[str]:
    """The lines of a lock file that name a package."""
    return [line for line in lock.read_text(encoding="utf-8").splitlines() if line[:1].isalnum()]


def pip(what: str, packages: int, *arguments: str) -> int:
    """Run `pip install` and show which of so many packages it is at. Return its exit code."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        "install",
        "--progress-bar",
        "off",
    ]
    printed: list[str] = []
    seen = 0
    say(f"Installing {what}")
    with subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe, as asked for
        for line in process.stdout:
            printed.append(line)
            words = line.split()
            if line.startswith(("Collecting ", "Requirement already satisfied: ")):
                seen += 1
                say(f"[{seen:3}/{packages}] {words[1] if words[0] == 'Collecting' else words[3]}", step=seen)
            elif line.startswith("Installing collected packages"):
                say(f"Unpacking {packages} packages" if packages > 1 else f"Unpacking {what}")
    if process.returncode:
        say("", last=True)
        sys.stderr.writelines(printed)
        sys.stderr.write(
            f"\nInstalling {what} failed; pip's own words are above. Once its cause is gone, run make again.\n"
        )
    return process.returncode


def say(text: str, *, step: int = 0, last: bool = False) -> None:
    """Print a line of progress; on a terminal it takes the place of the one before."""
    if sys.stdout.isatty():
        print(f"\r\x1b[2K{text}", end="\n" if last else "", flush=True)
    elif text and step % STEP == 0:
        print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
