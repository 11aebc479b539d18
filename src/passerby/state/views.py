"""Protocol of the state's reading end, and the records that it returns.

Every method reads one snapshot of the state. Readers are thread-safe. An id of another project counts as unknown.
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
    """Running totals of a project, and the log positions up to which they count."""

    positions: Positions = START
    applied: int = 0
    duplicates: int = 0
    events: int = 0
    violations: int = 0
    anonymous: int = 0
    lead: int = 0
    customer: int = 0


class Deletion(NamedTuple):
    """Numbers of test profiles and events that a deletion removes, and whether it leaves `more`.

    `kept`: profiles that ever had, or were merged with a profile that had, an identifier that is not a test identifier.
    """

    profiles: int
    events: int
    kept: int = 0
    more: bool = False


class IdentifierMatch(NamedTuple):
    """A cursor of a search: an identifier that begins with the text as written (`spelling` 0) or lower-cased (1)."""

    spelling: int
    value: str
    namespace: str
    scope: str


class TermMatch(NamedTuple):
    """A cursor after all identifiers: an indexed e-mail address, phone number or name, its member, and its scan."""

    scan: int
    value: str
    profile: str


Match = IdentifierMatch | TermMatch


class SearchPage(NamedTuple):
    """A page of search results; `after` is the cursor of the next page, None on the last one."""

    profiles: list[Profile]
    after: Match | None


class HistoryEntry(msgspec.Struct, kw_only=True, frozen=True):
    """An identity decision (`passerby.identity.decisions`). `at` in ms; an undo has the `message_id` of its merge."""

    at: int
    kind: DecisionKind
    message_id: str
    identifier: Identifier | None
    from_: str | None
    to: str | None
    merge_id: str | None
    rule: Rule
    actor: Actor
    detail: DecisionDetail
    by: Identifier | None = None


class HistoryPage(NamedTuple):
    """Decisions, oldest first; `after` is the cursor of the next page, None on the last one."""

    entries: list[HistoryEntry]
    after: int | None


class Merge(msgspec.Struct, kw_only=True, frozen=True):
    """A merge. `via` is the loser's identifier in the message, `by` the one that selected the winner. Times in ms."""

    id: str
    winner: str
    loser: str
    at: int
    message_id: str
    via: Identifier | None
    by: Identifier | None
    rule: Rule
    actor: Actor
    detail: DecisionDetail
    undone_at: int | None


class MergeDetail(Merge, kw_only=True, frozen=True):
    """A merge, with what an undo would restore, and whether it can be undone.

    `moved` are the identifiers that an undo returns to the loser: those at home in it and in its members. Where
    `undoable` is false, `built_on` is the later merge that has to be undone first; it is null where the merge is undone
    already.
    """

    moved: list[Identifier]
    undoable: bool
    built_on: str | None


class SharedContact(msgspec.Struct, kw_only=True, frozen=True, order=True):
    """A contact value that two profiles share, folded for comparison; see `profiles.contacts`."""

    kind: Literal["email", "phone"]
    value: str


class Dismissal(msgspec.Struct, kw_only=True, frozen=True):
    """A decision that two profiles are different users. `at` in ms."""

    at: int
    who: str
    reason: str


class Duplicate(msgspec.Struct, kw_only=True, frozen=True):
    """A possible duplicate: two profiles, the older first, and the contact values that they share.

    `rule`, if any, forbids merging them without `force`. `dismissed` is the decision that they are different users.
    """

    profiles: list[Profile]
    shared: list[SharedContact]
    rule: Rule | None
    dismissed: Dismissal | None


class DuplicatePlace(NamedTuple):
    """A cursor of duplicates: a shared value, and a pair of the profiles that share it."""

    kind: str
    value: str
    one: str
    other: str


class DuplicatesPage(NamedTuple):
    """A page of possible duplicates; `after` is the cursor of the next page, None on the last one."""

    duplicates: list[Duplicate]
    after: DuplicatePlace | None


class CatalogueAttribute(msgspec.Struct, kw_only=True, frozen=True):
    """An attribute of an event, or a trait of profiles. `count` is of accepted values; times in ms.

    `spellings` are other names that an administrator merged into this one: their values are counted here.
    """

    name: str
    type: DataType
    count: int
    first_seen: int
    last_seen: int
    spellings: list[str] = []


