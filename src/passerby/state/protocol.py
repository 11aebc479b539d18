"""The state: what the worker has made of the log, and the few verbs by which that is changed.

Embedded: SQLite. Every engine promises the same: a `transaction()` is all or nothing, no two run at once on the
same project, and what was applied in one is durable when it has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from passerby.catalogue.aliases import Alias, Aliases
from passerby.catalogue.changes import Changes, KnownAttribute
from passerby.catalogue.types import DataType
from passerby.catalogue.violations import ViolationRow
from passerby.identity.decisions import UNKNOWN_ACTOR, Actor, Decision, Rule
from passerby.identity.namespaces import DEFAULT_POLICY, Policy
from passerby.identity.snapshot import IdentitySnapshot, IdentityState
from passerby.log.protocol import Entry
from passerby.messages import Identifier, Rejected
from passerby.outbox.records import Change
from passerby.positions import START, Position, Positions
from passerby.profiles.activity import Activity
from passerby.profiles.traits import Versioned
from passerby.state.views import Deletion


class StateUnavailable(Exception):
    """The state cannot be read or written now: disk full, file locked, damaged or not accessible. Nothing was kept."""


class StateBroken(Exception):
    """The state cannot carry out a statement, and will not later: a damaged file, or a fault of the program."""


class UnknownMerge(Exception):
    """There is no such merge in this project."""


class AlreadyUndone(Exception):
    """The merge was undone before."""


class DependentMergeExists(Exception):
    """A later merge builds on this one and has to be undone first."""

    def __init__(self, merge_id: str) -> None:
        super().__init__(f"merge {merge_id} builds on it: undo that one first")
        self.merge_id = merge_id


class UnknownProfile(Exception):
    """There is no such profile in this project."""


class UnknownIdentifier(Exception):
    """The profile holds no such identifier."""


class UnknownDismissal(Exception):
    """Nothing says that these two profiles are different people."""


class UnknownDetachment(Exception):
    """There is no such detachment in this project."""


class SameProfile(Exception):
    """Both are one profile already."""


class IdentifierReassigned(Exception):
    """The identifier belongs to somebody else by now."""


class CustomerIdNotDetachable(Exception):
    """A customer id cannot be detached from its profile."""


class ForbiddenMerge(Exception):
    """R3 forbids merging the two profiles."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule)
        self.rule = rule


class LimitExceeded(Exception):
    """Together, the two would hold too many identifiers, or have too many members. The text is the namespace."""


class ManualDecision(NamedTuple):
    """A manual decision: its time, its actor and the actor's comment, and the project's policy.

    `new_id` makes ids, later ones greater.
    """

    at: int
    actor: Actor
    comment: str
    new_id: Callable[[], str]
    policy: Policy = DEFAULT_POLICY


class ManualMerge(NamedTuple):
    """A merge that was made by hand."""

    id: str
    winner: str
    loser: str


class Detachment(NamedTuple):
    """An identifier that was detached: from which profile, into which."""

    id: str
    profile: str
    detached: str


class Arrival(NamedTuple):
    """When a message came: received time, and position in the log."""

    at: int
    position: Position


class SeenInterval(NamedTuple):
    """The first and the last time that an identifier was seen; `row` is the state's own handle of a known one."""

    first: int
    last: int
    row: int = 0


class SeenKey(NamedTuple):
    """A deduplication key within its project and dialect."""

    project: int
    dialect: str
    key: str


@dataclass(slots=True)
class Loaded:
    """What the state knows of the identifiers of one project's part of a batch.

    `seen_intervals` are of the identifiers in `known.homes`, `contexts` of their homes, `devices` of the
    identifiers that a message of the batch describes.
    """

    known: IdentitySnapshot = field(default_factory=IdentitySnapshot)
    seen_intervals: dict[Identifier, SeenInterval] = field(default_factory=dict)
    contexts: dict[str, dict[str, Versioned]] = field(default_factory=dict)
    devices: dict[Identifier, dict[str, Versioned]] = field(default_factory=dict)


