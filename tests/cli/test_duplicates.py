"""`passerby duplicates` lists possible duplicates, and keeps decisions about them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Command
from tests.state.state_builder import StateBuilder, ident, new_id

from passerby.audit.sqlite.log import SqliteAuditLog
from passerby.storage.data_dir import DataDir

pytestmark = pytest.mark.usefixtures("keys")


@pytest.fixture
def builder(data: Path, keys: object) -> Iterator[StateBuilder]:
    """The state of the data directory: six customers, of whom each two share an address."""
    assert keys
    builder = StateBuilder(data / "state.db")
    for number in range(6):
        builder.identify(ident("user_id", f"u{number}"), email=f"{number // 2}@x.example")
    yield builder
    builder.close()


def pairs(passerby: Command, *flags: str) -> list[list[str]]:
    found = passerby("duplicates", "list", "--json", *flags).json
    return [[profile["user_id"] for profile in pair["profiles"]] for pair in found]


@pytest.mark.usefixtures("builder")
def test_pairs_are_listed_for_people_and_for_programs(passerby: Command) -> None:
    assert pairs(passerby) == [["u0", "u1"], ["u2", "u3"], ["u4", "u5"]]
    assert pairs(passerby, "--limit", "2") == [["u0", "u1"], ["u2", "u3"]]
    refused = passerby("duplicates", "list", "--limit", "0")
    assert (refused.code, refused.err) == (1, "passerby: --limit must be at least 1\n")
    heading, first, *_ = passerby("duplicates", "list").out.splitlines()
    assert heading.split() == ["profile", "other", "profile", "user", "ids", "shared", "rule"]
    assert "email=0@x.example" in first


@pytest.mark.usefixtures("builder")
def test_a_pair_is_dismissed_and_restored(passerby: Command) -> None:
    ids = [profile["id"] for profile in passerby("duplicates", "list", "--json").json[0]["profiles"]]
    assert "Dismissed" in passerby("duplicates", "dismiss", *ids, "--reason", "a couple").out
    assert pairs(passerby) == [["u2", "u3"], ["u4", "u5"]]
    (dismissed,) = passerby("duplicates", "list", "--dismissed", "--json").json
    assert dismissed["dismissed"]["who"] == "the command line"
    assert dismissed["dismissed"]["reason"] == "a couple"
    assert "Restored" in passerby("duplicates", "restore", *ids).out
    assert len(pairs(passerby)) == 3


@pytest.mark.usefixtures("builder")
def test_a_dismissal_and_its_restoration_are_in_the_audit_log(passerby: Command, data: Path) -> None:
    ids = [profile["id"] for profile in passerby("duplicates", "list", "--json").json[0]["profiles"]]
    passerby("duplicates", "dismiss", *ids, "--reason", "a couple")
    passerby("duplicates", "restore", *ids)
    with SqliteAuditLog(DataDir(data).audit) as log:
        restored, dismissed, _created = log.page(1, limit=10)
    assert (dismissed.action, dismissed.who) == ("duplicate.dismissed", "the command line")
    assert dismissed.details == {"profiles": sorted(ids), "reason": "a couple"}
    assert (restored.action, restored.details) == ("duplicate.restored", {"profiles": sorted(ids)})


@pytest.mark.usefixtures("builder")
@pytest.mark.parametrize("command", ["dismiss", "restore"])
def test_an_invalid_pair_is_rejected_in_one_line(passerby: Command, command: str) -> None:
    one, other = (profile["id"] for profile in passerby("duplicates", "list", "--json").json[0]["profiles"])
    for second, why in ((one, "one profile already"), (new_id(), "no such profile"), ("x", "no such profile")):
        refused = passerby("duplicates", command, one, second)
        assert (refused.code, why in refused.err) == (1, True)
    assert (
        "no such dismissal of these two: see `passerby duplicates list --dismissed`"
        in passerby("duplicates", "restore", one, other).err
    )


def test_before_the_first_start_the_list_is_empty(passerby: Command) -> None:
    assert pairs(passerby) == []
    assert "no profiles yet" in passerby("duplicates", "dismiss", new_id(), new_id()).err
