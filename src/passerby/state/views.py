"""The state as readers see it: what the management API asks of an engine, and the shapes that it gets.

Every verb sees one moment of the state, between two of the worker's transactions. A reader may be used from several
threads at once. Ids of another project are as unknown as ids that never were.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

from passerby.catalogue.aliases import Aliases
from passerby.catalogue.types import DataType
from passerby.identity.decisions import Actor, DecisionDetail, DecisionKind, Rule
from passerby.identity.snapshot import IdentitySnapshot
from passerby.identity.stage import Stage
from passerby.messages import Identifier, StandardEvent
from passerby.positions import START, Position, Positions
from passerby.profiles.person import Person
from passerby.profiles.view import Profile
from passerby.state.records import IdentityRecords


class Totals(NamedTuple):
    """The running totals of a project, and the log positions up to which they count."""

    positions: Positions = START
    applied: int = 0
    duplicates: int = 0
    events: int = 0
    violations: int = 0
    anonymous: int = 0
    lead: int = 0
    customer: int = 0


class Deletion(NamedTuple):
    """How many test profiles, and events of theirs, a deletion removes.

    `kept` is the number of test profiles that are kept because they, or profiles they were merged with, ever had an
    identifier of another kind. `more` is whether there are test profiles beyond those that one deletion removes.
    """

    profiles: int
    events: int
    kept: int = 0
    more: bool = False


class IdentifierMatch(NamedTuple):
    """A place among what a search finds: an identifier that begins with the text as written (0) or lower-cased (1)."""

    spelling: int
    value: str
    namespace: str
    scope: str


class TermMatch(NamedTuple):
    """A place after all identifiers: an indexed e-mail address, phone number or name of a member, and its scan."""

    scan: int
    value: str
    profile: str


Match = IdentifierMatch | TermMatch


class SearchPage(NamedTuple):
    """Profiles that a search found, and where to go on; no `after` means that there are no more."""

    profiles: list[Profile]
    after: Match | None


class HistoryIdentifier(msgspec.Struct, kw_only=True):
    """The identifier that a decision was about."""

    namespace: str
    value: str
    scope: str


class HistoryEntry(msgspec.Struct, kw_only=True, rename={"from_": "from"}):
    """An identity decision (`passerby.identity.decisions`). An undo has the `message_id` of its merge."""

    at: str
    kind: DecisionKind
    message_id: str
    identifier: HistoryIdentifier | None
    from_: str | None
    to: str | None
    merge_id: str | None
    rule: Rule
    actor: Actor
    detail: DecisionDetail
    by: HistoryIdentifier | None = None


class HistoryPage(NamedTuple):
    """Decisions in the order in which they were made, and the number behind which to go on (None: no more)."""

    entries: list[HistoryEntry]
    after: int | None


class Merge(msgspec.Struct, kw_only=True):
    """A merge. `via` is the identifier that reached the loser, `by` the one that named the winner."""

    id: str
    winner: str
    loser: str
    at: str
    message_id: str
    via: HistoryIdentifier | None
    by: HistoryIdentifier | None
    rule: Rule
    actor: Actor
    detail: DecisionDetail
    undone_at: str | None


class MergeDetail(Merge, kw_only=True):
    """A merge, what an undo gives back, and whether it can be undone.

    `moved` are the identifiers that an undo gives the loser: those at home in it and in its members. Where `undoable`
    is false, `built_on` is the later merge that has to be undone first; it is null where the merge is undone already.
    """

    moved: list[HistoryIdentifier]
    undoable: bool
    built_on: str | None


class SharedContact(msgspec.Struct, kw_only=True, frozen=True, order=True):
    """A contact value that two profiles share, folded for comparison; see `profiles.contacts`."""

    kind: Literal["email", "phone"]
    value: str


class Dismissal(msgspec.Struct, kw_only=True):
    """A decision that two profiles are different people. `at` is ISO 8601 in UTC."""

    at: str
    who: str
    reason: str


class Duplicate(msgspec.Struct, kw_only=True):
    """Two profiles that may be one person, the older first, and the contact values that they share.

    `rule` is the rule that forbids merging them without `force`, null where none does. `dismissed` is the decision that
    they are different people, null where there is none.
    """

    profiles: list[Profile]
    shared: list[SharedContact]
    rule: Rule | None
    dismissed: Dismissal | None


class DuplicatePlace(NamedTuple):
    """A place among possible duplicates: a shared value, and a pair of the profiles that share it."""

    kind: str
    value: str
    one: str
    other: str


class DuplicatesPage(NamedTuple):
    """Possible duplicates, and where to go on; no `after` means that there are no more."""

    duplicates: list[Duplicate]
    after: DuplicatePlace | None


class CatalogueAttribute(msgspec.Struct, kw_only=True):
    """An attribute of an event, or a trait of profiles. `count` is of kept values; times are ISO 8601 in UTC.

    `spellings` are other names that an administrator merged into this one: their values are counted here.
    """

    name: str
    type: DataType
    count: int
    first_seen: str
    last_seen: str
    spellings: list[str] = []


class CatalogueViolation(msgspec.Struct, kw_only=True):
    """How often a rule was broken. `attribute` is empty where the whole event or message is meant."""

    kind: str
    attribute: str
    count: int
    last_at: str
    sample: str


class OtherViolation(CatalogueViolation, kw_only=True):
    """A violation that belongs to no event of the catalogue; `event` is the name that was sent, if there was one."""

    event: str | None


class CatalogueEvent(msgspec.Struct, kw_only=True):
    """Events of one name. `semantic` is what they mean in the dialects that know this name, null where none does.

    `spellings` are other names that an administrator merged into this one: their events are counted here.
    """

    name: str
    semantic: StandardEvent | None
    count: int
    first_seen: str
    last_seen: str
    attributes: list[CatalogueAttribute]
    violations: list[CatalogueViolation]
    spellings: list[str] = []


class Catalogue(NamedTuple):
    """Some of a project's events by name, all its traits, and the violations that belong to no event.

    `after` is the name behind which to go on; None means that there are no more events.
    """

    events: list[CatalogueEvent]
    traits: list[CatalogueAttribute]
    violations: list[OtherViolation]
    after: str | None


class SeriesPoint(NamedTuple):
    """What came of a dialect in a step that begins at `at` (ms)."""

    dialect: str
    at: int
    accepted: int
    duplicates: int
    violations: int


class NewestViolations(NamedTuple):
    """The violations that happened last, and the last messages that state nothing.

    Of each of those: log position, received time (ms), dialect, kinds of violations, what was sent as JSON.
    """

    violations: list[OtherViolation]
    invalid: list[tuple[Position, int, str, list[str], str]]


class ReadSnapshot(Protocol):
    """The state as it is at one moment. Belongs to the thread that asked for it. Identifiers are cleaned."""

    def owners(self, project: int, identifiers: Iterable[Identifier]) -> dict[Identifier, str]:
        """The canonical profile that owns each of these identifiers; nothing for one that nobody has."""

    def has_aliases(self, project: int) -> bool:
        """Whether the project ever had an alias: then a new device identifier may belong to a profile already."""

    def known(self, project: int, identifiers: Iterable[Identifier], hints: Iterable[Identifier]) -> IdentitySnapshot:
        """What the resolver must know of these identifiers, as `state.protocol.State.known` gives it the worker."""

    def person(self, profile: str) -> Person:
        """What is told of the canonical profile with this id, which must be there."""

    def device(self, project: int, device: Identifier) -> dict[str, Any]:
        """What the device that goes by this identifier has said of itself, the newest value of each key."""

    def seen(self, project: int, dialect: str, key: str) -> bool:
        """Whether a message with this deduplication key is applied, and its key kept still."""

    def attributes(self, project: int) -> tuple[tuple[str, str], ...]:
        """The names and data types of the traits in the project's catalogue, by name."""


