"""The reference model of identity, slow and simple: dictionaries, one message at a time, no batches, no SQL."""

from collections import Counter
from dataclasses import dataclass, field

from tests.identity.model_cleaning import CONTACT, CUSTOMER, DEVICE, HINT, RANKS, clean, previous_of, rank

from passerby.messages import Identifier, Message


@dataclass(eq=False)
class Person:
    """One profile. `names` are the identifiers at home in it, `into` the profile that absorbed it."""

    into: "Person | None" = None
    absorbed: list["Person"] = field(default_factory=list)
    names: set[Identifier] = field(default_factory=set)
    traits: dict[str, dict[tuple[int, int], object]] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)

    def held(self) -> set[Identifier]:
        """The identifiers of this profile and of all its members."""
        return self.names.union(*(person.held() for person in self.absorbed))

    def spaces(self, of: int) -> set[str]:
        return {name.namespace for name in self.held() if rank(name) == of}

    def stage(self) -> int:
        return 2 if self.spaces(CUSTOMER) else 1 if self.spaces(CONTACT) else 0

    def canonical(self) -> "Person":
        return self.into.canonical() if self.into else self


@dataclass(eq=False)
class Merge:
    winner: Person
    loser: Person
    through: set[Identifier]
    moved: set[Identifier] = field(default_factory=set)
    undone: bool = False


class Model:
    def __init__(self, limits: tuple[int, ...] = (1, 20, 1_000, 100, 1_000, 1_000, 20, 10_000)) -> None:
        self.limits, self.history, self.merges = limits, Counter[str](), list[Merge]()
        self.people, self.home = list[Person](), dict[Identifier, Person]()
        self.links, self.apart = dict[Identifier, set[Person]](), list[tuple[Identifier, Person, Person]]()

    def owner(self, name: Identifier) -> Person | None:
        return self.home[name].canonical() if name in self.home else None

    def apply(self, message: Message, position: int) -> None:
        names, hints, former = clean(message.identifiers, self.home)
        if not names and message.kind == "identify":
            return
        self.answer(names)
        new = [name for name in names if rank(name) == CUSTOMER and name not in self.home]
        self.stated = {name.namespace for name in names if rank(name) == CONTACT}
        self.target, self.by = self.named(names)
        self.record = self.home.get(self.by, self.target)
        decided = [(self.reach(name, self.owner(name)), name) for name in names]
        named = [self.owner(name) or self.target for name in (*former, *map(previous_of, new))]
        self.history["conflict"] += sum(person is not self.target for person in named)  # two customer ids
        naming = any(rank(name) <= CONTACT for name in names)
        for hint in hints:
            waiting = {person.canonical() for person in self.links.get(hint, ())}
            if naming:
                self.links.pop(hint, None)
                _ = [self.reach(hint, person) for person in self.people if person in waiting and person.stage() == 0]
            elif self.target.stage() == 0 and self.target not in waiting:
                full = len(waiting) >= self.limits[HINT]
                self.history["limited"] += full
                self.links.setdefault(hint, set()).update(() if full else (self.record,))
        plain = {n.namespace: n.value for kind, n in decided if kind == "conflict" and rank(n) == CONTACT}
        for trait, value in (plain | message.traits).items():
            self.record.traits.setdefault(trait, {})[message.time, position] = value
        self.record.events += [message.id] * (message.kind == "track")

    def answer(self, names: list[Identifier]) -> None:  # an alias named the value of a new device before
        for name in names:
            alias = previous_of(name)
            if rank(name) == DEVICE and name not in self.home and alias in self.home:
                self.record, self.by = self.home[alias], alias
                self.target = self.record.canonical()
                self.reach(name, None)

    def named(self, names: list[Identifier]) -> tuple[Person, Identifier]:  # R1
        known = [(rank(name), self.home[name].canonical(), name) for name in names if name in self.home]
        able = [one for one in known if one[0] <= CONTACT or not one[1].spaces(CONTACT) & self.stated]
        if names and rank(names[0]) == CUSTOMER:
            able = known[:1] if names[0] in self.home else [one for one in able if one[1].stage() < 2]
        elif self.stated:
            able = known[:1] if known and known[0][0] == CONTACT else able
        else:
            able = [one for one in known if one[1].stage() == max(owner.stage() for _, owner, _ in known)]
        if able:
            return min(able, key=lambda one: (one[0], self.people.index(one[1])))[1:]
        self.people.append(Person())
        return self.people[-1], names[0] if names else Identifier("", "")

    def reach(self, name: Identifier, other: Person | None) -> str:  # R2
        decision = self.decide(name, other, self.target)
        self.history[decision] += 1
        if other and decision == "merged":
            winner, loser = (other, self.target) if other.spaces(CUSTOMER) else (self.target, other)
            self.join(winner, loser, {name, self.by})
            self.target = winner
        elif decision in {"attached", "reassigned"}:
            self.give({name}, self.record)
            for merge in self.merges:  # a reassigned identifier no longer belongs to an earlier merge
                merge.moved.discard(name)
        return decision

    def decide(self, name: Identifier, other: Person | None, target: Person) -> str:  # R3, memory of undo, limits
        full = sum(held.namespace == name.namespace for held in target.held()) >= self.limits[rank(name)]
        if other is None or other is target:
            return "" if other else "limited" if full else "attached"
        if any(name == n and {a.canonical(), b.canonical()} == {target, other} for n, a, b in self.apart):
            return "conflict"
        weak, customers = rank(name) > CONTACT, target.spaces(CUSTOMER) and other.spaces(CUSTOMER)
        if customers or (weak and other.spaces(CONTACT) & (target.spaces(CONTACT) | self.stated)):
            return "conflict" if not weak else "limited" if full else "reassigned"
        both = Counter(held.namespace for held in target.held() | other.held())
        both["members"] = sum(person.canonical() in {target, other} for person in self.people) - 1
        return "limited" if any(count > self.limits[RANKS[space]] for space, count in both.items()) else "merged"

    def join(self, winner: Person, loser: Person, through: set[Identifier]) -> None:
        self.merges.append(Merge(winner, loser, through))
        loser.into = winner
        winner.absorbed.append(loser)

    def give(self, names: set[Identifier], person: Person) -> None:
        for name in names:
            self.home.get(name, person).names.discard(name)
            self.home[name] = person
            person.names.add(name)

    def brought(self, merge: Merge) -> set[Identifier]:
        """What an undo of the merge takes from the winner: its merge moved nothing, unless it undid a detachment."""
        return merge.loser.held() | {name for name in merge.moved if self.owner(name) is merge.winner}

    def undo(self, merge: Merge) -> bool:  # whether it could be: no later merge builds on this one
        later = [m for m in self.merges[self.merges.index(merge) + 1 :] if m.winner is merge.winner and not m.undone]
        if merge.undone or merge.winner.into or any(m.through & self.brought(merge) for m in later):
            return False
        moved = self.brought(merge) & merge.moved - merge.loser.held()
        merge.undone, merge.loser.into = True, None
        merge.winner.absorbed.remove(merge.loser)
        self.give(moved, merge.loser)
        self.apart += [(name, merge.winner, merge.loser) for name in merge.through]
        return True
