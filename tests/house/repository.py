"""The repository as the house tests see it: its root, and the files that belong to it."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "passerby"
TESTS = ROOT / "tests"

# Left behind by tools and servers, in a tree that git does not tell them apart in.
_NOT_OURS = {"__pycache__", "data", "build", "dist", "htmlcov", "results"}


@cache
def files() -> tuple[Path, ...]:
    """Every file of the repository: those that git tracks or would, else those in the tree that no tool left behind."""
    listed = _known_to_git() if (ROOT / ".git").exists() else _in_the_tree()
    return tuple(sorted(path for path in listed if path.is_file()))


def texts() -> list[tuple[str, str]]:
    """Every text file of the repository: its path from the root, and what it says."""
    found = []
    for path in files():
        content = path.read_bytes()
        if b"\0" not in content:
            found.append((str(path.relative_to(ROOT)), content.decode()))
    return found


def modules() -> list[Path]:
    """Every Python file of the package."""
    return sorted(SOURCE.rglob("*.py"))


def _known_to_git() -> list[Path]:
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    printed = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in printed.split("\0") if name]


def _in_the_tree() -> list[Path]:
    hidden_ones_kept = {".ci", ".editorconfig", ".gitignore"}
    return [
        path
        for path in ROOT.rglob("*")
        if not any(
            part in _NOT_OURS or (part.startswith(".") and part not in hidden_ones_kept)
            for part in path.relative_to(ROOT).parts
        )
    ]