class CatalogueViolation(msgspec.Struct, kw_only=True, frozen=True):
    """Validation errors of one kind. `attribute` is empty if the error concerns the whole event or message.

    `last_at` in ms.
    """

    kind: str
    attribute: str
    count: int
    last_at: int
    sample: str


class OtherViolation(CatalogueViolation, kw_only=True, frozen=True):
    """Validation errors of no catalogued event; `event` is the name as sent, if there was one."""

    event: str | None


class CatalogueEvent(msgspec.Struct, kw_only=True, frozen=True):
    """Events of one name; times in ms. `semantic` is the standard event that a dialect defines for this name, if any.

    `spellings` are other names that an administrator merged into this one: their events are counted here.
    """

    name: str
    semantic: StandardEvent | None
    count: int
    first_seen: int
    last_seen: int
    attributes: list[CatalogueAttribute]
    violations: list[CatalogueViolation]
    spellings: list[str] = []


class Catalogue(NamedTuple):
    """A page of a project's events by name, all its traits, and the violations of no catalogued event.

    `after` is the cursor of the next page, None on the last one.
    """

    events: list[CatalogueEvent]
    traits: list[CatalogueAttribute]
    violations: list[OtherViolation]
    after: str | None


class SeriesPoint(NamedTuple):
    """Counts of a dialect in the step that begins at `at` (ms)."""

    dialect: str
    at: int
    accepted: int
    duplicates: int
    violations: int


class NewestViolations(NamedTuple):
    """The newest violations and invalid messages.

    An invalid message is: log position, received time (ms), dialect, kinds of violations, body as JSON.
    """

    violations: list[OtherViolation]
    invalid: list[tuple[Position, int, str, list[str], str]]


class ReadSnapshot(Protocol):
    """A read snapshot of the state. It belongs to the thread that opened it. Identifiers must be cleaned."""

    def owners(self, project: int, identifiers: Iterable[Identifier]) -> dict[Identifier, str]:
        """Return the canonical profile that owns each of these identifiers; unknown ones are left out."""

    def has_aliases(self, project: int) -> bool:
        """Return whether the project ever had an alias: only then can a new device identifier already have an owner."""

    def known(self, project: int, identifiers: Iterable[Identifier], hints: Iterable[Identifier]) -> IdentitySnapshot:
        """Load what the resolver needs of these identifiers (`passerby.state.protocol.State.known`)."""

    def person(self, profile: str) -> Person:
        """Return traits, context and identifiers of a canonical profile, which must exist."""

    def device(self, project: int, device: Identifier) -> dict[str, Any]:
        """Return what the device with this identifier stated about itself, the newest value of each key."""

    def seen(self, project: int, dialect: str, key: str) -> bool:
        """Return whether a message with this deduplication key was applied and the key is still stored."""

    def attributes(self, project: int) -> tuple[tuple[str, str], ...]:
        """Return names and data types of the traits in the project's catalogue, by name."""


