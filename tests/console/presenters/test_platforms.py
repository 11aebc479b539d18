"""Sources by platform: each shows what to paste, with the newest keys, and leads to its guide and to its keys."""

from __future__ import annotations

import ast
import subprocess
from html import unescape
from pathlib import Path

import pytest
from tests.console.console_server import ADMIN, VIEWER, ConsoleServer
from tests.console.presenters.test_sources import key as listed_key
from tests.sdk.tools import program

from passerby.console.documentation import pages
from passerby.console.presenters.sources import PLATFORMS, kinds_of, platform_snippets
from passerby.dialects import registry
from passerby.dialects.segment.libraries import LIBRARIES
from passerby.services.keys import ListedKey

URL = "https://cdp.example.com"
TEMPLATES = {library.title: library for library in LIBRARIES}
KEYS = {kind: "/12345678" for dialect in registry.NAMED for kind in kinds_of(dialect) if kind != "webengage.api_key"}


def configured(name: str, url: str, key: str) -> str:
    return TEMPLATES[name].make(url, {"segment.write_key": key})


def keys_of(dialect: str) -> list[ListedKey]:
    return [listed_key(number, kind, KEYS[kind]) for number, kind in enumerate(kinds_of(dialect)) if kind in KEYS]


def test_every_platform_has_all_its_snippets_a_guide_and_a_protocol() -> None:
    for platform in PLATFORMS.values():
        made = platform_snippets(platform, keys_of(platform.dialect), URL)
        assert tuple(snippet.language for snippet in made) == platform.languages, platform.name
        assert all("cdp.example.com" in snippet.text for snippet in made)
        assert platform_snippets(platform, [], URL) == []
        guide, _, heading = platform.guide.partition("#")
        assert f'id="{heading}"' in pages()[guide].html or not heading


def test_the_sdks_and_the_libraries_are_each_on_a_platform() -> None:
    shown = {language for platform in PLATFORMS.values() for language in platform.languages}
    assert {snippet.title for snippet in (*LIBRARIES, *registry.COMMANDS.values())} <= shown


def test_the_mobile_libraries_are_given_a_host_without_scheme() -> None:
    for name in ("iOS (Swift)", "Android (Kotlin)"):
        text = configured(name, f"{URL}/events", "key")
        assert text.count('"cdp.example.com/events/v1"') == 2
        assert "https" not in text


def test_what_is_pasted_is_of_its_language(tmp_path: Path) -> None:
    ast.parse(configured("Python", URL, 'a"\\key'))
    for name in ("Browser", "Node"):
        (tmp_path / "main.mjs").write_text(configured(name, URL, 'a"\\key'))
        subprocess.run([program("node"), "--check", "main.mjs"], cwd=tmp_path, check=True, capture_output=True)


def test_platforms_come_first_and_vendors_after_them(console: ConsoleServer) -> None:
    with console.client(VIEWER) as client:
        text = client.get("/p/default/sources").text
    places = [text.index(f">{title}</a>") for title in (platform.title for platform in PLATFORMS.values())]
    assert places == sorted(places)
    assert places[-1] < text.index("By vendor") < min(text.index(f">{about.title}</a>") for about in registry.ALL)


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_platform_s_page_shows_its_snippet_for_the_address_that_is_given(console: ConsoleServer, name: str) -> None:
    with console.client(ADMIN) as client:
        address = f"/p/default/sources/platforms/{name}"
        for language in PLATFORMS[name].languages:
            page = client.get(address, params={"language": language, "address": f"{URL}/"})
            as_json = client.get(f"{address}.json", params={"language": language, "address": f"{URL}/"}).json()
            text = next(snippet["text"] for snippet in as_json["snippets"] if snippet["language"] == language)
            assert (as_json["address"], as_json["language"]) == (URL, language)
            assert text in unescape(page.text)
            assert f"/p/default/sources/{PLATFORMS[name].dialect}" in page.text
            assert f"/docs/{PLATFORMS[name].guide}" in page.text


def test_a_platform_without_keys_shows_it_and_an_unknown_one_is_404(console: ConsoleServer) -> None:
    console.new_project("keyless-platform")
    for key in console.passerby("keys", "list", "--project", "keyless-platform"):
        if key["kind"] == "segment.write_key":
            console.passerby("keys", "revoke", str(key["id"]), "--project", "keyless-platform")
    with console.client(ADMIN) as client:
        console.until(lambda: "No active keys" in client.get("/p/keyless-platform/sources/platforms/server").text)
        assert client.get("/p/default/sources/platforms/nothing").status_code == 404
