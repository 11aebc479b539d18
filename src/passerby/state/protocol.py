"""Protocol of the state's writing end: profiles, identifiers and catalogue, as derived from the log by the worker.

The embedded engine is SQLite. Every engine guarantees that a `transaction()` is atomic, that no two transactions run
concurrently on the same project, and that a transaction is durable once its block has ended.
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
from passerby.errors import StoreBroken, StoreUnavailable
from passerby.identity.decisions import UNKNOWN_ACTOR, Actor, Decision, Rule
from passerby.identity.namespaces import DEFAULT_POLICY, Policy
from passerby.identity.snapshot import IdentitySnapshot, IdentityState
from passerby.log.protocol import Entry
from passerby.messages import Identifier, Rejected
from passerby.outbox.protocol import OutboxSize
from passerby.outbox.records import Change
from passerby.positions import START, Position, Positions
from passerby.profiles.activity import Activity
from passerby.profiles.traits import Versioned
from passerby.state.views import Deletion


class StateUnavailable(StoreUnavailable):
    """A temporary or fixable condition: disk full, file locked or not accessible. The transaction was rolled back."""

    store = "the state"


class StateBroken(StoreBroken):
    """A permanent failure of a statement: a damaged file, or a bug."""

    store = "the state"


class UnknownMerge(Exception):
    """The project has no such merge."""


class AlreadyUndone(Exception):
    """The merge or detachment has already been undone."""


class DependentMergeExists(Exception):
    """A later merge builds on this one and has to be undone first."""

    def __init__(self, merge_id: str) -> None:
        super().__init__(f"merge {merge_id} builds on it: undo that one first")
        self.merge_id = merge_id


class UnknownProfile(Exception):
    """The project has no such profile."""


class UnknownIdentifier(Exception):
    """The profile does not hold the identifier."""


class UnknownDismissal(Exception):
    """The pair of profiles is not dismissed as a duplicate."""


class UnknownDetachment(Exception):
    """The project has no such detachment."""


class SameProfile(Exception):
    """Both ids belong to the same profile."""


class IdentifierReassigned(Exception):
    """The identifier has been reassigned to another profile."""


class CustomerIdNotDetachable(Exception):
    """A customer id cannot be detached from its profile."""


class ForbiddenMerge(Exception):
    """R3 forbids merging the two profiles."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule)
        self.rule = rule


class LimitExceeded(Exception):
    """The merged profile would hold too many identifiers or members. The argument is the namespace."""


class ManualDecision(NamedTuple):
    """The circumstances of a manual change: time (ms), actor, the actor's comment, and the project's policy.

    `new_id` returns a new id, greater than all before.
    """

    at: int
    actor: Actor
    comment: str
    new_id: Callable[[], str]
    policy: Policy = DEFAULT_POLICY


class ManualMerge(NamedTuple):
    """The result of a manual merge."""

    id: str
    winner: str
    loser: str


class Detachment(NamedTuple):
    """The result of a detachment: the profile that lost the identifier, and the new one that got it."""

    id: str
    profile: str
    detached: str


class Arrival(NamedTuple):
    """When a message was received: time in ms, and position in the log."""

    at: int
    position: Position


class SeenInterval(NamedTuple):
    """The first and last event time of an identifier; `row` is the state's handle of a stored one, else 0."""

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
    """The stored state of the identifiers in one project's part of a batch.

    `seen_intervals` are of the identifiers in `known.homes`, `contexts` of their homes, `devices` of the
    identifiers that a message of the batch describes.
    """

    known: IdentitySnapshot = field(default_factory=IdentitySnapshot)
    seen_intervals: dict[Identifier, SeenInterval] = field(default_factory=dict)
    contexts: dict[str, dict[str, Versioned]] = field(default_factory=dict)
    devices: dict[Identifier, dict[str, Versioned]] = field(default_factory=dict)


