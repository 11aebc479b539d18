"""The migration steps of every store can be loaded: two changes that take the same number are noticed at once."""

from __future__ import annotations

from tests.house.repository import SOURCE

from passerby import migrations


def test_the_steps_of_every_store_are_numbered_without_gaps() -> None:
    folders = [path for path in SOURCE.rglob("migrations") if path.is_dir()]
    packages = [".".join(folder.relative_to(SOURCE.parent).parts) for folder in folders]
    assert packages
    assert all(migrations.load(package) for package in packages)
