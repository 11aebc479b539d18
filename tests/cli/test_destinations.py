"""`passerby destinations` adds and changes destinations, and shows what they did."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Command

from passerby.deliveries.protocol import Changes, Dead, Exchange
from passerby.deliveries.sqlite.store import SqliteDeliveryStore

pytestmark = pytest.mark.usefixtures("keys")

CRM: dict[str, Any] = {"kind": "webhook", "name": "crm", "config": {"url": "https://crm.example.com/hook"}}


@pytest.fixture
def crm(passerby: Command, data: Path) -> str:
    """The id of a destination."""
    file = data.parent / "crm.json"
    file.write_text(json.dumps(CRM), encoding="utf-8")
    added: dict[str, str] = passerby("destinations", "add", str(file), "--json").json
    assert added["signing_secret"].startswith("whsec_")
    return added["id"]


def test_the_first_list_says_how_to_add_one(passerby: Command) -> None:
    assert "passerby destinations add --help" in passerby("destinations", "list").out


def test_kinds_are_listed_for_people_and_for_programs(passerby: Command) -> None:
    assert "webhook" in passerby("destinations", "kinds").out
    assert passerby("destinations", "kinds", "--json").json["kinds"][0]["name"] == "webhook"


def test_destinations_are_listed_for_people_and_for_programs(passerby: Command, crm: str) -> None:
    heading, row = passerby("destinations", "list").out.splitlines()
    assert heading.split() == ["id", "kind", "name", "state"]
    assert row.split() == [crm, "webhook", "crm", "running"]
    passerby("destinations", "pause", crm)
    assert "paused (user)" in passerby("destinations", "list").out
    assert passerby("destinations", "list", "--json").json["destinations"][0]["pause_reason"] == "user"
    passerby("destinations", "resume", crm)


def test_the_secret_is_shown_when_it_is_made(passerby: Command, data: Path, crm: str) -> None:
    file = data.parent / "other.json"
    file.write_text(json.dumps(CRM | {"name": "other"}), encoding="utf-8")
    assert "whsec_" in passerby("destinations", "add", str(file)).out
    assert "whsec_" in passerby("destinations", "rotate", crm).out
    assert passerby("destinations", "rotate", crm, "--json", "--overlap", "1h").json["signing_secret"]
    assert passerby("destinations", "rotate", crm, "--overlap", "soon").code == 1


def test_a_change_is_read_from_a_file(passerby: Command, data: Path, crm: str) -> None:
    file = data.parent / "change.json"
    file.write_text('{"types": ["profile.created"]}', encoding="utf-8")
    assert "version 2" in passerby("destinations", "change", crm, str(file)).out
    assert passerby("destinations", "change", crm, str(file), "--json").json["types"] == ["profile.created"]


@pytest.mark.parametrize(
    "text, words",
    [
        ("{", "is not JSON"),
        ('{"kind": "webhook"}', "missing required field"),
        ('{"kind": "webhook", "name": "x", "config": {}}', "config.url: is required"),
    ],
)
def test_a_file_that_describes_no_destination_is_refused(passerby: Command, data: Path, text: str, words: str) -> None:
    file = data.parent / "bad.json"
    file.write_text(text, encoding="utf-8")
    refused = passerby("destinations", "add", str(file))
    assert refused.code == 1
    assert words in refused.err
    assert "cannot be read" in passerby("destinations", "add", str(data.parent / "missing.json")).err


def test_what_a_destination_did_is_shown(passerby: Command, data: Path, crm: str) -> None:
    with closing(SqliteDeliveryStore(data / "deliveries.db")) as store:
        store.begin(crm, 0, 1)
        changes = Changes(9, 9, 1, waiting=1, oldest_at=1_700_000_000_000)
        changes.dead.append(Dead(4, "event", "e4", "", 1, 12, 503, "http_503", "down"))
        changes.exchanges.append(Exchange(1, "temporary", "http_503", 503, "POST https://crm", "503"))
        for step, reason, n in (("selected", "", 6), ("delivered", "", 2), ("dead", "http_503", 1)):
            changes.count(step, reason, n)  # type: ignore[arg-type]  # the names of steps
        changes.count("filtered", "when")
        changes.count("withheld", "too_old")
        store.record(crm, changes)
    shown = passerby("destinations", "show", crm).out
    assert all(words in shown for words in ("crm (webhook): running", "http_503", "when", "too_old", "oldest 2023"))
    assert passerby("destinations", "show", crm, "--json").json["counts"]["adds_up"]
    assert "e4" in passerby("destinations", "dead", crm).out
    assert passerby("destinations", "dead", crm, "--json", "--reason", "http_503").json["items"][0]["attempts"] == 12
    assert passerby("destinations", "dead", crm, "--limit", "0").code == 1
    assert passerby("destinations", "replay", crm).out == "Items that are tried again: 1\n"


def test_an_unknown_destination_is_refused(passerby: Command, crm: str) -> None:
    assert passerby("destinations", "delete", crm).code == 0
    refused = passerby("destinations", "show", crm)
    assert (refused.code, refused.err) == (1, "passerby: no such destination\n")
