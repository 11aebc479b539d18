"""The loaded identity state of the identifiers in a batch. The resolver updates it with each decision."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from passerby.identity.namespaces import Policy
from passerby.identity.stage import Stage, stage_of
from passerby.messages import Identifier


@dataclass(slots=True)
class IdentityState:
    """The part of one canonical profile that the resolver needs.

    `held` counts its identifiers by namespace, `members` the profiles that it has absorbed, directly and indirectly.
    Ids are UUIDv7, so the smaller id of two profiles is the older one.
    """

    id: str
    user_id: str | None = None
    contacts: set[Identifier] = field(default_factory=set)
    held: dict[str, int] = field(default_factory=dict)
    members: int = 0

    @property
    def stage(self) -> Stage:
        return stage_of(self.user_id, self.contacts)

    def has_contact_in(self, namespaces: AbstractSet[str]) -> bool:
        """Return whether the profile holds a contact identifier in one of these namespaces."""
        return any(contact.namespace in namespaces for contact in self.contacts)

    def gain(self, identifier: Identifier, *, contact: bool) -> None:
        """Add an identifier."""
        self.held[identifier.namespace] = self.held.get(identifier.namespace, 0) + 1
        if contact:
            self.contacts.add(identifier)
        elif identifier.namespace == "user_id":
            self.user_id = identifier.value

    def lose(self, identifier: Identifier) -> None:
        """Remove a device or advertising identifier; others never move to another profile."""
        self.held[identifier.namespace] -= 1

    def absorb(self, other: IdentityState) -> None:
        """Add everything that the other profile holds, and leave that one empty."""
        for namespace, count in other.held.items():
            self.held[namespace] = self.held.get(namespace, 0) + count
        self.contacts |= other.contacts
        self.user_id = self.user_id or other.user_id
        self.members += other.members + 1
        # A merged profile holds nothing of its own, so that none of its identifiers is counted in two profiles.
        other.held, other.contacts, other.user_id = {}, set(), None


MEMBER_LIMIT: Final = "members"
"""The result of `exceeded_limit` for too many members, in place of a namespace."""


def exceeded_limit(target: IdentityState, held: Mapping[str, int], members: int, policy: Policy) -> str:
    """Return the first namespace whose limit the target would exceed with these identifiers and members, else ""."""
    if target.members + members >= policy.members:  # with the absorbed profile itself, there would be one more
        return MEMBER_LIMIT
    of = target.held
    return next((n for n, count in held.items() if count and of.get(n, 0) + count > policy.limits[n]), "")


@dataclass(slots=True)
class IdentitySnapshot:
    """The identity state of one project, as far as a batch mentions it. The resolver updates it as it decides.

    - `homes`: the member profile in which each known identifier is at home.
    - `merged`: for each member that was merged, the profile to follow next; when loaded, its canonical profile.
    - `states`: the identity state of the canonical profile of every home, and of those in `links`.
    - `links`: for each hint the canonical profiles that are linked to it.
    - `aliases`: the values of the previous ids among `homes`.
    - `separations`: for an identifier, the pairs of canonical profiles that must not merge through it again after an
      undo.
    """

    homes: dict[Identifier, str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    states: dict[str, IdentityState] = field(default_factory=dict)
    links: dict[Identifier, dict[str, None]] = field(default_factory=dict)
    aliases: set[str] = field(default_factory=set)
    separations: dict[Identifier, set[frozenset[str]]] = field(default_factory=dict)

    def canonical(self, profile: str) -> str:
        """Return the canonical profile of a member, following the merges in this snapshot."""
        # Chains are short: loading gives the canonical profile, so only merges of this batch add a link each.
        while (winner := self.merged.get(profile)) is not None:
            profile = winner
        return profile
