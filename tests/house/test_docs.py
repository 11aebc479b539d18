"""The documents can be followed: links lead somewhere, and every decision is listed."""

from __future__ import annotations

import re

from tests.house.repository import ROOT, files

DECISIONS = ROOT / "docs" / "decisions"
GROUPS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
"""Of changes, in the order of Keep a Changelog."""


def test_every_link_to_a_file_leads_to_one() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in files()
        if path.suffix == ".md"
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text())
        if not (path.parent / target).exists()
    ]
    assert not broken


def test_every_decision_is_listed_in_the_order_of_its_number() -> None:
    pages = sorted(path.name for path in files() if path.parent == DECISIONS and path.name != "README.md")
    assert re.findall(r"\]\(([^)]+\.md)\)", (DECISIONS / "README.md").read_text()) == pages


def test_no_two_decisions_have_one_number() -> None:
    numbers = [path.name[:4] for path in files() if path.parent == DECISIONS and path.name != "README.md"]
    assert all(number.isdigit() for number in numbers)
    assert len(numbers) == len(set(numbers))


def test_every_decision_says_what_would_change_it() -> None:
    final = [
        path.name
        for path in files()
        if path.parent == DECISIONS and "what would change our mind" not in path.read_text().lower()
    ]
    assert not final


def test_the_changelog_has_each_group_and_each_entry_of_a_version_once() -> None:
    for version in (ROOT / "CHANGELOG.md").read_text().split("\n## ")[1:]:
        groups = re.findall(r"^### (.+)$", version, re.MULTILINE)
        assert groups == [group for group in GROUPS if group in groups]
        entries = re.findall(r"^- .+(?:\n  .+)*", version, re.MULTILINE)
        assert len(entries) == len(set(entries))
