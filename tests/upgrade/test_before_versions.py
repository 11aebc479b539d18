"""A data directory from before state.db had a version is migrated when it is opened and has lost nothing."""

from __future__ import annotations

import tarfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from tests.server_process import Json, Server, running
from tests.state.state_builder import new_id

from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.identity.decisions import Actor
from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.identity.stage import Stage
from passerby.log.protocol import Entry
from passerby.messages import Identifier, Message
from passerby.positions import Position
from passerby.state.protocol import ManualDecision
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.state.sqlite.store import SqliteState
from passerby.storage import migrations
from passerby.storage.migrations import NewerFile
from passerby.worker.batch import Worker

ARCHIVE = Path(__file__).parent / "before-versions.tar.xz"


def unpack(folder: Path) -> Path:
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder


def token(data: Path) -> str:
    """A new API token of the folder's project."""
    with SqliteProjects(data / "control.db") as store:
        return store.add_key(store.project("default"), "api_token", time.time_ns() // 1_000_000).value


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = unpack(tmp_path_factory.mktemp("upgrade") / "data")
    with running(Server(data, keys={"api_token": token(data)})) as server:
        yield server


def customer(server: Server) -> Json:
    return server.read("/v1/profiles", namespace="user_id", value="customer-1")


def test_every_profile_is_there(server: Server) -> None:
    assert server.read("/v1/stats")["profiles"] == {"anonymous": 1, "lead": 0, "customer": 3}


def test_a_profile_has_its_members_identifiers_and_traits(server: Server) -> None:
    profile = customer(server)
    names = {(one["namespace"], one["value"]) for one in profile["identifiers"]}
    assert {("user_id", "customer-1"), ("anonymous_id", "visitor-1"), ("anonymous_id", "visitor-2")} <= names
    assert profile["traits"].items() >= {"firstName": "Änn", "plan": "gold"}.items()
    assert len(profile["members"]) == 2


def test_its_events_are_there(server: Server) -> None:
    events = server.read(f"/v1/profiles/{customer(server)['id']}/events")["events"]
    assert sorted(event["name"] for event in events) == ["Order Completed", *["Product Viewed"] * 2, "Viewed Home Page"]


def test_its_history_is_there(server: Server) -> None:
    history = server.read(f"/v1/profiles/{customer(server)['id']}/history")["history"]
    assert [entry["kind"] for entry in history].count("merged") == 1


def test_a_merge_of_that_time_can_be_undone(tmp_path: Path) -> None:
    state = unpack(tmp_path / "data") / "state.db"
    with closing(SqliteState(state)) as writer, closing(SqliteStateReader(state)) as reader:
        (merge,) = reader.merges(1, limit=2)
        winner, loser = writer.undo_merge(1, merge.id, 0)
        found = [reader.profile_of(1, Identifier("anonymous_id", f"visitor-{number}")) for number in (1, 2)]
    assert [profile and profile.id for profile in found] == [winner, loser]


def test_merges_of_then_and_now_are_undone_each_in_its_way(tmp_path: Path) -> None:
    """A merge of that time moved its identifier to the winner; one of now moves none."""
    state = unpack(tmp_path / "data") / "state.db"
    visitors = [Identifier("anonymous_id", f"visitor-{number}") for number in (1, 2)]
    with closing(SqliteState(state)) as writer, closing(SqliteStateReader(state)) as reader:
        (old,) = reader.merges(1, limit=2)
        (visitor,) = reader.profiles(1, limit=2, stage=Stage.ANONYMOUS)
        others = [Identifier(each.namespace, each.value) for each in visitor.identifiers]
        decision = ManualDecision(time.time_ns() // 1_000_000, Actor("console_user", "anna"), "the same", new_id)
        new = writer.merge_profiles(1, old.winner, visitor.id, decision, force=False)
        assert {owner(reader, each) for each in (*visitors, *others)} == {old.winner}
        worker = Worker(writer, lambda _: DEFAULT_POLICY)
        for number, name in enumerate((visitors[1], others[0]), writer.positions().offset() + 1):
            worker.apply([Entry(Position(number), event(name))])
        writer.undo_merge(1, old.id, 0)
        assert [owner(reader, each) for each in (*visitors, *others)] == [
            old.winner,
            old.loser,
            *[old.winner] * len(others),
        ]
        writer.undo_merge(1, new.id, 0)
        assert {owner(reader, each) for each in others} == {visitor.id}
        counts = [found.event_count for id_ in (old.loser, visitor.id) if (found := reader.profile(1, id_))]
    # What visitor-2 did after the merge of that time was recorded under the winner, as it was then.
    assert counts == [1, visitor.event_count + 1]


def owner(reader: SqliteStateReader, identifier: Identifier) -> str:
    profile = reader.profile_of(1, identifier)
    assert profile is not None
    return profile.id


def event(identifier: Identifier) -> Message:
    return Message(
        project=1,
        id=new_id(),
        dialect="segment",
        kind="track",
        identifiers=(identifier,),
        time=time.time_ns() // 1_000_000,
        received_at=time.time_ns() // 1_000_000,
        name="Seen",
    )


def test_the_file_has_the_present_version(tmp_path: Path) -> None:
    data = unpack(tmp_path / "data")
    SqliteState(data / "state.db").close()
    connection = apsw.Connection(str(data / "state.db"))
    assert migrations.version_of(connection) == len(migrations.load("passerby.state.sqlite.migrations")) > 0
    connection.close()


def test_a_state_file_of_a_later_version_is_refused_unchanged(tmp_path: Path) -> None:
    data = unpack(tmp_path / "data")
    connection = apsw.Connection(str(data / "state.db"))
    connection.pragma("user_version", 9999)
    connection.close()
    with pytest.raises(NewerFile, match=r"state\.db was written by a later version"):
        SqliteState(data / "state.db")
