"""The reference of standard events is up to date."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from passerby.dialects import registry
from passerby.dialects.commerce import VOCABULARIES
from passerby.dialects.reference import MEANINGS, reference

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "semantics.md"


def test_the_page_in_docs_is_the_one_that_the_code_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "make docs"


def test_every_name_of_every_dialect_is_on_it() -> None:
    assert all(f"### {registry.NAMED[name].title}\n" in reference() for name in VOCABULARIES)
    for words in VOCABULARIES.values():
        assert words.events.keys() <= MEANINGS.keys()
        assert all(f"`{name}`" in reference() for names in words.events.values() for name in names)


def test_it_is_printed_on_request() -> None:
    command = [sys.executable, "-m", "passerby.dialects.reference"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == reference()
