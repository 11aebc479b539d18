"""A worker on a real state and a reference model that receive the same messages and must agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple, cast

from tests.identity.manual_model import ManualModel
from tests.identity.model_cleaning import RANKS
from tests.worker.invariants import Invariants
from tests.worker.observer import StateObserver
from tests.worker.view import view_of_model

from passerby.engines import StateEngine
from passerby.identity.decisions import Actor
from passerby.identity.namespaces import DEFAULT_POLICY, Policy
from passerby.log.protocol import Entry
from passerby.messages import Identifier, Message
from passerby.positions import Position
from passerby.state.protocol import (
    AlreadyUndone,
    CustomerIdNotDetachable,
    DependentMergeExists,
    ForbiddenMerge,
    IdentifierReassigned,
    LimitExceeded,
    ManualDecision,
    SameProfile,
    State,
    UnknownIdentifier,
)
from passerby.state.sqlite.engine import SqliteStateEngine
from passerby.worker.batch import Worker

DAY: Final = 1_763_700_000_000
"""Received time of the first message (ms)."""
HOUR: Final = 60 * 60 * 1000
WINDOWS: Final = {"webengage": 4 * HOUR, "segment": 30 * 24 * HOUR}
"""Deduplication windows (ms); in other dialects a day."""
PROJECTS: Final = (1, 2)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for many short-lived states."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


@cache
def empty_state() -> bytes:
    """A migrated SQLite state without rows: to run the migrations takes longer than to apply a few messages."""
    with temporary_folder() as folder:
        SqliteStateEngine(folder / "state.db").open_writer().close()
        return (folder / "state.db").read_bytes()


def sqlite_engine(path: Path) -> SqliteStateEngine:
    """A state in this file, which is created without running the migrations again."""
    if not path.exists():
        path.write_bytes(empty_state())
    return SqliteStateEngine(path)


class LimitSet(NamedTuple):
    """Limits of identifiers per profile, for the product and for the model."""

    policy: Policy
    limits: tuple[int, ...]


DEFAULT_LIMITS: Final = LimitSet(DEFAULT_POLICY, (1, 20, 1_000, 100, 1_000, 1_000, 20, 10_000))
_TIGHT = (1, 2, 3, 1, 2, 2, 1, 2)
TIGHT_LIMITS: Final = LimitSet(
    Policy(limits={namespace: _TIGHT[rank] for namespace, rank in RANKS.items()}, members=2), _TIGHT
)


REFUSALS: Final = (
    AlreadyUndone,
    DependentMergeExists,
    CustomerIdNotDetachable,
    ForbiddenMerge,
    LimitExceeded,
    IdentifierReassigned,
    SameProfile,
    UnknownIdentifier,
)
"""Errors of manual changes."""


class WorkerStopped(BaseException):
    """Raised to stop the worker at any call."""


class InterruptibleState:
    """A state that stops the worker before the n-th call, or at the n-th end of a transaction."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.fuse: int | None = None

    def __getattr__(self, verb: str) -> Any:
        self._burn()
        return getattr(self.state, verb)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.state.transaction():
            yield
            self._burn()
        self._burn()

    def _burn(self) -> None:
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                raise WorkerStopped


def message_id(position: int) -> str:
    """The id of the message at this position: a UUIDv7, in the order of the log."""
    return f"00000000-0000-7000-8000-{position:06x}ffffff"