class StateReader(Protocol):
    """What is asked of the state by those who only look at it."""

    def positions(self) -> Positions:
        """The log positions up to which messages are applied."""

    def profile(self, project: int, profile: str) -> Profile | None:
        """The profile that this id stands for by now: itself, or the one that absorbed it."""

    def profile_of(self, project: int, identifier: Identifier) -> Profile | None:
        """The profile that owns this (cleaned) identifier."""

    def members(self, project: int, profile: str) -> list[str]:
        """The ids of the profile that this id stands for by now and of all its members; none for an unknown id."""

    def profiles(
        self, project: int, *, limit: int, stage: Stage | None = None, before: str | None = None, test: bool = True
    ) -> list[Profile]:
        """At most `limit` profiles, the newest id first, those behind `before`; test profiles only with `test`."""

    def search(  # noqa: PLR0913 - all that a search can be asked
        self,
        project: int,
        text: str,
        *,
        limit: int,
        stage: Stage | None = None,
        after: Match | None = None,
        phone_country: str | None = None,
        test: bool = True,
    ) -> SearchPage:
        """Profiles with an identifier that begins with this text, then those with such an e-mail, phone or name.

        Each is found once over all pages, in the order of what matched: identifiers by value (as written, then in
        lower case), then terms (`profiles.contacts.sought`) by kind and value. National phone numbers are read in
        `phone_country`. A page is full unless it is the last, with one exception: a filter by stage that hardly any
        match passes ends a page early, with an `after`, to bound the work. Test profiles are found only with `test`.
        """

    def test_profiles(self, project: int) -> dict[str, Stage]:
        """The test profiles (`profiles.testing`) of a project by id, with their stages: at most a thousand."""

    def test_data(self, project: int) -> Deletion:
        """What `State.delete_test_data` would delete now."""

    def indexing(self) -> bool:
        """Whether contacts of profiles from an earlier version are still being indexed, and may not be found yet."""

    def history(self, project: int, profile: str, *, limit: int, after: int = 0) -> HistoryPage | None:
        """Decisions about this id's profile and all its members, oldest first; None if there is no such profile."""

    def why(self, project: int, profile: str, identifier: Identifier) -> list[HistoryEntry] | None:
        """The decisions that led from this (cleaned) identifier to this id's profile, in their order.

        At most a thousand, the last ones: where they don't begin with `attached`, the histories have the earlier ones.
        None where that profile does not hold the identifier, or there is no such profile.
        """

    def decisions(self, project: int, message_id: str, profiles: Sequence[str]) -> list[HistoryEntry]:
        """The decisions about these very profiles (no members are looked for) that a message caused, in their order."""

    def merges(self, project: int, *, limit: int, undone: bool | None = None, before: str | None = None) -> list[Merge]:
        """At most `limit` merges, the newest first, those behind `before`; only undone ones, or only others."""

    def merge(self, project: int, merge_id: str) -> MergeDetail | None:
        """One merge."""

    def known(self, project: int, identifiers: Iterable[Identifier], hints: Iterable[Identifier]) -> IdentitySnapshot:
        """What the resolver must know of these identifiers, as `state.protocol.State.known` gives it the worker."""

    def snapshot(self) -> AbstractContextManager[ReadSnapshot]:
        """One moment of the state, until the block ends: for who has many questions and wants quick answers."""

    def duplicates(self, project: int, *, limit: int, after: DuplicatePlace | None = None) -> DuplicatesPage:
        """Pairs of profiles with the same e-mail address or phone number that are not dismissed, by that value.

        A customer id that is an e-mail address, or its MD5, SHA-1 or SHA-256, counts as the address. A pair is found
        at the first value that it shares. A page's work is bounded: it may have no pairs and still an `after`.
        """

    def dismissed_duplicates(self, project: int, *, limit: int, after: DuplicatePlace | None = None) -> DuplicatesPage:
        """Pairs of profiles of which it was decided that they are different people."""

    def duplicate(self, project: int, one: str, other: str) -> Duplicate | None:
        """Two profiles, or those that these ids belong to now; None where one is unknown, or both are the same."""

    def catalogue(self, project: int, *, limit: int, after: str = "") -> Catalogue:
        """The catalogue, with at most `limit` events, by name behind `after`."""

    def aliases(self, project: int) -> Aliases:
        """The spellings that administrators merged into other names."""

    def attribute_type(self, project: int, event: str, attribute: str) -> DataType | None:
        """The type of an attribute of an event, or of a trait (""); None for one that the catalogue does not have."""

    def attribute_types(self, project: int, event: str) -> dict[str, DataType]:
        """The types of all attributes of an event, or of traits ("")."""

    def trait_types(self, project: int, trait: str) -> tuple[dict[str, int], bool]:
        """Count a trait's values by type in the newest members; return whether all were looked at, too."""

    def series(self, project: int, begin: int, end: int, step: int) -> list[SeriesPoint]:
        """What came in steps of 60, 3600 or 86400 seconds that begin from one time (ms) to before another."""

    def violations(self, project: int, limit: int) -> NewestViolations:
        """At most `limit` violations, and as many messages that state nothing, the newest first."""

    def totals(self, project: int) -> Totals:
        """The project's running totals."""

    def identity_records(self, project: int) -> IdentityRecords:
        """Return everything that identity keeps of a project, read as a whole: for small projects and tests."""

    def close(self) -> None: ...
