"""Every SQLite file has migration steps that can be loaded, and nothing else makes tables.

Two changes that take the same number are noticed at once.
"""

from __future__ import annotations

import re

from tests.house.repository import SOURCE

from passerby.storage import migrations


def test_the_steps_of_every_store_are_numbered_without_gaps() -> None:
    folders = [path for path in SOURCE.rglob("*migrations") if path.is_dir()]
    packages = [".".join(folder.relative_to(SOURCE.parent).parts) for folder in folders]
    assert len(packages) >= 5
    assert all(migrations.load(package) for package in packages)


def test_only_a_step_creates_or_changes_tables() -> None:
    """Those of the event store's engine are no SQLite tables."""
    others = [
        path
        for path in [*SOURCE.rglob("*.sql"), *SOURCE.rglob("*.py")]
        if not path.parent.name.endswith("migrations") and SOURCE / "event_store" not in path.parents
    ]
    making = re.compile(r"^\s*(CREATE|ALTER|DROP)\s+(TABLE|INDEX|TRIGGER)|user_version\W", re.MULTILINE)
    found = [str(path.relative_to(SOURCE)) for path in others if making.search(path.read_text())]
    assert found == ["storage/migrations.py"]
