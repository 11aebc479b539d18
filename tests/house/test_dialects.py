"""Vendors are named in their dialects, in kinds of destinations and in the registry.

Elsewhere only what is about a vendor has its name.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.house.repository import SOURCE

from passerby.dialects import registry

DIALECTS = SOURCE / "dialects"
TEXTS = {".html", ".js", ".sql", ".css"}

ABOUT_A_VENDOR = {
    "api/openapi/examples/events.py": "examples of answers have a dialect in them",
    "api/openapi/examples/live.py": "as above",
    "api/openapi/examples/profiles.py": "as above",
    "api/openapi/examples/projects.py": "as above",
    "api/openapi/examples/stats.py": "as above",
    "cli/projects.py": "two settings of a project concern one vendor's calls each",
    "console/presenters/catalogue.py": "the rules of the catalogue are WebEngage's",
    "console/templates/catalogue-edit.html": "as above",
    "console/templates/project.html": "two settings of a project concern one vendor's calls each",
    "destinations/conditions.py": "segments are of users there",
    "destinations/envelope.py": "as above",
    "destinations/records.py": "as above",
    "dialects/registry.py": "the list of dialects",
    "sdk/js/mobile.js": "it has the calls of Antsomi's SDK, and says so to those who read it",
    "sdk/js/mobile_vendor.js": "as above",
    "sdk/js/web_event.js": "as above",
    "settings.py": "the setting of a deduplication window says whose messages need it",
}
"""Files that may name a vendor, and why. A file without a name any more has to leave the list."""


def names() -> re.Pattern[str]:
    """The dialects' names in any case, within identifiers too; `segments` and the like are other words."""
    return re.compile(rf"(?<![a-z])({'|'.join(registry.NAMED)})(?![a-rt-z]|s\b)", re.IGNORECASE)


def said(path: Path) -> str:
    """What a file says to a program or a user. Docstrings and comments may tell of a vendor's documentation."""
    if path.suffix != ".py":
        return path.read_text()
    tree = ast.parse(path.read_text())
    documentation = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    words: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            words.append(node.value)
        elif isinstance(node, ast.Name | ast.Attribute):
            words.append(node.id if isinstance(node, ast.Name) else node.attr)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.alias):
            words.append(node.name)
        elif isinstance(node, ast.ImportFrom):
            words.append(node.module or "")
    return "\n".join(words)


def test_vendors_are_named_where_their_dialects_are() -> None:
    destinations = SOURCE / "destinations"
    own = [*(DIALECTS / folder for folder in registry.FOLDERS), destinations / "kinds", destinations / "registry.py"]
    files = [
        path
        for path in SOURCE.rglob("*")
        if path.suffix in TEXTS | {".py"} and not any(path.is_relative_to(folder) for folder in own)
    ]
    assert len(files) > 300
    naming = {str(path.relative_to(SOURCE)) for path in files if names().search(said(path))}
    assert naming - ABOUT_A_VENDOR.keys() == set(), "take it from passerby.dialects.registry"
    assert ABOUT_A_VENDOR.keys() - naming == set()


def test_every_folder_with_a_record_is_registered() -> None:
    folders = {path.parent.name for path in DIALECTS.glob("*/__init__.py") if "DIALECT" in path.read_text()}
    assert folders == set(registry.FOLDERS)


def test_dialects_import_nothing_of_each_other() -> None:
    foreign = [
        f"{path.relative_to(SOURCE)}: {other}"
        for folder in registry.FOLDERS
        for path in (DIALECTS / folder).rglob("*.py")
        for other in registry.FOLDERS
        if other != folder and f"passerby.dialects.{other}" in path.read_text()
    ]
    assert not foreign
