"""A data directory or a file that cannot be used is reported in one line that says what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.conftest import Command

from passerby.cli import run
from passerby.storage.data_dir import DataDir

SERVE = ("serve", "--port", "0", "--console-port", "0")
COMMANDS = (SERVE, (*SERVE, "--role", "worker"), ("init",), ("keys", "list"), ("password",))
NAMES = ["serve", "one role", "init", "keys list", "password"]
UNPRIVILEGED_USER = 65_534


@contextmanager
def unprivileged(folder: Path) -> Iterator[None]:
    """Lose the permission to write to this directory, also where the tests run as root."""
    folder.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(UNPRIVILEGED_USER)
    try:
        yield
    finally:
        os.seteuid(user)
        folder.chmod(0o755)


def line(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that a command has printed."""
    captured = capsys.readouterr()
    (said,) = captured.err.splitlines()
    assert captured.out == ""
    return said


@pytest.mark.parametrize("command", COMMANDS, ids=NAMES)
@pytest.mark.parametrize("below", ["", "data"], ids=["the file", "below the file"])
def test_a_file_in_place_of_the_data_directory(
    command: tuple[str, ...], below: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    assert run([*command, "--data", str(file / below)]) == 1
    assert line(capsys) == (
        f"passerby: cannot use the data directory {file / below}: it is not a directory, or lies below a file: "
        "choose a directory with --data"
    )
    assert file.read_text() == "mine"


@pytest.mark.parametrize("command", COMMANDS[:3], ids=NAMES[:3])
def test_a_place_that_the_user_may_not_write_to(
    command: tuple[str, ...], data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with unprivileged(tmp_path):
        assert run([*command, "--data", str(data)]) == 1
        user = os.geteuid()
    assert line(capsys) == (
        f"passerby: cannot use the data directory {data}: user {user} may not write there: run as its owner, "
        f"or change its owner: chown -R {user} {data}"
    )
    assert not data.exists()


@pytest.mark.usefixtures("keys")
def test_a_control_file_that_is_not_a_database(passerby: Command, data: Path) -> None:
    control = DataDir(data).control
    control.write_bytes(b"no database" * 1_000)
    done = passerby("keys", "list")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"passerby: cannot use {control}: file is not a database: "
        "stop the server and restore the data directory from a backup; `passerby doctor` checks every file\n"
    )


@pytest.mark.usefixtures("keys")
def test_a_state_file_that_is_not_a_database(passerby: Command, data: Path) -> None:
    DataDir(data).state.write_bytes(b"no database" * 1_000)
    done = passerby("merges", "list")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("passerby: cannot use a file of the data directory: file is not a database: stop the ")


@pytest.mark.usefixtures("keys")
def test_an_audit_log_that_cannot_be_opened_prevents_the_change(passerby: Command, data: Path) -> None:
    audit = DataDir(data).audit
    audit.unlink()
    audit.mkdir()
    done = passerby("users", "add", "sasha")
    assert done.code == 1
    assert done.err.startswith(f"passerby: cannot use {audit}: unable to open database file: user {os.geteuid()} must")
    audit.rmdir()
    assert [user["name"] for user in passerby("users", "list", "--json").json] == ["admin"]


def test_a_file_of_credentials_from_before_is_not_replaced(passerby: Command, data: Path) -> None:
    data.mkdir()
    DataDir(data).first_credentials.write_text("of before")
    done = passerby(*SERVE)
    assert done.code == 1
    assert done.err == (
        f"passerby: {DataDir(data).first_credentials} exists, perhaps with the credentials of an earlier server: "
        "move it away, then start again\n"
    )
    assert done.out == ""
    assert not DataDir(data).control.exists()


@pytest.mark.usefixtures("keys")
def test_a_file_that_a_command_cannot_read(passerby: Command, tmp_path: Path) -> None:
    missing = tmp_path / "policy.json"
    done = passerby("projects", "policy", "set", "--file", str(missing))
    assert (done.code, done.err) == (1, f"passerby: {missing}: No such file or directory\n")
    done = passerby("serve", "--config", str(missing))
    assert (done.code, done.err) == (1, f"passerby: {missing}: No such file or directory\n")