class Comparison:
    """Some projects, each in the product and in a model of its own. `log` holds every message, from position 1.

    `place` is an engine, or the path of a file for SQLite.
    """

    def __init__(
        self, place: Path | StateEngine, limit_set: LimitSet = DEFAULT_LIMITS, projects: Iterable[int] = PROJECTS
    ) -> None:
        self.log: list[Entry] = []
        self.models = {project: ManualModel(limit_set.limits) for project in projects}
        self.applied = 0
        self._touched: set[int] = set()
        self.path = place if isinstance(place, Path) else Path()
        self._engine = sqlite_engine(place) if isinstance(place, Path) else place
        self._policy = limit_set.policy
        self._acts = count(0x800000)
        self._seen: dict[tuple[int, str, str], int] = {}
        self._counts = Counter[tuple[int, str]]()
        self._open()
        self.observer = StateObserver(self._engine)
        self.invariants = Invariants(self.observer, self.models)

    def close(self) -> None:
        self.observer.close()
        self.state.close()

    def _open(self) -> None:
        self.state = self._engine.open_writer()
        self._interruptible = InterruptibleState(self.state)
        self._worker = Worker(cast("State", self._interruptible), lambda _: self._policy)

    def new_id(self) -> str:
        """Make an id for a manual change: greater than all earlier ids, and less than those of later messages."""
        return f"{message_id(self.applied)[:-6]}{next(self._acts):06x}"

    def restart(self) -> None:
        """Stop the worker and start another on the same file."""
        self.state.close()
        self._open()

    def append(self, *identifiers: Identifier, kind: str = "track", after: int = 1000, **fields: Any) -> Message:
        """Append a message to the log, received so long (ms) after the previous one."""
        position = len(self.log) + 1
        received_at = self.log[-1].message.received_at + after if self.log else DAY
        usual: dict[str, Any] = {
            "project": 1,
            "dialect": "test",
            "time": received_at,
            "name": "Seen" if kind == "track" else "",
        }
        fixed = {"id": message_id(position), "kind": kind, "identifiers": identifiers, "received_at": received_at}
        message = Message(**(usual | fixed | fields))
        self.log.append(Entry(Position(position), message))
        return message

    def apply(
        self, messages: int | None = None, *, again: int = 0, fuse: int | None = None, restart: bool = True
    ) -> None:
        """Let worker and models apply the next messages (by default all), and the worker some earlier ones again.

        A fuse may stop the worker within the batch; then another worker is started, or the same continues.
        """
        until = len(self.log) if messages is None else min(self.applied + messages, len(self.log))
        entries = self.log[max(0, self.applied - again) : until]
        self._touched.update(message.project for _, message in entries)
        self._interruptible.fuse = fuse
        try:
            self._worker.apply(entries)
        except WorkerStopped:
            if restart:
                self.restart()
        self._interruptible.fuse = None
        reached = self._reached()
        assert reached in {self.applied, until}
        assert fuse is not None or reached == until
        for position, message in self.log[self.applied : reached]:
            self._apply_to_model(position, message)
        self.applied = reached

    def undo(self, project: int, number: int) -> bool:
        """Undo the project's n-th merge on both sides, which have to agree; return whether it was undone."""
        merge_id = self.observer.records(project).merges[number].id
        self._touched.add(project)
        done = self._try(lambda: self.state.undo_merge(project, merge_id, DAY, self._policy)) == "done"
        assert self.models[project].undo(self.models[project].merges[number]) == done
        return done

    def merge_manually(self, project: int, one: int, other: int, *, force: bool) -> str:
        """Merge two of the project's profiles on both sides; return `done` or the name of the error."""
        model, (winner, loser) = self.models[project], self._profiles(project, one, other)
        outcome = self._try(lambda: self.state.merge_profiles(project, winner, loser, self._decision, force=force))
        assert model.merge_manually(model.people[one], model.people[other], force=force) == outcome
        return outcome

    def detach(self, project: int, number: int, name: Identifier) -> str:
        """Detach an identifier of one of the project's profiles on both sides, likewise."""
        model, (profile,) = self.models[project], self._profiles(project, number)
        outcome = self._try(lambda: self.state.detach(project, profile, name, self._decision))
        assert model.detach(model.people[number], name) == outcome
        return outcome

    def undo_detachment(self, project: int, number: int) -> str:
        """Undo the project's n-th detachment, likewise."""
        self._touched.add(project)
        model = self.models[project]
        id_ = self.observer.records(project).detachments[number].id
        outcome = self._try(lambda: self.state.undo_detachment(project, id_, self._decision))
        assert model.undo_detachment(model.detachments[number]) == outcome
        return outcome

    @property
    def _decision(self) -> ManualDecision:
        return ManualDecision(DAY, Actor("console_user", "anna"), "reasons", self.new_id, self._policy)

    def _profiles(self, project: int, *numbers: int) -> list[str]:
        self._touched.add(project)
        profiles = self.observer.records(project).profiles
        return [profiles[number].id for number in numbers]

    def _try(self, act: Callable[[], object]) -> str:
        try:
            act()
        except REFUSALS as refusal:
            return type(refusal).__name__
        return "done"

    def check(self) -> None:
        """Assert that the projects changed since the last check agree with their models, and all invariants."""
        records = {project: self.observer.records(project) for project in self.models}  # read once: reading is slow
        for project in self._touched:
            model = self.models[project]
            expected, found = view_of_model(model), self.observer.view(project, records[project])
            found.history.pop("blocked", None)
            for part, value in found._asdict().items():
                assert (part, value) == (part, getattr(expected, part))
            totals = self.observer.totals(project)
            counted = {name: n for (owner, name), n in self._counts.items() if owner == project}
            assert {name: totals.get(name, 0) for name in counted} == counted
            accepted = sum(message.project == project for _, message in self.log)
            waiting = sum(message.project == project for _, message in self.log[self.applied :])
            assert accepted == totals.get("applied", 0) + totals.get("duplicates", 0) + waiting
        self.invariants.check(records)
        self._touched.clear()

    def check_all(self) -> None:
        """Check all projects, changed or not."""
        self._touched.update(self.models)
        self.check()

    def _reached(self) -> int:
        return self.observer.reader.positions().offset()

    def _apply_to_model(self, position: int, message: Message) -> None:
        key = (message.project, message.dialect, message.deduplication_key)
        if message.deduplication_key and self._seen.get(key, 0) > message.received_at:
            self._counts[message.project, "duplicates"] += 1
            return
        self._seen[key] = message.received_at + WINDOWS.get(message.dialect, 24 * HOUR)
        self._counts[message.project, "applied"] += 1
        if message.kind == "track":
            self._counts[message.project, "events"] += 1
        self.models[message.project].apply(message, position)