@dataclass(slots=True)
class ProjectChanges:
    """What a batch comes to for one project: all that `apply` writes.

    `states` are by canonical profile, `activity` and `contexts` by the member that a message is recorded under:
    `activity` is what the batch adds, `contexts` what then holds.
    `seen_intervals` are of identifiers that were known before or are attached now, as they then hold. `traits` and
    `rejected_traits` are the newest of the batch by (profile id, name). `devices` is what is then known of devices.
    `arrivals` are of the messages that `decisions` name, `invalid` the messages that are kept for inspection only.
    `totals` are growths. `records` are the changes of profiles for the outbox.
    """

    project: int
    created: Sequence[str] = ()
    decisions: Sequence[Decision] = ()
    states: Mapping[str, IdentityState] = field(default_factory=dict)
    activity: Mapping[str, Activity] = field(default_factory=dict)
    contexts: Mapping[str, Mapping[str, Versioned]] = field(default_factory=dict)
    seen_intervals: Mapping[Identifier, SeenInterval] = field(default_factory=dict)
    cleared: Iterable[Identifier] = ()
    linked: Mapping[Identifier, Iterable[str]] = field(default_factory=dict)
    traits: Mapping[tuple[str, str], Versioned] = field(default_factory=dict)
    rejected_traits: Mapping[tuple[str, str], tuple[Rejected, Versioned]] = field(default_factory=dict)
    devices: Mapping[Identifier, Mapping[str, Versioned]] = field(default_factory=dict)
    arrivals: Mapping[str, Arrival] = field(default_factory=dict)
    invalid: Sequence[Entry] = ()
    totals: Mapping[str, int] = field(default_factory=dict)
    records: Sequence[Change] = ()


class SeriesRow(NamedTuple):
    """What a batch adds to the counts of a dialect in the minute that begins at `at` (ms)."""

    project: int
    at: int
    dialect: str
    accepted: int
    duplicates: int
    violations: int


class Progress(NamedTuple):
    """How far a state is. Positions are those of the log."""

    positions: Positions = START
    """Everything up to them is applied."""
    received_at: int = 0
    """The newest received time of all applied messages, in milliseconds; 0 where it is unknown."""
    accepted: Mapping[int, int] = {}
    """Messages that were applied or dropped as duplicates, by project."""
    relayed: Positions = START
    """The events up to them are in the event store."""
    relays_ahead: bool = False
    """Whether a relay has delivered more batches than the outbox has ever held."""


class OutboxRow(NamedTuple):
    """The resolved events of one partition's part of a batch, and the last position of that part.

    `body` has one JSON object of `StoredEvent` a line, `events` of them.
    """

    position: Position
    events: int
    body: bytes