class StateReader(Protocol):
    """The reading end of the state."""

    def positions(self) -> Positions:
        """Return the log positions up to which messages are applied."""

    def profile(self, project: int, profile: str) -> Profile | None:
        """Return the canonical profile of this id: itself, or the profile that absorbed it."""

    def canonical(self, project: int, profiles: Iterable[str]) -> dict[str, str]:
        """Return the canonical profile of each of these ids; unknown ones are left out."""

    def outbox_end(self) -> int:
        """Return the id of the last row of the outbox, 0 for one without any."""

    def profile_of(self, project: int, identifier: Identifier) -> Profile | None:
        """Return the profile that owns this (cleaned) identifier."""

    def members(self, project: int, profile: str) -> list[str]:
        """Return the ids of the canonical profile of this id and of all its members; empty for an unknown id."""

    def profiles(
        self, project: int, *, limit: int, stage: Stage | None = None, before: str | None = None, test: bool = True
    ) -> list[Profile]:
        """Return at most `limit` profiles with ids below `before`, newest first; test profiles only with `test`."""

    def search(  # noqa: PLR0913 - the filters of a search
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
        """Search profiles by prefix: first identifiers, then e-mail addresses, phone numbers and names.

        Each profile is found once over all pages, ordered by its first match: identifiers by value (as written, then in
        lower case), then terms (`contacts.search_prefixes`). `phone_country` is the region of national phone numbers.
        A filter by stage that few matches pass may end a page early. Test profiles are found only with `test`.
        """

    def test_profiles(self, project: int) -> dict[str, Stage]:
        """Return the stages of a project's test profiles (`profiles.testing`) by id: at most a thousand."""

    def test_data(self, project: int) -> Deletion:
        """Return what `State.delete_test_data` would delete now."""

    def indexing(self) -> bool:
        """Return whether a backfill of search terms is running: contacts of older profiles may not be found yet."""

    def history(self, project: int, profile: str, *, limit: int, after: int = 0) -> HistoryPage | None:
        """Return decisions about the profile and all its members, oldest first; None for an unknown id."""

    def why(self, project: int, profile: str, identifier: Identifier) -> list[HistoryEntry] | None:
        """Return the decisions that led from this (cleaned) identifier to the profile, oldest first.

        At most the last thousand: if the first one is not `attached`, `history` has the earlier ones. None if the
        profile does not exist or does not hold the identifier.
        """

    def decisions(self, project: int, message_id: str, profiles: Sequence[str]) -> list[HistoryEntry]:
        """Return the decisions that a message caused about exactly these profiles, not their members, oldest first."""

    def merges(self, project: int, *, limit: int, undone: bool | None = None, before: str | None = None) -> list[Merge]:
        """Return at most `limit` merges with ids below `before`, newest first; `undone` filters by whether they are."""

    def merge(self, project: int, merge_id: str) -> MergeDetail | None:
        """Return one merge; None if the project has no such merge."""

    def known(self, project: int, identifiers: Iterable[Identifier], hints: Iterable[Identifier]) -> IdentitySnapshot:
        """Load what the resolver needs of these identifiers (`passerby.state.protocol.State.known`)."""

    def snapshot(self) -> AbstractContextManager[ReadSnapshot]:
        """Context manager: a read snapshot shared by several queries."""

    def duplicates(self, project: int, *, limit: int, after: DuplicatePlace | None = None) -> DuplicatesPage:
        """Return pairs of profiles with the same e-mail address or phone number, ordered by that value.

        Dismissed pairs are left out. A customer id that is an address, or its MD5, SHA-1 or SHA-256, counts as one. A
        pair is listed at its first shared value. The work of a page is bounded: an empty page may have an `after`.
        """

    def dismissed_duplicates(self, project: int, *, limit: int, after: DuplicatePlace | None = None) -> DuplicatesPage:
        """Return pairs of profiles that were dismissed as duplicates."""

    def duplicate(self, project: int, one: str, other: str) -> Duplicate | None:
        """Compare the canonical profiles of two ids; None if one is unknown or both are the same."""

    def catalogue(self, project: int, *, limit: int, after: str = "") -> Catalogue:
        """Return a page of the catalogue: at most `limit` events with names greater than `after`."""

    def aliases(self, project: int) -> Aliases:
        """Return the spellings that administrators merged into other names."""

    def attribute_type(self, project: int, event: str, attribute: str) -> DataType | None:
        """Return the type of an event's attribute, or of a trait (event ""); None if it is not catalogued."""

    def attribute_types(self, project: int, event: str) -> dict[str, DataType]:
        """Return the types of all attributes of an event, or of all traits (event "")."""

    def trait_types(self, project: int, trait: str) -> tuple[dict[str, int], bool]:
        """Count a trait's values by type in the newest members; also return whether all members were read."""

    def series(self, project: int, begin: int, end: int, step: int) -> list[SeriesPoint]:
        """Return counts by dialect for steps of 60, 3600 or 86400 seconds that start in [`begin`, `end`) (ms)."""

    def violations(self, project: int, limit: int) -> NewestViolations:
        """Return at most `limit` violations, and as many invalid messages, newest first."""

    def totals(self, project: int) -> Totals:
        """Return the project's running totals."""

    def identity_records(self, project: int) -> IdentityRecords:
        """Return everything that identity keeps of a project, read as a whole: for small projects and tests."""

    def close(self) -> None: ...
