"""Everything that identity keeps of a project, as typed rows: to compare an engine with a model of the rules.

Unlike the verbs of `passerby.state.views`, which fold members into profiles and are read a page at a time, records are
read as a whole. They are for tests and for looking into a small project.
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

    A merged profile has no `user_id` and is anonymous: what it is counts for the profile that absorbed it.
    """

    id: str
    merged_into: str | None
    stage: Stage
    user_id: str | None
    event_count: int
    traits: Mapping[str, Versioned]


class Home(NamedTuple):
    """Where an identifier is at home, and the canonical profile that owns it."""

    member: str
    owner: str


class MergeRecord(NamedTuple):
    """One merge. `via` reached the loser, `by` named the winner; None where a person merged them."""

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
    """One project at one moment; profiles, merges and detachments in the order of their ids.

    `links` are hints with the members that wait behind them, `separations` identifiers with the two profiles that they
    do not merge, `decisions` the number of entries of the history by kind.
    """

    profiles: list[ProfileRecord]
    homes: Mapping[Identifier, Home]
    merges: list[MergeRecord]
    detachments: list[DetachmentRecord]
    links: set[tuple[Identifier, str]]
    separations: set[tuple[Identifier, frozenset[str]]]
    decisions: Mapping[DecisionKind, int]