class State(Protocol):
    """The writing end of the state.

    Every verb is called within a transaction, but `transaction`, `close` and those that say that they have their own.
    """

    def transaction(self) -> AbstractContextManager[None]:
        """Begin; commit durably at the end of the block, or roll back when it raises.

        Raises StateUnavailable for a full disk, a lock held for too long, and the like.
        """

    def positions(self) -> Positions:
        """The log positions up to which messages are applied. Needs no transaction."""

    def lock_positions(self, partitions: Collection[int]) -> Positions:
        """Return how far at least these partitions are applied; they stay there until the transaction ends or finishes.

        Another transaction that locks one of them waits until then, so each message is applied by one worker only, even
        while a partition moves from one worker to another.
        """

    def expiries(self, keys: Iterable[SeenKey]) -> dict[SeenKey, int]:
        """Until when each of these keys counts as seen; keys that are not kept are left out."""

    def remember(self, keys: Mapping[SeenKey, int]) -> None:
        """Keep these keys until the given time."""

    def forget(self, now: int) -> None:
        """Let go of a bounded number of keys whose time was over by `now`."""

    def known(self, project: int, identifiers: Iterable[Identifier], hints: Iterable[Identifier]) -> Loaded:
        """What is known of these identifiers, of their owners, and of whom the hints link to."""

    def devices(self, project: int, devices: Iterable[Identifier]) -> dict[Identifier, dict[str, Versioned]]:
        """What these devices have said of themselves; those that have not are left out."""

    def trait_names(self, profiles: Iterable[str]) -> dict[str, list[str]]:
        """The names of these profiles' own traits; not those of their members."""

    def attributes(self, project: int, event: str) -> dict[str, KnownAttribute] | None:
        """The attributes of this event name, or None for a name that the catalogue does not have."""

    def catalogue_version(self) -> int:
        """Number of edits of the catalogue that the worker did not make."""

    def aliases(self, project: int) -> Aliases:
        """The merged spellings of a project."""

    def event_names(self, project: int) -> int:
        """How many event names the catalogue has."""

    def violation_keys(self, project: int) -> list[tuple[str, str, str]]:
        """Kind, subject and attribute of every row that counts violations."""

    def apply(self, changes: ProjectChanges) -> None:
        """Write what a batch comes to for one project."""

    def count(self, changes: Changes, violations: Sequence[ViolationRow]) -> None:
        """Add to the counts of the catalogue and of violations."""

    def add_series(self, rows: Sequence[SeriesRow]) -> None:
        """Add to the counts by minute."""

    def roll_up(self, now: int) -> None:
        """Add old counts by minute and hour to longer steps; in a transaction of its own."""

    def backfill(self) -> bool:
        """Run a slice of a pending backfill in a transaction of its own; return whether there may be more to do."""

    def finish(self, positions: Positions, at: int, outbox: Sequence[OutboxRow]) -> None:
        """Write the outbox rows, and that everything up to these log positions is applied.

        Partitions that `positions` does not list stay where they are. `at` is the received time of the last message.
        """

    def dead_letter(self, entry: Entry, error: str) -> None:
        """Keep a message that cannot be applied, with what went wrong."""

    def undo_merge(  # noqa: PLR0913 - who undoes what, when and why
        self,
        project: int,
        merge_id: str,
        at: int,
        policy: Policy = DEFAULT_POLICY,
        *,
        actor: Actor = UNKNOWN_ACTOR,
        comment: str = "",
    ) -> tuple[str, str]:
        """Take a merge back and remember it; in a transaction of its own. Return the winner's and the loser's id.

        The history keeps the actor and the actor's comment.

        Raises UnknownMerge, AlreadyUndone, DependentMergeExists.
        """

    def merge_profiles(
        self, project: int, winner: str, loser: str, decision: ManualDecision, *, force: bool
    ) -> ManualMerge:
        """Merge two profiles, or those that they belong to by now; in a transaction of its own.

        A customer absorbs whoever is none, whichever was to win. Two customers can be forced: the loser's customer
        id then becomes a former one of the winner. Raises UnknownProfile, SameProfile, ForbiddenMerge (unless
        forced), LimitExceeded.
        """

    def detach(self, project: int, profile: str, identifier: Identifier, decision: ManualDecision) -> Detachment:
        """Give one (cleaned) identifier of a profile a profile of its own, and remember that it is none of the first's.

        In a transaction of its own. Raises UnknownProfile, UnknownIdentifier, CustomerIdNotDetachable.
        """

    def undo_detachment(self, project: int, detachment_id: str, decision: ManualDecision) -> ManualMerge:
        """Merge what was detached back, and forget that it was; in a transaction of its own.

        Raises UnknownDetachment, AlreadyUndone, DependentMergeExists, IdentifierReassigned, ForbiddenMerge,
        LimitExceeded.
        """

    def dismiss_duplicate(self, project: int, one: str, other: str, decision: ManualDecision) -> tuple[str, str]:
        """Remember that two profiles, or those that they belong to now, are different people.

        In a transaction of its own. Returns both ids, the older first. Raises UnknownProfile, SameProfile.
        """

    def restore_duplicate(self, project: int, one: str, other: str) -> tuple[str, str]:
        """Take that back; in a transaction of its own. Raises UnknownProfile, SameProfile, UnknownDismissal."""

    def sweep_duplicates(self) -> None:
        """Check some of the values that profiles shared, for those that one has alone; in a transaction of its own."""

    def change_type(self, project: int, event: str, attribute: str, type_: DataType) -> DataType:
        """Give an attribute another type, and return the one that it had; in a transaction of its own.

        `event` is "" for a trait. Raises UnknownName.
        """

    def add_alias(self, project: int, alias: Alias) -> None:
        """Merge a spelling into another name; in a transaction of its own. Raises UnknownName, BadAlias."""

    def remove_alias(self, project: int, event: str, attribute: str) -> None:
        """Undo `add_alias`; in a transaction of its own. Raises UnknownName."""

    def delete_names(self, project: int, names: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Take event names, attributes and traits from the catalogue, each by event and attribute, one of them "".

        What was recorded stays. In a transaction of its own; returns the names that are not there. Raises BadAlias.
        """

    def delete_test_data(self, project: int, at: int) -> Deletion:
        """Delete test profiles and everything that is known of them; in a transaction of its own.

        Their events are deleted from the event store by the relay, soon after. `at` is the time, in ms.
        """

    def close(self) -> None: ...
