"""Every change of a profile is in the outbox: replaying the changes gives the state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.state.state_builder import DAY, StateBuilder, ident, new_id

from passerby.identity.decisions import Actor
from passerby.identity.stage import Stage
from passerby.messages import Identifier
from passerby.outbox.records import (
    Attached,
    Change,
    Created,
    Detached,
    Erased,
    Merged,
    Reassigned,
    StageChanged,
    TraitsChanged,
    Unmerged,
    decoded,
)
from passerby.settings import OutboxSettings
from passerby.state.manager.ids import to_text
from passerby.state.protocol import ManualDecision, UnknownMerge
from passerby.state.sqlite.outbox import SqliteOutbox

DECISION = ManualDecision(DAY, Actor("console_user", "anna"), "why", new_id)
U1, U2 = ident("user_id", "u1"), ident("user_id", "u2")
M1, M2, M3 = (ident("mobile_id", name) for name in ("m1", "m2", "m3"))
MAIL = ident("email", "a@example.org")
TEST = ident("mobile_id", "passerby-test-1")


class Replay:
    """Profiles, as someone knows them who reads nothing but changes."""

    def __init__(self) -> None:
        self.homes: dict[Identifier, str] = {}
        self.leads: dict[str, str] = {}
        self.stages: dict[str, str] = {}
        self.traits: dict[str, set[str]] = {}

    def apply(self, change: Change) -> None:
        profile = change.profile
        match change:
            case Created():
                assert profile not in self.stages
                self.stages[profile] = "anonymous"
            case Attached(identifier=identifier):
                assert identifier not in self.homes
                self.homes[identifier] = profile
            case Reassigned(identifier=identifier, from_=from_) | Detached(identifier=identifier, from_=from_):
                assert self.owner(self.homes[identifier]) == self.owner(from_)
                self.homes[identifier] = profile
            case Merged(winner=winner):
                del self.stages[profile]
                self.leads[profile] = winner
            case Unmerged(winner=winner):
                assert self.leads.pop(profile) == winner
                self.stages[profile] = "anonymous"
            case StageChanged(from_=from_, to=to):
                assert self.stages[profile] == from_
                self.stages[profile] = to
            case TraitsChanged(names=names):
                self.traits.setdefault(profile, set()).update(names)
            case Erased():
                self.homes = {each: home for each, home in self.homes.items() if home != profile}
                for known in (self.leads, self.stages, self.traits):
                    known.pop(profile, None)

    def owner(self, profile: str) -> str:
        while profile in self.leads:
            profile = self.leads[profile]
        return profile


class Watched:
    """A state that is filled, and the changes in its outbox."""

    def __init__(self, path: Path) -> None:
        self.builder = StateBuilder(path)
        self._path = path

    def changes(self) -> list[Change]:
        with closing(SqliteOutbox(self._path, OutboxSettings())) as outbox:
            return [change for row in outbox.read(0, 9_999, 9_999_999) for change in decoded(row.changes)]

    def owner(self, identifier: Identifier) -> str:
        replay = self.replayed()
        return replay.owner(replay.homes[identifier])

    def replayed(self) -> Replay:
        replay = Replay()
        for change in self.changes():
            replay.apply(change)
        return replay

    def check(self) -> None:
        """Compare a replay with what is stored."""
        replay = self.replayed()
        with closing(apsw.Connection(str(self._path))) as connection:
            rows: Any = connection.execute("SELECT namespace, value, scope, profile FROM identifiers").fetchall()
            profiles: Any = connection.execute("SELECT id, canonical, stage FROM profiles").fetchall()
            traits: Any = connection.execute("SELECT profile, name FROM traits").fetchall()
        assert replay.homes == {Identifier(*name): to_text(home) for *name, home in rows}
        canonical = {to_text(id_): to_text(into) if into else to_text(id_) for id_, into, _ in profiles}
        assert {profile: replay.owner(profile) for profile in canonical} == canonical
        stages = {to_text(id_): Stage(stage).label for id_, into, stage in profiles if into in {None, id_}}
        assert replay.stages == stages
        stored: dict[str, set[str]] = {}
        for profile, name in traits:
            stored.setdefault(to_text(profile), set()).add(name)
        assert replay.traits == stored


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path / "state.db")
    yield watched
    watched.builder.close()


def test_the_worker_records_what_it_changes(watched: Watched) -> None:
    watched.builder.identify(M1, color="red", size=3)
    created, attached, traits = watched.changes()
    profile = created.profile
    assert created == Created(project=1, position=created.position, profile=profile)
    assert attached == Attached(project=1, position=created.position, profile=profile, identifier=M1)
    assert traits == TraitsChanged(project=1, position=created.position, profile=profile, names=("color", "size"))
    watched.check()


def test_what_changes_nothing_is_no_change(watched: Watched) -> None:
    watched.builder.identify(U1)
    before = watched.changes()
    watched.builder.track("Seen", U1)
    assert watched.changes() == before


def test_a_batch_with_events_and_changes_is_one_row(watched: Watched, tmp_path: Path) -> None:
    watched.builder.track("Seen", M1)
    with closing(SqliteOutbox(tmp_path / "state.db", OutboxSettings())) as outbox:
        (row,) = outbox.read(0, 99, 99_999)
    assert (row.events, len(list(decoded(row.changes)))) == (1, 2)
    with closing(apsw.Connection(str(tmp_path / "state.db"))) as connection:
        stored: Any = connection.execute("SELECT bytes, length(body), length(changes) FROM outbox").fetchone()
    size, body, changes = stored
    assert (size, body) == (body + changes, len(row.body))
    assert changes < len(row.changes) / 3


def test_merges_and_stages_of_the_worker_are_followed(watched: Watched) -> None:
    watched.builder.track("Seen", M1)
    watched.builder.identify(MAIL, M2)
    watched.builder.identify(U1, M1, MAIL, name="Ann")
    assert [type(change) for change in watched.changes()].count(Merged) == 1
    assert watched.replayed().stages == {watched.owner(U1): "customer"}
    watched.check()


Steps = Callable[[Watched], None]


def undo_last_merge(watched: Watched) -> None:
    merge = next(change for change in reversed(watched.changes()) if isinstance(change, Merged))
    watched.builder.state.undo_merge(1, merge.merge_id, DAY)


def merge(watched: Watched) -> None:
    watched.builder.state.merge_profiles(1, watched.owner(U1), watched.owner(M3), DECISION, force=False)


def detach(watched: Watched) -> None:
    watched.builder.state.detach(1, watched.owner(U1), M1, DECISION)


def undo_detachment(watched: Watched) -> None:
    with closing(apsw.Connection(str(watched.builder.path))) as connection:
        id_: bytes = connection.execute("SELECT id FROM detachments ORDER BY id DESC LIMIT 1").get
    watched.builder.state.undo_detachment(1, to_text(id_), DECISION)


def delete_test_data(watched: Watched) -> None:
    assert watched.builder.state.delete_test_data(1, DAY).profiles == 1


@pytest.mark.parametrize(
    "steps",
    [
        [undo_last_merge],
        [merge],
        [merge, undo_last_merge],
        [detach],
        [detach, undo_detachment],
        [detach, undo_detachment, undo_last_merge],
        [merge, detach, undo_detachment],
        [delete_test_data],
    ],
    ids=lambda steps: ", ".join(step.__name__ for step in steps),
)
def test_what_users_change_is_followed(watched: Watched, steps: list[Steps]) -> None:
    watched.builder.track("Seen", M1)
    watched.builder.identify(U1, MAIL, name="Ann")
    watched.builder.identify(U1, M1)
    watched.builder.track("Seen", M3)
    watched.builder.track("Seen", TEST)
    for step in steps:
        before = len(watched.changes())
        step(watched)
        assert len(watched.changes()) > before
        watched.check()
    watched.builder.identify(M1, U2, size=3)
    watched.check()


def test_a_rejected_change_has_no_effect(watched: Watched) -> None:
    watched.builder.identify(U1)
    before = watched.changes()
    with pytest.raises(UnknownMerge):
        watched.builder.state.undo_merge(1, new_id(), DAY)
    watched.builder.track("Seen", U1)
    assert watched.changes() == before
