"""Keys and tokens are rotated and revoked on a page that says what uses them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from tests.console.console_server import ADMIN, PROJECT, VIEWER, ConsoleServer

from passerby.rejected_requests.sqlite.store import SqliteRejectedWriter
from passerby.storage.data_dir import DataDir

TOKENS = f"/p/{PROJECT}/settings/tokens"
KEYS = f"/p/{PROJECT}/sources/segment"


@pytest.fixture
def admin(console: ConsoleServer) -> Iterator[httpx.Client]:
    with console.client(ADMIN) as client:
        yield client


def new_key(client: httpx.Client) -> dict[str, object]:
    client.post(f"{KEYS}/keys", data={"kind": "segment.write_key"})
    keys = client.get(f"{KEYS}.json").json()["source"]["keys"]
    return max(keys, key=lambda key: int(key["id"]))  # type: ignore[no-any-return]  # a key


def shown(client: httpx.Client, number: object) -> dict[str, object]:
    keys = client.get(f"{KEYS}.json").json()["source"]["keys"]
    return next(key for key in keys if key["id"] == number)


def test_the_page_says_what_uses_a_key(console: ConsoleServer, admin: httpx.Client) -> None:
    number = new_key(admin)["id"]
    unused = admin.get(f"{KEYS}/keys/{number}/revoke").text
    assert "Not used yet" in unused
    assert f'<a href="{KEYS}">Segment</a>' in unused
    assert "Clients still use this key" not in unused
    with closing(SqliteRejectedWriter(DataDir(console.server.data).refused)) as writer:
        writer.count_uses({int(str(number)): 1_234}, time.time_ns() // 1_000_000)
    for change in ("revoke", "rotate"):
        page = admin.get(f"{KEYS}/keys/{number}/{change}").text
        assert "1\N{NARROW NO-BREAK SPACE}234" in page
        assert "Clients still use this key" in page
        assert admin.get(f"{KEYS}/keys/{number}/{change}.json").json()["key"]["calls_last_hour"] == 1_234
    assert shown(admin, number)["revoked_at"] is None


def test_a_rotated_key_keeps_working_for_its_grace_period(console: ConsoleServer, admin: httpx.Client) -> None:
    key = new_key(admin)
    page = f"{KEYS}/keys/{key['id']}"
    assert admin.post(f"{page}/rotate", data={"grace": "86400"}).status_code == 303
    assert (shown(admin, key["id"])["revoked_at"], shown(admin, key["id"])["expires_at"] is None) == (None, False)
    sent = httpx.post(
        f"{console.ingest}/v1/track", json={"anonymousId": "a", "event": "b"}, auth=(str(key["value"]), "")
    )
    assert sent.status_code == 200
    assert "Expires" in admin.get(KEYS).text
    assert admin.get(f"{page}/rotate").status_code == 404
    assert admin.get(f"{page}/revoke").status_code == 200
    assert admin.post(f"{page}/revoke").status_code == 303
    assert shown(admin, key["id"])["revoked_at"] is not None
    assert admin.get(f"{page}/revoke").status_code == 404


@pytest.mark.parametrize("grace", ["5", "never", "-1"])
def test_another_grace_period_is_not_taken(admin: httpx.Client, grace: str) -> None:
    number = new_key(admin)["id"]
    assert admin.post(f"{KEYS}/keys/{number}/rotate", data={"grace": grace}).status_code == 400
    assert shown(admin, number)["revoked_at"] is None


def test_tokens_have_these_pages_too(admin: httpx.Client) -> None:
    admin.post(TOKENS, data={"label": "confirmed", "scopes": "read"})
    number = admin.get(f"{TOKENS}.json").json()["tokens"][0]["id"]
    assert "Revoke API token" in admin.get(f"{TOKENS}/{number}/revoke").text
    assert "Rotate API token" in admin.get(f"{TOKENS}/{number}/rotate").text
    assert "pby_" in admin.post(f"{TOKENS}/{number}/rotate", data={"grace": "3600"}).text
    tokens = {token["id"]: token for token in admin.get(f"{TOKENS}.json").json()["tokens"]}
    assert (tokens[number]["revoked_at"], tokens[number]["expires_at"] is None) == (None, False)
    log = admin.get(f"/p/{PROJECT}/settings/audit.json", params={"action": "key.rotated"}).json()
    assert log["entries"][0]["details"]["grace_seconds"] == 3600


def test_viewers_do_not_get_these_pages(console: ConsoleServer, admin: httpx.Client) -> None:
    number = new_key(admin)["id"]
    with console.client(VIEWER) as client:
        assert client.get(f"{KEYS}/keys/{number}/revoke").status_code == 403
        assert "/revoke" not in client.get(KEYS).text


def test_a_user_is_removed_on_a_page_of_its_own(console: ConsoleServer, admin: httpx.Client) -> None:
    users = f"/p/{PROJECT}/settings/users"
    admin.post(f"{users}/add", data={"name": "leaving", "password": "a long password"})
    page = admin.get(f"{users}/remove", params={"name": "leaving"}).text
    assert "No open session" in page
    assert "Remove leaving" in page
    console.sign_in("leaving", "a long password")
    view = admin.get(f"{users}/remove.json", params={"name": "leaving"}).json()
    assert (view["sessions"], view["last_seen_at"] is None) == (1, False)
    assert admin.post(f"{users}/remove", data={"name": "leaving"}).status_code == 303
    assert admin.get(f"{users}/remove", params={"name": "leaving"}).status_code == 404
