"""Manual changes in the reference model."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tests.identity.model import Merge, Model, Person
from tests.identity.model_cleaning import CONTACT, CUSTOMER, RANKS, rank

from passerby.messages import Identifier


@dataclass(eq=False)
class Detachment:
    profile: Person
    home: Person
    detached: Person
    name: Identifier
    memory: list[Merge]
    undone: bool = False


def former(name: Identifier) -> Identifier:
    return Identifier("former_user_id", name.value)


class ManualModel(Model):
    """A model with manual changes. Each returns `done` or the name of the error."""

    def __init__(self, limits: tuple[int, ...]) -> None:
        super().__init__(limits)
        self.detachments: list[Detachment] = []

    def give(self, names: set[Identifier], person: Person) -> None:
        """A former customer id leads where the customer went."""
        super().give(names, person)
        for name in names:
            if name.namespace == "former_user_id":
                self.home[Identifier("user_id", name.value)] = person

    def rename(self, name: Identifier, other: Identifier) -> None:
        home = self.home.pop(name)
        home.names.discard(name)
        self.give({other}, home)

    def merge_manually(self, one: Person, other: Person, *, force: bool, detached: Identifier | None = None) -> str:
        winner, loser = one.canonical(), other.canonical()
        if winner is loser:
            return "SameProfile"
        if loser.spaces(CUSTOMER) and not winner.spaces(CUSTOMER):
            winner, loser = loser, winner
        customers = winner.spaces(CUSTOMER) & loser.spaces(CUSTOMER)
        others = [
            {name.namespace for name in person.held() - {detached} if rank(name) == CONTACT}
            for person in (winner, loser)
        ]
        if not force and (customers or others[0] & others[1]):
            return "ForbiddenMerge"
        users = {name for name in winner.held() | loser.held() if customers and name.namespace == "user_id"}
        brought = {former(name) if name in users else name for name in loser.held()}
        both = Counter(name.namespace for name in winner.held() | brought)
        both["members"] = sum(person.canonical() in {winner, loser} for person in self.people) - 1
        if any(count > self.limits[RANKS[space]] for space, count in both.items()):
            return "LimitExceeded"
        for name in users & loser.held():
            self.rename(name, former(name))
        self.join(winner, loser, users)
        self.history["merged"] += 1
        return "done"

    def brought(self, merge: Merge) -> set[Identifier]:
        """A former customer id that a merge brought can name a target."""
        found = super().brought(merge)
        return found | {Identifier("user_id", name.value) for name in found if name.namespace == "former_user_id"}

    def undo(self, merge: Merge) -> bool:
        """A customer who was merged into another is one again."""
        done = super().undo(merge)
        for name in merge.through if done else ():
            if former(name) in merge.loser.held():
                self.rename(former(name), name)
        return done

    def detach(self, profile: Person, name: Identifier) -> str:
        profile = profile.canonical()
        if name not in profile.held():
            return "UnknownIdentifier"
        if name.namespace in {"user_id", "former_user_id"}:
            return "CustomerIdNotDetachable"
        detached = Person()
        self.people.append(detached)
        memory = [merge for merge in self.merges if name in merge.moved]
        self.detachments.append(Detachment(profile, self.home[name], detached, name, memory))
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
            return "DependentMergeExists"
        if self.home[name] is not detached:
            return "IdentifierReassigned"
        made = self.merge_manually(detachment.profile, detached, force=False, detached=name)
        if made == "done":
            detachment.undone = True
            merge = self.merges[-1]
            if merge.loser is detached and detachment.home.canonical() is merge.winner:
                self.give({name}, detachment.home)
                merge.moved.add(name)
            for merge in detachment.memory:
                merge.moved.add(name)
            self.apart = [entry for entry in self.apart if entry != (name, detachment.profile, detached)]
        return made
