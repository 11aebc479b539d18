"""Which keys lead to a dialect, and what to paste."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from passerby.accounts.keys import KINDS
from passerby.console.pages.sources import address_of
from passerby.console.presenters.sources import kinds_of, newest, of_dialect, snippets
from passerby.dialects import registry
from passerby.services.keys import ListedKey

URL = "https://cdp.example"


def key(number: int, kind: str, value: str | None, revoked_at: int | None = None) -> ListedKey:
    return ListedKey(
        id=number,
        kind=kind,
        secret=value is None,
        value=value,
        label="",
        scopes=frozenset(),
        created_at=1_772_355_600_000,
        revoked_at=revoked_at,
        expires_at=None,
        last_used_at=None,
        calls_last_hour=0,
    )


def test_every_dialect_and_every_kind_of_key_is_shown() -> None:
    assert {kind for dialect in registry.NAMED for kind in kinds_of(dialect)} == set(KINDS) - {"api_token"}
    assert all(title for dialect in registry.NAMED for title in kinds_of(dialect).values())
    assert kinds_of("none") == {}


def test_keys_that_work_come_first_and_the_newest_of_them() -> None:
    keys = [
        key(1, "segment.write_key", "old"),
        key(2, "segment.write_key", "gone", revoked_at=1_772_442_000_000),
        key(3, "segment.write_key", "new"),
        key(4, "antsomi.portal_id", "1"),
    ]
    ours = of_dialect(keys, "segment")
    assert [each.id for each in ours] == [3, 1, 2]
    assert newest(ours) == {"segment.write_key": "new"}


def test_a_snippet_holds_the_newest_key() -> None:
    ours = [key(2, "segment.write_key", "new-key"), key(1, "segment.write_key", "old-key")]
    found = snippets("segment", ours, URL)
    assert [each.language for each in found] == ["Shell", "JavaScript", "Python"]
    assert all(URL in each.text for each in found)


def test_antsomi_has_the_sdks_as_well() -> None:
    ours = [key(1, "antsomi.portal_id", "7"), key(2, "antsomi.prop_id", "8")]
    assert [each.language for each in snippets("antsomi", ours, URL)][:3] == [
        "Web page",
        "Google Tag Manager",
        "React Native",
    ]


def test_without_a_key_there_is_nothing_to_paste() -> None:
    assert snippets("segment", [], URL) == []


@pytest.mark.parametrize(
    "given, configured, address",
    [
        ("", "", "http://cdp.internal:8080"),
        ("", "https://cdp.example/in/", "https://cdp.example/in"),
        ("https://other.example/", "https://cdp.example", "https://other.example"),
        ("ftp://other.example", "https://cdp.example", "https://cdp.example"),
    ],
)
def test_the_address_of_snippets_is_the_given_one_else_the_configured_one(
    given: str, configured: str, address: str
) -> None:
    request = SimpleNamespace(url=SimpleNamespace(hostname="cdp.internal"))
    settings = SimpleNamespace(edge=SimpleNamespace(public_url=configured))
    visit = SimpleNamespace(
        console=SimpleNamespace(settings=settings), context=SimpleNamespace(ingest_url="http://127.0.0.1:8080")
    )
    assert address_of(request, visit, given) == address  # type: ignore[arg-type]  # with what it reads
