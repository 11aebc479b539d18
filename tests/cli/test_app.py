"""Help, errors and exit codes of the command line."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from tests.cli.conftest import Command

from passerby.cli import main, run
from passerby.cli.app import app
from passerby.cli.settings import reference
from passerby.settings import SETTINGS

COMMANDS = [
    *(["init"], ["serve"], ["demo"], ["doctor"], ["password"], ["settings"]),
    *(["projects", "list"], ["projects", "add"], ["projects", "set"]),
    *(["keys", "list"], ["keys", "add"], ["keys", "revoke"]),
]
HEAVY = {"uvicorn", "uvloop", "httptools", "litestar", "chdb", "prometheus_client", "phonenumbers", "jinja2"}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    run([*words, "--help"])
    said = capsys.readouterr().out
    assert said.startswith(f"Usage: passerby {' '.join(words)}")
    assert "--" in said or words == ["settings"]


def test_all_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    run(["--help"])
    said = capsys.readouterr().out
    assert all(words[0] in said for words in COMMANDS)


def test_the_help_of_serve_lists_every_setting(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        app, "console", Console(width=200)
    )  # the default console is created once, with the width of the terminal at that time
    run(["serve", "--help"])
    said = capsys.readouterr().out
    assert [setting.flag for setting in SETTINGS if f"{setting.flag} " not in said] == []
    assert "--alive-fd" not in said


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    run(["--version"])
    assert capsys.readouterr().out.strip() == importlib.metadata.version("passerby")


def test_settings_prints_the_reference(capsys: pytest.CaptureFixture[str]) -> None:
    run(["settings"])
    assert capsys.readouterr().out == reference()


def test_a_misspelt_setting_stops_every_command(passerby: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERBY_PROT", "1")
    done = passerby("keys", "list")
    assert done.code == 1
    assert "did you mean PASSERBY_PORT?" in done.err


@pytest.mark.parametrize("words", [["keys", "add"], ["serv"], ["init", "--nope"]], ids=" ".join)
def test_a_wrong_call_is_explained(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(words)
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_an_interrupted_command_ends_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("passerby.cli.settings.reference", interrupted)
    with pytest.raises(SystemExit) as ended:
        run(["settings"])
    assert ended.value.code == 130
    assert "Traceback" not in capsys.readouterr().err


def interrupted() -> None:
    raise KeyboardInterrupt


def test_main_exits_with_the_commands_code_and_keeps_files_private(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["passerby", "keys", "list", "--data", str(data)])
    masks: list[int] = []
    monkeypatch.setattr("os.umask", masks.append)
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, masks) == (1, [0o077])
    assert "passerby init" in capsys.readouterr().err


def test_the_command_line_and_the_supervisor_load_nothing_heavy() -> None:
    script = "import sys, passerby.cli, passerby.runtime.roles; print(*{m.partition('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(done.stdout.split())


def test_the_package_can_be_run_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "passerby", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == importlib.metadata.version("passerby")


@pytest.mark.usefixtures("keys")
def test_the_doctor_prints_text_and_json(passerby: Command, free_port: Callable[[], int]) -> None:
    ports = ["--port", str(free_port()), "--console-port", str(free_port())]
    done = passerby("doctor", *ports, "--json")
    assert (done.code, done.json["well"]) == (0, True)
    assert passerby("doctor", *ports).out.count("ok   ") == len(done.json["findings"])


def test_the_doctor_says_what_to_do_about_a_failing_check(passerby: Command, free_port: Callable[[], int]) -> None:
    done = passerby("doctor", "--port", str(free_port()), "--console-port", str(free_port()))
    assert done.code == 1
    assert "BAD  data directory" in done.out
    assert "→ create it with `passerby init" in done.out


@pytest.mark.usefixtures("keys")
def test_the_demo_needs_a_running_server(passerby: Command) -> None:
    done = passerby("demo", "--people", "1")
    assert done.code == 1
    assert "passerby serve" in done.err
