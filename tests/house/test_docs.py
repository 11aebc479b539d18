"""Links in the documentation work, and every decision is listed."""

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


def test_the_index_of_the_documentation_links_every_page() -> None:
    """Guides for a vendor, and decisions, are listed by an index of their own."""
    docs = ROOT / "docs"
    linked = set(re.findall(r"\]\(([^)#]+\.md)\)", (docs / "README.md").read_text()))
    pages = {str(path.relative_to(docs)) for path in files() if path.suffix == ".md" and docs in path.parents}
    indexed = pages - {"README.md"}
    own = tuple(page.removesuffix("README.md") for page in indexed if page.endswith("/README.md"))
    assert {page for page in indexed if not page.startswith(own) or page.endswith("/README.md")} <= linked


def test_titles_of_decisions_have_their_number_and_are_those_of_the_list() -> None:
    listed = dict(re.findall(r"^- \[(.+)\]\((0\d{3}\S+\.md)\)$", (DECISIONS / "README.md").read_text(), re.MULTILINE))
    titles = {path.name: path.read_text().partition("\n")[0] for path in files() if re.match(r"\d{4}-", path.name)}
    assert {name: f"# {title}" for title, name in listed.items()} == titles
    assert all(title.startswith(f"# {int(name[:4])}. ") for name, title in titles.items())


def test_every_decision_is_listed_in_the_order_of_its_number() -> None:
    pages = sorted(path.name for path in files() if path.parent == DECISIONS and path.name != "README.md")
    assert re.findall(r"\]\(([^)]+\.md)\)", (DECISIONS / "README.md").read_text()) == pages


def test_no_two_decisions_have_one_number() -> None:
    numbers = [path.name[:4] for path in files() if path.parent == DECISIONS and path.name != "README.md"]
    assert all(number.isdigit() for number in numbers)
    assert len(numbers) == len(set(numbers))


def test_every_decision_says_when_to_reconsider_it() -> None:
    final = [
        path.name
        for path in files()
        if path.parent == DECISIONS
        and not any(words in path.read_text().lower() for words in ("when to reconsider", "what would change our mind"))
    ]
    assert not final


def test_the_changelog_has_each_group_and_each_entry_of_a_version_once() -> None:
    for version in (ROOT / "CHANGELOG.md").read_text().split("\n## ")[1:]:
        groups = re.findall(r"^### (.+)$", version, re.MULTILINE)
        assert groups == [group for group in GROUPS if group in groups]
        entries = re.findall(r"^- .+(?:\n  .+)*", version, re.MULTILINE)
        assert len(entries) == len(set(entries))
