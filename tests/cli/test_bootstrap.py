"""`passerby init` makes a data directory and prints its credentials, once; `passerby password` replaces one of them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.cli.conftest import Command

from passerby.accounts import passwords
from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.cli import run
from passerby.storage.data_dir import DataDir

PASSWORD = "a password of mine"  # noqa: S105 - used in tests only


def stored_password(data: Path) -> str:
    with SqliteProjects(DataDir(data).control) as store:
        return store.password("admin") or ""


def test_init_for_programs_writes_the_document_and_nothing_else(passerby: Command) -> None:
    done = passerby("init", "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json["project"] == "default"


def test_init_for_people_says_that_secrets_are_not_shown_again(passerby: Command) -> None:
    done = passerby("init")
    assert "not shown again" in done.out
    assert msgspec.json.decode(done.out[done.out.index("{") :])["project"] == "default"


def test_init_takes_the_console_password_from_the_environment(
    passerby: Command, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSERBY_CONSOLE_PASSWORD", PASSWORD)
    assert passerby("init", "--json").json["console"]["password"] == PASSWORD
    assert passwords.matches(PASSWORD, stored_password(data))


def test_init_finds_the_folder_in_the_environment(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from passerby.cli import run  # noqa: PLC0415 - without --data

    monkeypatch.setenv("PASSERBY_DATA", str(data))
    assert run(["init"]) == 0
    assert DataDir(data).control.is_file()


@pytest.mark.usefixtures("keys")
def test_init_happens_once_and_says_what_else_there_is(passerby: Command) -> None:
    done = passerby("init")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("passerby: ")
    assert "passerby keys list" in done.err


def test_init_in_a_read_only_directory_fails_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "--data", "/proc/self/data"]) == 1
    said = capsys.readouterr().err
    assert "/proc/self/data" in said
    assert "Traceback" not in said


@pytest.mark.usefixtures("keys")
def test_a_password_is_replaced_by_a_random_one_that_is_printed(passerby: Command, data: Path) -> None:
    new = passerby("password", "--json").json["password"]
    assert passwords.matches(new, stored_password(data))
    said = passerby("password").out
    assert passwords.matches(said.split()[-1], stored_password(data))


@pytest.mark.usefixtures("keys")
def test_a_password_is_replaced_by_the_one_in_the_environment_that_is_not_printed(
    passerby: Command, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSERBY_CONSOLE_PASSWORD", PASSWORD)
    assert PASSWORD not in passerby("password").out
    assert passwords.matches(PASSWORD, stored_password(data))


def test_a_short_password_is_refused(passerby: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERBY_CONSOLE_PASSWORD", PASSWORD[:5])
    done = passerby("init")
    assert done.code == 1
    assert "at least 12 characters" in done.err
