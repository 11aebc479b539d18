"""`passerby snippet` prints what to paste, with the project's own ids."""

from __future__ import annotations

import pytest
from tests.cli.conftest import Command

from passerby.accounts.bootstrap import FirstKeys

URL = "https://cdp.example.com"


@pytest.mark.parametrize("kind", ["web", "gtm", "react-native"])
def test_a_snippet_has_the_ids_of_the_project(passerby: Command, keys: FirstKeys, kind: str) -> None:
    done = passerby("snippet", kind, "--url", f"{URL}/")
    assert done.code == 0
    assert f'"{keys.keys["antsomi.portal_id"]}"' in done.out
    assert f'"{keys.keys["antsomi.prop_id"]}"' in done.out
    assert f"{URL}/sdk/" in done.out


@pytest.mark.usefixtures("keys")
def test_the_newest_id_counts_that_is_not_revoked(passerby: Command) -> None:
    passerby("keys", "add", "antsomi.portal_id", "--value", "777")
    number = passerby("keys", "add", "antsomi.portal_id", "--value", "888", "--json").json["id"]
    passerby("keys", "revoke", str(number))
    assert 'window._portalId = "777";' in passerby("snippet", "web", "--url", URL).out


@pytest.mark.usefixtures("keys")
def test_a_project_without_ids_is_shown_how_to_create_them(passerby: Command) -> None:
    for key in passerby("keys", "list", "--json").json:
        if key["kind"] == "antsomi.prop_id":
            passerby("keys", "revoke", str(key["id"]))
    done = passerby("snippet", "web", "--url", URL)
    assert done.code == 1
    assert "passerby keys add antsomi.prop_id" in done.err


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("url", ["cdp.example.com", "ftp://cdp.example.com", "https://", "https://a.example/?b", "x"])
def test_what_is_no_address_is_refused(passerby: Command, url: str) -> None:
    done = passerby("snippet", "web", "--url", url)
    assert done.code == 1
    assert "is not the address of an ingest port" in done.err
