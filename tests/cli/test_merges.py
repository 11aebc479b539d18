"""`passerby merges` lists merges, shows one, and takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.conftest import Command
from tests.state.state_builder import StateBuilder, ident, new_id

from passerby.audit.sqlite.log import SqliteAuditLog
from passerby.identity.decisions import COMMAND_LINE
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.storage.data_dir import DataDir

pytestmark = pytest.mark.usefixtures("keys")


@pytest.fixture
def builder(data: Path) -> Iterator[StateBuilder]:
    """The state of the data directory, for the first project."""
    builder = StateBuilder(data / "state.db")
    yield builder
    builder.close()


def absorbed(builder: StateBuilder, visitor: str, user: str) -> None:
    """Merge an anonymous profile into a customer's."""
    builder.track("Seen", ident("mobile_id", visitor))
    builder.identify(ident("user_id", user))
    builder.identify(ident("user_id", user), ident("mobile_id", visitor))


def test_merges_are_listed_as_text_and_json(passerby: Command, builder: StateBuilder) -> None:
    absorbed(builder, "m1", "u1")
    absorbed(builder, "m2", "u2")
    newest, oldest = passerby("merges", "list", "--json").json
    assert [each["via"]["value"] for each in (newest, oldest)] == ["m2", "m1"]
    assert [line.split()[0] for line in passerby("merges", "list").out.splitlines()] == [
        *("merge", newest["id"], oldest["id"]),
    ]
    assert passerby("merges", "list", "--json", "--limit", "1").json == [newest]
    assert passerby("merges", "list", "--json", "--before", newest["id"]).json == [oldest]


@pytest.mark.parametrize("limit", ["0", "-1"])
def test_a_limit_that_would_list_nothing_is_refused(passerby: Command, limit: str) -> None:
    refused = passerby("merges", "list", "--limit", limit)
    assert (refused.code, refused.out, refused.err) == (1, "", "passerby: --limit must be at least 1\n")


@pytest.mark.parametrize(
    "file, words",
    [
        ("state.db", ("merges", "list")),
        ("control.db", ("keys", "list")),
        ("audit.db", ("keys", "add", "segment.write_key")),
    ],
)
def test_a_store_that_is_damaged_is_reported_in_one_line(
    passerby: Command, data: Path, file: str, words: tuple[str, ...]
) -> None:
    (data / file).write_bytes(b"no database" * 1_000)
    failed = passerby(*words)
    assert (failed.code, failed.out) == (1, "")
    assert failed.err.startswith("passerby: cannot use ")
    assert "passerby doctor" in failed.err
    assert failed.err.count("\n") == 1


def test_a_merge_is_shown_and_can_be_undone_once(passerby: Command, builder: StateBuilder) -> None:
    absorbed(builder, "m1", "u1")
    (merge,) = passerby("merges", "list", "--json").json
    shown = passerby("merges", "show", merge["id"]).out
    assert "moved       mobile_id=m1" in shown
    assert "can be undone" in shown
    assert merge["loser"] in passerby("merges", "undo", merge["id"]).out
    assert "undone at" in passerby("merges", "show", merge["id"]).out
    assert passerby("merges", "show", merge["id"], "--json").json["undoable"] is False
    assert [each["id"] for each in passerby("merges", "list", "--undone", "--json").json] == [merge["id"]]
    assert passerby("merges", "list", "--no-undone", "--json").json == []
    again = passerby("merges", "undo", merge["id"])
    assert (again.code, "undone before" in again.err) == (1, True)


def test_the_history_has_the_actor_and_reason_of_an_undo(passerby: Command, data: Path, builder: StateBuilder) -> None:
    absorbed(builder, "m1", "u1")
    (merge,) = passerby("merges", "list", "--json").json
    passerby("merges", "undo", merge["id"], "--reason", "a shared tablet")
    with closing(SqliteStateReader(data / "state.db")) as reader:
        page = reader.history(1, merge["winner"], limit=100)
    assert page
    last = page.entries[-1]
    assert (last.rule, last.actor, last.detail.comment) == ("undo", COMMAND_LINE, "a shared tablet")


def test_an_undo_returns_both_profiles_as_json(passerby: Command, builder: StateBuilder) -> None:
    absorbed(builder, "m1", "u1")
    (merge,) = passerby("merges", "list", "--json").json
    parted = passerby("merges", "undo", merge["id"].upper(), "--json").json
    assert parted == {"winner": merge["winner"], "loser": merge["loser"]}


def test_a_merge_that_another_builds_on_says_which(passerby: Command, builder: StateBuilder) -> None:
    builder.track("Seen", ident("mobile_id", "m1"))
    builder.identify(ident("email", "a@b.example", "north"))
    builder.identify(ident("email", "a@b.example", "north"), ident("mobile_id", "m1"))
    builder.identify(ident("user_id", "u1"))
    builder.identify(ident("user_id", "u1"), ident("email", "a@b.example", "north"))
    later, first = passerby("merges", "list", "--json").json
    refused = passerby("merges", "undo", first["id"])
    assert (refused.code, later["id"] in refused.err) == (1, True)
    assert later["id"] in passerby("merges", "show", first["id"]).out
    assert "email=a@b.example (north)" in passerby("merges", "show", first["id"]).out


@pytest.mark.parametrize("command", ["show", "undo"])
@pytest.mark.parametrize("merge_id", [new_id(), "m1"])
@pytest.mark.parametrize("begun", [True, False])
def test_a_merge_that_never_was_is_no_merge(
    passerby: Command, data: Path, command: str, merge_id: str, *, begun: bool
) -> None:
    if begun:
        StateBuilder(data / "state.db").close()
    done = passerby("merges", command, merge_id)
    assert (done.code, "passerby:" in done.err) == (1, True)


def test_before_the_first_start_there_are_no_merges(passerby: Command) -> None:
    assert passerby("merges", "list", "--json").json == []


def test_an_undo_is_in_the_audit_log(passerby: Command, builder: StateBuilder, data: Path) -> None:
    absorbed(builder, "m1", "u1")
    (merge,) = passerby("merges", "list", "--json").json
    passerby("merges", "undo", merge["id"], "--reason", "a shared tablet")
    with SqliteAuditLog(DataDir(data).audit) as log:
        entry, _created = log.page(1, limit=10)
    assert (entry.action, entry.subject, entry.details) == (
        "merge.undone",
        merge["id"],
        {"reason": "a shared tablet"},
    )
