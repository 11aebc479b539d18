"""Identity records: everything that identity resolution stores of a project, to compare an engine with a model.

The methods of `passerby.state.views` fold members into profiles and return pages; records are the unfolded rows, read
as a whole. They are for tests and for debugging a small project.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from passerby.identity.decisions import DecisionKind
from passerby.identity.stage import Stage
from passerby.messages import Identifier
from passerby.profiles.traits import Versioned


class ProfileRecord(NamedTuple):
    """One profile, merged or not. `traits` and `event_count` are of messages recorded under this very profile.

    A merged profile has no `user_id` and is anonymous: its identifiers count for the profile that absorbed it.
    """

    id: str
    merged_into: str | None
    stage: Stage
    user_id: str | None
    event_count: int
    traits: Mapping[str, Versioned]


class Home(NamedTuple):
    """The member that an identifier is at home in, and the canonical profile that owns it."""

    member: str
    owner: str


class MergeRecord(NamedTuple):
    """One merge. `via` is the loser's identifier, `by` the winner's; both may be None for a manual merge."""

    id: str
    winner: str
    loser: str
    via: Identifier | None
    by: Identifier | None
    undone: bool


class DetachmentRecord(NamedTuple):
    """One detachment: the profile that lost an identifier, and the new one that got it."""

    id: str
    profile: str
    detached: str


class IdentityRecords(NamedTuple):
    """A snapshot of one project; profiles, merges and detachments in the order of their ids.

    `links` are hints with the members linked to them, `separations` identifiers with the two profiles that they must
    not merge, `decisions` the number of history entries by kind.
    """

    profiles: list[ProfileRecord]
    homes: Mapping[Identifier, Home]
    merges: list[MergeRecord]
    detachments: list[DetachmentRecord]
    links: set[tuple[Identifier, str]]
    separations: set[tuple[Identifier, frozenset[str]]]
    decisions: Mapping[DecisionKind, int]
