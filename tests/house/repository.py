"""The repository's root and its files, for the tests of rules about code and documents."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "passerby"

# What tools and servers leave behind, for a tree in which git cannot tell.
_LEFT_BEHIND = {"build", "data", "dist", "htmlcov", "mutants"}
_HIDDEN_BUT_OURS = {".ci", ".editorconfig", ".gitignore", ".npmrc", ".pre-commit-config.yaml"}


@cache
def files() -> tuple[Path, ...]:
    """Every file of the repository: those that git tracks or would, else those in the tree that no tool left behind."""
    listed = _known_to_git() if (ROOT / ".git").exists() and shutil.which("git") else _in_the_tree()
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
    return [path for path in ROOT.rglob("*") if _is_ours(path.relative_to(ROOT).parts)]


def _is_ours(parts: tuple[str, ...]) -> bool:
    hidden = any(part.startswith(".") and part not in _HIDDEN_BUT_OURS for part in parts)
    results = parts[:2] == ("benchmarks", "results")
    return not (hidden or results or parts[0] in _LEFT_BEHIND or {"__pycache__", "node_modules"} & {*parts})
