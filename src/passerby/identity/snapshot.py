"""What is known of what a batch touches: loaded from the state, and kept current by the resolver."""

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
    """What the resolver must know of one canonical profile.

    `held` counts its identifiers by namespace, `members` the profiles that it has absorbed, with theirs. Ids are
    UUIDv7, so that of two profiles the lesser id is the older.
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
        """Whether it holds a contact identifier in one of these namespaces."""
        return any(contact.namespace in namespaces for contact in self.contacts)

    def gain(self, identifier: Identifier, *, contact: bool) -> None:
        """Take note that the profile now holds this identifier."""
        self.held[identifier.namespace] = self.held.get(identifier.namespace, 0) + 1
        if contact:
            self.contacts.add(identifier)
        elif identifier.namespace == "user_id":
            self.user_id = identifier.value

    def lose(self, identifier: Identifier) -> None:
        """Take note that a device or advertising identifier left the profile."""
        self.held[identifier.namespace] -= 1

    def absorb(self, other: IdentityState) -> None:
        """Take over everything that the other profile holds."""
        for namespace, count in other.held.items():
            self.held[namespace] = self.held.get(namespace, 0) + count
        self.contacts |= other.contacts
        self.user_id = self.user_id or other.user_id
        self.members += other.members + 1
        other.held, other.contacts, other.user_id = {}, set(), None


MEMBER_LIMIT: Final = "members"
"""What `exceeded_limit` returns where there would be too many members, in place of a namespace."""


def exceeded_limit(target: IdentityState, held: Mapping[str, int], members: int, policy: Policy) -> str:
    """What the target would have too much of with these identifiers and members as well: a namespace, or nothing."""
    if target.members + members >= policy.members:
        return MEMBER_LIMIT
    of = target.held
    return next((n for n, count in held.items() if count and of.get(n, 0) + count > policy.limits[n]), "")


@dataclass(slots=True)
class IdentitySnapshot:
    """What one project's state knows of what a batch mentions. The resolver keeps it current as it decides.

    - `homes`: the member profile in which each known identifier is at home.
    - `merged`: for each member that was merged, the profile to follow next; when loaded, its canonical profile.
    - `states`: the state of the canonical profile of every home, and of those in `links`.
    - `links`: for each hint the canonical profiles that wait behind it.
    - `aliases`: the values of the previous ids among `homes`.
    - `separations`: for an identifier, the pairs of canonical profiles that an undo keeps from merging through it.
    """

    homes: dict[Identifier, str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    states: dict[str, IdentityState] = field(default_factory=dict)
    links: dict[Identifier, dict[str, None]] = field(default_factory=dict)
    aliases: set[str] = field(default_factory=set)
    separations: dict[Identifier, set[frozenset[str]]] = field(default_factory=dict)

    def canonical(self, profile: str) -> str:
        """Return the profile that this one belongs to, as far as is known here."""
        while (winner := self.merged.get(profile)) is not None:
            profile = winner
        return profile