@dataclass(slots=True)
class ProjectChanges:
    """All changes of a batch for one project, as written by `State.apply`.

    `states` are by canonical profile, `activity` and `contexts` by the member that a message is recorded under:
    `activity` is what the batch adds, `contexts` the complete new values.
    `seen_intervals` are the new values for stored and newly attached identifiers. `traits` and
    `rejected_traits` are the newest of the batch by (profile id, name). `devices` has the complete new values.
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
    """Additions to the counts of a dialect in the minute that begins at `at` (ms)."""

    project: int
    at: int
    dialect: str
    accepted: int
    duplicates: int
    violations: int


class Progress(NamedTuple):
    """The progress of a state. Positions are those of the log."""

    positions: Positions = START
    """Everything up to them is applied."""
    received_at: int = 0
    """The newest received time of all applied messages, in milliseconds; 0 if unknown."""
    accepted: Mapping[int, int] = {}
    """Messages that were applied or dropped as duplicates, by project."""
    relayed: Positions = START
    """The events up to them are in the event store."""
    relays_ahead: bool = False
    """Whether a relay has delivered more batches than the outbox has ever held."""
    outbox: OutboxSize = OutboxSize()


class OutboxRow(NamedTuple):
    """The resolved events of one partition's part of a batch, and the last position of that part.

    `body` has one JSON object of `StoredEvent` a line, `events` of them.
    """

    position: Position
    events: int
    body: bytes


class State(Protocol):
    """The writing end of the state.

    Methods must be called within a `transaction`, except `close` and those that are documented to open their own.
    """

    def transaction(self) -> AbstractContextManager[None]:
        """Context manager: commit durably at the end of the block, or roll back when it raises.

        Raises StateUnavailable, StateBroken.
        """

    def positions(self) -> Positions:
        """The log positions up to which messages are applied. Needs no transaction."""

    def lock_positions(self, partitions: Collection[int]) -> Positions:
        """Lock the positions of these partitions until the transaction ends; return at least those.

        Another transaction that locks one of them waits, so that each message is applied by one worker only, even while
        a partition moves from one worker to another.
        """

    def expiries(self, keys: Iterable[SeenKey]) -> dict[SeenKey, int]:
        """Return when each of these keys expires (ms); unknown keys are left out."""

    def remember(self, keys: Mapping[SeenKey, int]) -> None:
        """Store these keys with the time (ms) at which they expire."""

    def forget(self, now: int) -> None:
        """Delete a bounded number of keys that expired before `now` (ms)."""

    def known(self, project: int, identifiers: Iterable[Identifier], hints: Iterable[Identifier]) -> Loaded:
        """Load these identifiers, the identity state of their owners, and the profiles linked to the hints."""

    def devices(self, project: int, devices: Iterable[Identifier]) -> dict[Identifier, dict[str, Versioned]]:
        """Return what these devices stated about themselves; devices without a statement are left out."""

    def trait_names(self, profiles: Iterable[str]) -> dict[str, list[str]]:
        """Return the names of these profiles' own traits, without those of their members."""

    def attributes(self, project: int, event: str) -> dict[str, KnownAttribute] | None:
        """Return the attributes of an event name; None if the catalogue does not have the name."""

    def catalogue_version(self) -> int:
        """Return the number of edits of the catalogue by administrators."""

    def aliases(self, project: int) -> Aliases:
        """Return the merged spellings of a project."""

    def event_names(self, project: int) -> int:
        """Return the number of event names in the catalogue."""

    def violation_keys(self, project: int) -> list[tuple[str, str, str]]:
        """Return kind, subject and attribute of every row of the violation counts."""

    def apply(self, changes: ProjectChanges) -> None:
        """Write the changes of a batch for one project."""

    def count(self, changes: Changes, violations: Sequence[ViolationRow]) -> None:
        """Add to the counts of the catalogue and of violations."""

    def add_series(self, rows: Sequence[SeriesRow]) -> None:
        """Add to the counts by minute."""

    def roll_up(self, now: int) -> None:
        """Roll up old counts by minute and hour into longer steps, in a separate transaction."""

    def backfill(self) -> bool:
        """Run one slice of a pending backfill in a separate transaction; return whether there may be more to do."""

    def finish(self, positions: Positions, at: int, outbox: Sequence[OutboxRow]) -> None:
        """Write the outbox rows, and mark everything up to these log positions as applied.

        Partitions that `positions` does not list are unchanged. `at` is the received time of the last message (ms).
        """

    def dead_letter(self, entry: Entry, error: str) -> None:
        """Store a message that cannot be applied, with the error, as a dead letter."""

    def undo_merge(  # noqa: PLR0913 - target, actor and reason of an undo
        self,
        project: int,
        merge_id: str,
        at: int,
        policy: Policy = DEFAULT_POLICY,
        *,
        actor: Actor = UNKNOWN_ACTOR,
        comment: str = "",
    ) -> tuple[str, str]:
        """Undo a merge in a separate transaction; return the ids of winner and loser.

        The two will not merge again through the same identifiers. The history records the actor and the comment.

        Raises UnknownMerge, AlreadyUndone, DependentMergeExists.
        """

    def merge_profiles(
        self, project: int, winner: str, loser: str, decision: ManualDecision, *, force: bool
    ) -> ManualMerge:
        """Merge the canonical profiles of two ids, in a separate transaction.

        A customer always wins over a profile without a customer id, whatever the arguments. Merging two customers has
        to be forced; the loser's customer id becomes a former one of the winner. Raises UnknownProfile, SameProfile,
        ForbiddenMerge (unless forced), LimitExceeded.
        """

    def detach(self, project: int, profile: str, identifier: Identifier, decision: ManualDecision) -> Detachment:
        """Move one (cleaned) identifier of a profile to a new profile; the two will not merge through it again.

        In a separate transaction. Raises UnknownProfile, UnknownIdentifier, CustomerIdNotDetachable.
        """

    def undo_detachment(self, project: int, detachment_id: str, decision: ManualDecision) -> ManualMerge:
        """Merge a detached profile back and delete the separation, in a separate transaction.

        Raises UnknownDetachment, AlreadyUndone, DependentMergeExists, IdentifierReassigned, ForbiddenMerge,
        LimitExceeded.
        """

    def dismiss_duplicate(self, project: int, one: str, other: str, decision: ManualDecision) -> tuple[str, str]:
        """Record that two canonical profiles are different users, so that they are not listed as duplicates.

        In a separate transaction. Returns both ids, the older first. Raises UnknownProfile, SameProfile.
        """

    def restore_duplicate(self, project: int, one: str, other: str) -> tuple[str, str]:
        """Undo `dismiss_duplicate`, in a separate transaction. Raises UnknownProfile, SameProfile, UnknownDismissal."""

    def sweep_duplicates(self) -> None:
        """Check a slice of the shared contact values and delete those no longer shared, in a separate transaction."""

    def change_type(self, project: int, event: str, attribute: str, type_: DataType) -> DataType:
        """Change the type of an attribute, in a separate transaction; return its previous type.

        `event` is "" for a trait. Raises UnknownName.
        """

    def add_alias(self, project: int, alias: Alias) -> None:
        """Merge a spelling into another name, in a separate transaction. Raises UnknownName, BadAlias."""

    def remove_alias(self, project: int, event: str, attribute: str) -> None:
        """Undo `add_alias`, in a separate transaction. Raises UnknownName."""

    def delete_names(self, project: int, names: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Delete event names, attributes and traits from the catalogue, given as (event, attribute), one of them "".

        Recorded events and traits are unchanged. In a separate transaction; returns unknown names. Raises BadAlias.
        """

    def delete_test_data(self, project: int, at: int) -> Deletion:
        """Delete test profiles and all their data, in a separate transaction at time `at` (ms).

        The relay deletes their events from the event store afterwards.
        """

    def close(self) -> None: ...
