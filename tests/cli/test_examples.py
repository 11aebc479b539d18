"""Printed example calls are accepted by the dialects and quoted correctly for a shell."""

from __future__ import annotations

import json
import shlex
import time
from base64 import b64encode
from itertools import pairwise
from pathlib import Path

import pytest
import uuid_utils

from passerby.accounts.bootstrap import FirstKeys
from passerby.accounts.credentials import ProjectCredentials
from passerby.accounts.sqlite.feed import SqliteChangeFeed
from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.cli import examples, greeting
from passerby.dialects import registry
from passerby.dialects.contract import Request
from passerby.messages import Message
from passerby.storage.data_dir import DataDir
from passerby.storage.locks import Serving

SERVING = Serving(pid=1, host="0.0.0.0", port=8080, console_host="::1", console_port=8081)  # noqa: S104 - not listened on
URL, CONSOLE = "http://127.0.0.1:8080", "http://[::1]:8081"


def messages_of(line: str, credentials: ProjectCredentials) -> list[Message]:
    """What the dialect makes of a curl line, which it must take."""
    words = shlex.split(line)
    options = list(pairwise(words))
    headers = {name.lower(): value for name, value in (text.split(": ") for flag, text in options if flag == "-H")}
    for login in (login for flag, login in options if flag == "-u"):
        headers["authorization"] = f"Basic {b64encode(login.encode()).decode()}"
    path, _, query = words[2].removeprefix(URL).partition("?")
    call = registry.match(path)
    assert call is not None
    request = Request(
        "POST",
        path,
        query,
        headers,
        words[-1].encode(),
        time.time_ns() // 1_000_000,
        "",
        lambda: str(uuid_utils.uuid7()),
    )
    outcome = call.handle(request, call.parameters, credentials)
    assert outcome.reply.status < 300, outcome.reply.body
    return outcome.messages


def test_every_example_is_taken_and_all_are_about_one_customer(data: Path, keys: FirstKeys) -> None:
    credentials = ProjectCredentials(SqliteChangeFeed(DataDir(data).control))
    *calls, reading = examples.of_fresh(URL, CONSOLE, keys)
    messages = [message for call in calls for message in messages_of(call.line, credentials)]
    credentials.close()
    assert {message.dialect for message in messages} == {dialect.name for dialect in registry.ALL}
    assert {i.value for m in messages for i in m.identifiers if i.namespace == "user_id"} == {"customer-1"}
    assert "namespace=user_id&value=customer-1&wait=5" in shlex.split(reading.line)[2]
    assert f"Authorization: Bearer {keys.api_token}" in shlex.split(reading.line)


def test_bodies_are_json(keys: FirstKeys) -> None:
    *calls, _ = examples.of_fresh(URL, CONSOLE, keys)
    assert all(json.loads(shlex.split(call.line)[-1]) for call in calls)


def test_the_greeting_over_a_new_folder_has_all_real_keys(keys: FirstKeys) -> None:
    text = greeting.fresh(SERVING, keys)
    for key in (
        keys.keys["crossengage.mobile_api_key"],
        keys.keys["webengage.license_code"],
        keys.keys["webengage.api_key"],
        keys.api_token,
    ):
        assert key in text
    assert f"{CONSOLE}/openapi.json" in text


def test_the_greeting_over_a_used_folder_has_public_keys_and_says_why(data: Path, keys: FirstKeys) -> None:
    with SqliteProjects(DataDir(data).control) as store:
        text = greeting.again(SERVING, store.keys(store.project("default")), data)
    assert f"{URL}/api/v1/mobile/{keys.keys['crossengage.mobile_api_key']}/identify" in text
    assert keys.api_token not in text
    assert "shown only when they are created" in text


def test_commands_in_the_greeting_name_the_data_directory() -> None:
    text = greeting.again(SERVING, [], Path("/srv/my data"))
    commands = [line.strip() for line in text.splitlines() if line.startswith("  passerby ")]
    assert len(commands) == 3
    for command in commands:
        assert shlex.split(command)[-2:] == ["--data", "/srv/my data"]


def test_the_greeting_names_the_file_of_credentials_that_were_written_and_not_shown() -> None:
    text = greeting.again(SERVING, [], Path("data"), credentials_in=Path("data/first-credentials.json"))
    assert "password and all secret keys are in data/first-credentials.json" in text
    assert "shown only" not in text


def test_the_greeting_without_any_public_key_has_no_calls() -> None:
    assert "curl" not in greeting.again(SERVING, [], Path("data"))


@pytest.mark.parametrize(
    "host, url",
    [("127.0.0.1", "http://127.0.0.1:1"), ("::", "http://[::1]:1"), ("example.com", "http://example.com:1")],
)
def test_an_address_is_written_as_it_is_reached_from_here(host: str, url: str) -> None:
    assert greeting.url(host, 1) == url
