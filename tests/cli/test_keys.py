"""`passerby keys` lists, adds, rotates and revokes the keys of a project."""

from __future__ import annotations

import io
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.conftest import Command

from passerby.accounts.credentials import ProjectCredentials
from passerby.accounts.sqlite.feed import SqliteChangeFeed
from passerby.audit.sqlite.log import SqliteAuditLog
from passerby.rejected_requests.sqlite.store import SqliteRejectedWriter
from passerby.storage.data_dir import DataDir

SECRET = "".join(map(chr, range(40, 80)))
pytestmark = pytest.mark.usefixtures("keys")


def test_public_keys_are_listed_and_secrets_are_not(passerby: Command) -> None:
    listed = {key["kind"]: key for key in passerby("keys", "list", "--json").json}
    assert len(listed["crossengage.mobile_api_key"]["value"]) == 32
    assert {kind for kind, key in listed.items() if key["secret"]} == {
        "api_token",
        "crossengage.auth_token",
        "webengage.api_key",
    }
    assert all(key["value"] is None for key in listed.values() if key["secret"])
    assert {key["project"] for key in listed.values()} == {"default"}


def test_people_see_a_table(passerby: Command) -> None:
    lines = passerby("keys", "list").out.splitlines()
    assert lines[0].split()[:3] == ["number", "kind", "value"]
    assert "(secret)" in lines[1]


def test_a_new_secret_is_printed_once_and_works(passerby: Command, data: Path) -> None:
    added = passerby("keys", "add", "api_token", "--label", "reports", "--json").json
    credentials = ProjectCredentials(SqliteChangeFeed(DataDir(data).control))
    assert credentials.token_project(added["value"]) == 1
    credentials.close()
    assert added["value"] not in passerby("keys", "list").out


def test_clients_keep_a_public_key_that_they_have(passerby: Command) -> None:
    done = passerby("keys", "add", "webengage.license_code", "--value", "in~~1234c456")
    assert "to project default: webengage.license_code in~~1234c456" in done.out


def test_clients_keep_a_secret_that_they_have_without_it_being_seen_on_a_command_line(
    passerby: Command, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "standard input" in passerby("keys", "add", "webengage.api_key", "--value", SECRET).err
    monkeypatch.setattr("sys.stdin", io.StringIO(SECRET + "\n"))
    assert passerby("keys", "add", "webengage.api_key", "--value", "-").code == 0
    credentials = ProjectCredentials(SqliteChangeFeed(DataDir(data).control))
    assert credentials.authenticates("webengage.api_key", 1, SECRET)
    credentials.close()


def test_a_revoked_key_is_listed_as_such(passerby: Command) -> None:
    number = passerby("keys", "add", "segment.write_key", "--json").json["id"]
    assert f"Revoked key {number} of project default." in passerby("keys", "revoke", str(number)).out
    assert passerby("keys", "revoke", str(number), "--json").json == {"id": number, "revoked": True}
    revoked = [key["id"] for key in passerby("keys", "list", "--json").json if key["revoked_at"]]
    assert revoked == [number]
    assert passerby("keys", "list").out.splitlines()[-1].endswith("Z")


@pytest.mark.parametrize(
    "words, why",
    [
        (["keys", "add", "segment.key"], "unknown kind of key"),
        (["keys", "add", "antsomi.portal_id", "--value", "abc"], "a number above 0"),
        (["keys", "revoke", "999"], "no such key that works: see `passerby keys list`"),
        (["keys", "list", "--project", "missing"], "there is no project 'missing'"),
    ],
)
def test_an_error_is_one_line(passerby: Command, words: list[str], why: str) -> None:
    done = passerby(*words)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert why in done.err


def test_one_project_does_not_see_anothers_keys(passerby: Command) -> None:
    passerby("projects", "add", "second")
    first = {key["id"] for key in passerby("keys", "list", "--json").json}
    second = {key["id"] for key in passerby("keys", "list", "--project", "second", "--json").json}
    assert first.isdisjoint(second)
    assert passerby("keys", "revoke", str(min(second))).code == 1


def test_without_a_data_directory_the_error_names_init(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from passerby.cli import run  # noqa: PLC0415 - on another folder

    assert run(["keys", "list", "--data", str(tmp_path / "none")]) == 1
    assert "passerby init" in capsys.readouterr().err


def test_a_rotated_key_is_replaced_and_works_for_its_grace_period(passerby: Command, data: Path) -> None:
    old = passerby("keys", "add", "segment.write_key", "--label", "shop", "--json").json
    fresh = passerby("keys", "rotate", str(old["id"]), "--grace", "24h", "--json").json
    held = ProjectCredentials(SqliteChangeFeed(DataDir(data).control))
    assert [held.project("segment.write_key", each["value"]) for each in (old, fresh)] == [1, 1]
    again = passerby("keys", "rotate", str(fresh["id"]))
    assert f"Key {fresh['id']} is revoked." in again.out
    held.refresh_if_changed()
    assert held.project("segment.write_key", fresh["value"]) is None
    held.close()
    shown = {key["id"]: key for key in passerby("keys", "list", "--json").json}
    assert (shown[old["id"]]["revoked_at"], shown[old["id"]]["expires_at"] is None) == (None, False)
    assert (shown[fresh["id"]]["revoked_at"] is None, shown[fresh["id"]]["expires_at"]) == (False, None)
    assert "no such key that works" in passerby("keys", "rotate", "999").err
    with SqliteAuditLog(DataDir(data).audit) as log:
        rotated = [entry for entry in log.page(1, limit=9) if entry.action == "key.rotated"]
    assert [(entry.subject, entry.details["grace_seconds"]) for entry in rotated] == [
        (str(fresh["id"]), 0),
        (str(old["id"]), 86_400),
    ]


def test_keys_are_listed_with_their_use(passerby: Command, data: Path) -> None:
    number = passerby("keys", "add", "segment.write_key", "--json").json["id"]
    with closing(SqliteRejectedWriter(DataDir(data).refused)) as writer:
        writer.count_uses({number: 4}, time.time_ns() // 1_000_000)
    shown = next(key for key in passerby("keys", "list", "--json").json if key["id"] == number)
    assert (shown["calls_last_hour"], shown["last_used_at"].endswith("Z")) == (4, True)
    assert "calls in 1 h" in passerby("keys", "list").out
