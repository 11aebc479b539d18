"""Keys have the formats that the vendors' clients expect, and only hashes of secrets are stored."""

from __future__ import annotations

import hashlib
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.accounts import keys
from passerby.accounts.credentials import ProjectCredentials
from passerby.accounts.errors import BadKeyValue, UnknownKind
from passerby.accounts.sqlite.feed import SqliteChangeFeed
from passerby.accounts.sqlite.projects import SqliteProjects


@pytest.mark.parametrize("kind", keys.KINDS)
def test_a_new_key_has_the_form_that_its_kind_demands(kind: str) -> None:
    keys.check(kind, keys.new_value(kind))


@pytest.mark.parametrize("kind", keys.KINDS)
def test_no_two_new_keys_are_the_same(kind: str) -> None:
    assert len({keys.new_value(kind) for _ in range(20)}) == 20


@pytest.mark.parametrize("kind", [kind for kind, about in keys.KINDS.items() if about.secret])
def test_a_secret_holds_256_random_bits_and_can_be_recognised(kind: str) -> None:
    secret = keys.new_value(kind)
    assert secret.startswith(keys.SECRET_PREFIX)
    assert len(secret.removeprefix(keys.SECRET_PREFIX)) * 6 >= 256


def test_a_license_code_holds_a_tilde_as_the_vendors_own_may() -> None:
    assert "~" in keys.new_value("webengage.license_code")


def test_portal_and_property_are_numbers() -> None:
    assert keys.new_value("antsomi.portal_id").isdigit()
    assert keys.new_value("antsomi.prop_id").isdigit()


def test_only_tokens_and_api_keys_are_secret() -> None:
    assert {kind for kind, about in keys.KINDS.items() if about.secret} == {
        "api_token",
        "crossengage.auth_token",
        "webengage.api_key",
    }


def test_a_public_key_is_stored_as_it_is_and_a_secret_as_its_hash() -> None:
    assert keys.stored("segment.write_key", "abcdef") == "abcdef"
    assert keys.stored("api_token", "abcdef") == hashlib.sha256(b"abcdef").hexdigest()


@given(st.text())
def test_any_secret_can_be_hashed(secret: str) -> None:
    assert len(keys.digest(secret)) == 64


def test_even_text_that_is_no_unicode_can_be_hashed() -> None:
    assert keys.digest("\ud800") != keys.digest("\ud801")


@pytest.mark.parametrize(
    "kind, value",
    [
        ("crossengage.mobile_api_key", "short"),
        ("crossengage.mobile_api_key", "with space"),
        ("crossengage.mobile_api_key", "with/slash"),
        ("customerlabs.webhook_path", "/source/only"),
        ("customerlabs.webhook_path", "/source/aaaaaa/"),
        ("customerlabs.webhook_path", f"/source/{'a' * 40}/"),
        ("customerlabs.webhook_path", f"/source/{'ab' * 15}/"),
        ("api_token", "a" * 64),
        ("webengage.api_key", "abc" * 12),
        ("antsomi.portal_id", "0123"),
        ("antsomi.portal_id", "abc"),
        ("api_token", "too-short-to-be-random"),
        ("segment.write_key", "line\nbreak"),
        ("segment.write_key", ""),
    ],
)
def test_a_value_of_another_form_is_refused(kind: str, value: str) -> None:
    with pytest.raises(BadKeyValue, match=kind):
        keys.check(kind, value)


def test_a_webhook_path_that_a_project_has_already_goes_on_working(tmp_path: Path) -> None:
    with SqliteProjects(tmp_path / "control.db") as store:
        project = store.add_project("shop", 1)
        added = store.add_key(project, "customerlabs.webhook_path", 1)
    with closing(apsw.Connection(str(tmp_path / "control.db"))) as control:
        control.execute("UPDATE key SET value = '/source/aaaaaa/' WHERE id = ?", (added.id,))
    with closing(ProjectCredentials(SqliteChangeFeed(tmp_path / "control.db"))) as credentials:
        assert credentials.project("customerlabs.webhook_path", "/source/aaaaaa/") == project.id


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownKind, match=r"segment\.write_key"):
        keys.new_value("segment.writekey")
