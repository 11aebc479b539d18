"""What people may do beyond what messages can, in the reference model."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tests.identity.evidence import CONTACT, CUSTOMER, RANKS
from tests.identity.model import Merge, Model, Person

from passerby.messages import Identifier


@dataclass(eq=False)
class Detachment:
    profile: Person
    detached: Person
    name: Identifier
    memory: list[Merge]
    undone: bool = False


def former(name: Identifier) -> Identifier:
    return Identifier("former_user_id", name.value)


class HandModel(Model):
    """A model that people work on, too. What they try comes to `done`, or to the reason for which it does not."""

    def __init__(self, limits: tuple[int, ...]) -> None:
        super().__init__(limits)
        self.detachments: list[Detachment] = []

    def give(self, names: set[Identifier], person: Person) -> None:
        """A former customer id leads where the customer went."""
        super().give(names, person)
        for name in names:
            if name.namespace == "former_user_id":
                self.owner[Identifier("user_id", name.value)] = person

    def rename(self, person: Person, name: Identifier, other: Identifier) -> None:
        person.names.discard(name)
        self.owner.pop(name)
        self.give({other}, person)

    def merge_by_hand(self, one: Person, other: Person, *, force: bool) -> str:
        winner, loser = one.canonical(), other.canonical()
        if winner is loser:
            return "SameProfile"
        if loser.spaces(CUSTOMER) and not winner.spaces(CUSTOMER):
            winner, loser = loser, winner
        customers = winner.spaces(CUSTOMER) & loser.spaces(CUSTOMER)
        if not force and (customers or winner.spaces(CONTACT) & loser.spaces(CONTACT)):
            return "ForbiddenMerge"
        users = {name for name in winner.names | loser.names if customers and name.namespace == "user_id"}
        moved = {former(name) if name in users else name for name in loser.names}
        both = Counter(name.namespace for name in winner.names | moved)
        both["members"] = sum(person.canonical() in {winner, loser} for person in self.people) - 1
        if any(count > self.limits[RANKS[space]] for space, count in both.items()):
            return "LimitExceeded"
        for name in users & loser.names:
            self.rename(loser, name, former(name))
        self.merges.append(Merge(winner, loser, users, moved))
        self.history["merged"] += 1
        loser.into = winner
        self.give(moved, winner)
        return "done"

    def undo(self, merge: Merge) -> bool:
        """A customer who was merged into another is one again; a former id that a merge brought can name a target."""
        moved = set(merge.moved)
        merge.moved |= {Identifier("user_id", name.value) for name in moved if name.namespace == "former_user_id"}
        done = super().undo(merge)
        merge.moved = moved
        for name in merge.through if done else ():
            if former(name) in merge.moved & merge.loser.names:
                self.rename(merge.loser, former(name), name)
        return done

    def detach(self, profile: Person, name: Identifier) -> str:
        profile = profile.canonical()
        if name not in profile.names:
            return "UnknownIdentifier"
        if name.namespace in {"user_id", "former_user_id"}:
            return "CustomerStays"
        detached = Person()
        self.people.append(detached)
        self.detachments.append(Detachment(profile, detached, name, [m for m in self.merges if name in m.moved]))
        for merge in self.detachments[-1].memory:
            merge.moved.discard(name)
        self.give({name}, detached)
        self.apart.append((name, profile, detached))
        self.history["reassigned"] += 1
        return "done"

    def undo_detachment(self, detachment: Detachment) -> str:
        name, detached = detachment.name, detachment.detached
        if detachment.undone:
            return "AlreadyUndone"
        if detached.into:
            return "BuiltOn"
        if self.owner[name] is not detached:
            return "MovedOn"
        made = self.merge_by_hand(detachment.profile, detached, force=False)
        if made == "done":
            detachment.undone = True
            for merge in detachment.memory:
                merge.moved.add(name)
            self.apart = [entry for entry in self.apart if entry != (name, detachment.profile, detached)]
        return made
