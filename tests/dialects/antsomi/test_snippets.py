"""Snippets are correct for all ids and addresses."""

from __future__ import annotations

import json
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from passerby.dialects.antsomi.samples import SNIPPETS
from passerby.dialects.antsomi.snippets import Source, react_native, tag_manager, web

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "sdk.md"
SOURCE = Source("https://cdp.example.com", "123", "456")


def test_a_page_loads_the_sdk_with_the_ids_of_the_project() -> None:
    text = web(SOURCE)
    assert 'window._portalId = "123";' in text
    assert 'window._propId = "456";' in text
    assert 'var url = "https://cdp.example.com/sdk/web_event.js";' in text


def test_a_tag_manager_gets_the_same_and_a_tag_with_its_own_variable() -> None:
    assert web(SOURCE) in tag_manager(SOURCE)
    assert "{ items: [{{product}}] }" in tag_manager(SOURCE)


def test_an_app_gets_a_module() -> None:
    text = react_native(SOURCE)
    assert "// Save https://cdp.example.com/sdk/mobile.js as passerby.js" in text
    assert 'url: "https://cdp.example.com",' in text
    assert 'portalId: "123",' in text


@given(portal=st.text(), prop=st.text())
def test_no_value_ends_the_script_or_changes_on_the_way(portal: str, prop: str) -> None:
    text = web(Source("https://cdp.example.com", portal, prop))
    assert text.count("<") == 2
    found = re.search(r"_portalId = (.*);\n  window._propId = (.*);\n", text)
    assert found is not None
    assert [json.loads(value) for value in found.groups()] == [portal, prop]


def test_the_documentation_shows_what_the_command_prints() -> None:
    page = PAGE.read_text()
    assert f"```html\n{web(SOURCE)}\n```" in page
    assert all(f"passerby snippet {each.command} --url https://cdp.example.com\n" in page for each in SNIPPETS)
