"""A data directory of an earlier version migrates when it is opened, answers as before; its merges can be undone."""

from __future__ import annotations

import json
import tarfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

import apsw
import pytest
from tests.old_files import AUDIT, CONTROL, LOG, REFUSED, STATE
from tests.server_process import Json, Server, running
from tests.upgrade.make import changed, everything

from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.rejected_requests.sqlite.store import SqliteRejectedReader
from passerby.storage import migrations

VERSIONS: Final = ("0.1.0",)

WORDING: Final = frozenset({"reason", "message", "lag_seconds"})
"""Fields whose text may be worded in another way by a later version, and the lag."""


class Old(NamedTuple):
    """A server on the data directory, and what the earlier version answered about it."""

    server: Server
    answers: Json


def unpack(version: str, folder: Path) -> tuple[Path, Json]:
    """The data directory of a version, and its answers."""
    with tarfile.open(Path(__file__).parent / f"{version}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "data", json.loads((folder / "answers.json").read_text())


def served(version: str, folder: Path) -> Iterator[Old]:
    data, answers = unpack(version, folder)
    with SqliteProjects(data / "control.db") as store:
        token = store.add_key(store.project("default"), "api_token", time.time_ns() // 1_000_000).value
    with running(Server(data, keys={"api_token": token})) as server:
        yield Old(server, answers)


@pytest.fixture(scope="module", params=VERSIONS)
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Old]:
    """For tests that change nothing."""
    yield from served(request.param, tmp_path_factory.mktemp("read"))


@pytest.fixture(scope="module")
def answers_now(read: Old) -> Json:
    return everything(read.server)


def missing(old: Json, new: Json, where: str = "") -> list[str]:
    """What an earlier answer has and a new one has not, or has otherwise; a new one may have more fields."""
    if isinstance(old, dict) and isinstance(new, dict):
        fields = (key for key in old if key not in WORDING)
        return [text for key in fields for text in missing(old[key], new.get(key), f"{where}.{key}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        items = enumerate(zip(old, new, strict=True))
        return [text for number, (one, other) in items for text in missing(one, other, f"{where}[{number}]")]
    return [] if old == new else [f"{where}: {old!r} was answered, and now {new!r}"]


def test_an_answer_with_less_is_noticed() -> None:
    assert not missing({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2, "c": 3}], "d": 4})
    assert missing({"a": [1, {"b": 2}]}, {"a": [1]}) == [".a: [1, {'b': 2}] was answered, and now [1]"]
    assert missing({"a": [1, {"b": 2}]}, {"a": [1, {}]}) == [".a[1].b: 2 was answered, and now None"]


@pytest.mark.parametrize(
    "subject",
    [
        *("stats", "profiles", "events", "history", "merges", "duplicates"),
        *("catalogue", "aliases", "marks", "policy", "project", "audit"),
    ],
)
def test_the_api_answers_as_before(read: Old, answers_now: Json, subject: str) -> None:
    assert read.answers[subject]
    assert not missing(read.answers[subject], answers_now[subject])


def test_the_keys_are_there(read: Old, answers_now: Json) -> None:
    *before, added = answers_now["keys"]["keys"]
    assert added["kind"] == "api_token"
    names = ("id", "kind", "value", "label", "scopes", "revoked_at")
    assert [[key[name] for name in names] for key in before] == [
        [key[name] for name in names] for key in read.answers["keys"]["keys"]
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_rejected_requests_are_there(version: str, tmp_path: Path) -> None:
    """Not asked of a server, which deletes them after a day."""
    data, answers = unpack(version, tmp_path)
    with closing(SqliteRejectedReader(data / "refused.db")) as reader:
        found = reader.newest([0, 1], limit=100)
    assert [str(one.number) for one in found] == [one["id"] for one in answers["rejected"]]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_merge_can_be_undone_newest_first(version: str, tmp_path: Path) -> None:
    for server, answers in served(version, tmp_path):
        standing = [merge for merge in answers["merges"] if merge["undone_at"] is None]
        for merge in standing:
            undone = changed(server, "POST", f"/v1/merges/{merge['id']}/undo", {"reason": "to see whether it can be"})
            assert [one["id"] for one in undone["profiles"]] == [merge["winner"], merge["loser"]]
        now = everything(server)
        assert all(len(profile["members"]) == 1 for profile in now["profiles"].values())
        assert len(now["profiles"]) == len(answers["profiles"]) + len(standing)
        assert sorted(owners(now)) == sorted(owners(answers))
        assert sum(map(len, now["events"].values())) == sum(map(len, answers["events"].values()))


def owners(answers: Json) -> list[tuple[str, str, str]]:
    """Every identifier, as often as a profile has it."""
    identifiers = [one for profile in answers["profiles"].values() for one in profile["identifiers"]]
    return [(one["namespace"], one["value"], one["scope"]) for one in identifiers]


def test_every_file_gets_the_present_version(read: Old) -> None:
    files = {"control": CONTROL, "audit": AUDIT, "log": LOG, "refused": REFUSED, "state": STATE}
    for name, package in files.items():
        with closing(apsw.Connection(str(read.server.data / f"{name}.db"))) as connection:
            assert migrations.version_of(connection) == len(migrations.load(package)), name
