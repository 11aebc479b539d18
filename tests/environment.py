"""Environments for processes that tests start."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path


def uncounted_environment(**changes: str) -> dict[str, str]:
    """Return this process's environment without coverage's variables, with `changes` applied.

    For processes that run a copy of the package: coverage would count it as a second package of which few lines ran.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("COV")} | changes


def tool(name: str) -> Path:
    """Return the path of a tool of the environment of this Python, which need not be on the PATH."""
    return Path(sysconfig.get_path("scripts")) / name
