"""The migration guides are correct: their paths are served, their addresses lead there, their versions are tested."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import pytest
from tests.house.repository import ROOT

from passerby.dialects.common.answers import no_such_call
from passerby.edge.shared import match

FOLDER: Final = ROOT / "docs" / "how-to" / "migrate"
PAGES: Final = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
PLANNED: Final = "not served yet"
"""What the page of an API says that is yet to come."""
CLIENTS: Final = ROOT / "tests" / "clients"

_ROW: Final = re.compile(
    r"^\| (?P<option>[^|]+) \| `(?P<value>[^`|]+)` \| (?P<calls>`[A-Z]+ /[^|]+`) \|$", re.MULTILINE
)
_CALL: Final = re.compile(r"`([A-Z]+) (/[^`\s]*)`")
_CODE: Final = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ADDRESS: Final = re.compile(r"cdp\.example\.com(/[\w./-]*)?")
_VERSION: Final = re.compile(r"`(@?[a-z][\w./-]*) (\d+\.\d+\.\d+)`")


class Row(NamedTuple):
    """A row of a page's table: what an option is set to, and what the client then calls."""

    value: str
    calls: list[tuple[str, str]]


def rows(page: Path) -> list[Row]:
    return [Row(row["value"], _CALL.findall(row["calls"])) for row in _ROW.finditer(page.read_text())]


def served(path: str) -> frozenset[str]:
    """The methods of the call with this path, which may hold placeholders; none where there is no such call."""
    call = match(re.sub(r"\{\w+\}", "k", path))
    return frozenset() if call is None or call.handle is no_such_call else call.methods


def path_of(value: str) -> str:
    """The path in the value of an option, which may lack a scheme."""
    return urlsplit(value if "://" in value else f"https://{value}").path.rstrip("/")


def addresses(page: Path) -> Iterator[str]:
    """The paths of every address of ours in the code of a page. Words in capitals are for the reader to fill in."""
    for block in _CODE.findall(page.read_text()):
        for path in _ADDRESS.findall(block):
            yield re.sub(r"\b[A-Z][A-Z_]+\b", "k", path).rstrip("/")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_path_is_served_and_begins_with_the_address_that_is_configured(page: Path) -> None:
    found = rows(page)
    assert found
    if PLANNED in page.read_text() and not any(served(path) for row in found for _, path in row.calls):
        return
    for value, calls in found:
        assert calls
        for method, path in calls:
            assert method in served(path), (method, path)
            assert path.startswith(path_of(value)), (value, path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_address_in_the_code_leads_to_a_call(page: Path) -> None:
    paths = [re.sub(r"\{\w+\}", "k", path) for row in rows(page) for _, path in row.calls]
    assert list(addresses(page))
    lost = [address for address in addresses(page) if not any(path.startswith(address) for path in paths)]
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_migration_guide_says_how_it_was_tested_and_what_changes(page: Path) -> None:
    text = page.read_text()
    assert "**Tests:**" in text
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["Change", "Calls", "Kept", "Different"]


def test_the_documented_versions_are_those_that_the_tests_run() -> None:
    node = json.loads((CLIENTS / "package.json").read_text())["dependencies"]
    python = dict(line.split("==") for line in (CLIENTS / "requirements.txt").read_text().split())
    documented = {name: version for page in PAGES for name, version in _VERSION.findall(page.read_text())}
    assert documented
    assert documented.items() <= (node | python).items()
    aliases = {name for name, version in node.items() if version.startswith("npm:")}
    assert (node | python).keys() - aliases == documented.keys()


def test_the_index_lists_every_page_once() -> None:
    listed = re.findall(r"\]\(([\w-]+\.md)\)", (FOLDER / "README.md").read_text())
    assert sorted(listed) == [page.name for page in PAGES]
