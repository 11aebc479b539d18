"""Who is who, the slow and obvious way: the rules in dictionaries, one message at a time, without batches or SQL."""

from collections import Counter
from dataclasses import dataclass, field

from tests.identity.evidence import CONTACT, CUSTOMER, DEVICE, HINT, RANKS, clean, previous_of, rank

from passerby.messages import Identifier, Message


@dataclass(eq=False)
class Person:
    into: "Person | None" = None
    names: set[Identifier] = field(default_factory=set)
    traits: dict[str, dict[tuple[int, int], object]] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)

    def spaces(self, of: int) -> set[str]:
        return {name.namespace for name in self.names if rank(name) == of}

    def stage(self) -> int:
        return 2 if self.spaces(CUSTOMER) else 1 if self.spaces(CONTACT) else 0

    def canonical(self) -> "Person":
        return self.into.canonical() if self.into else self


@dataclass(eq=False)
class Merge:
    winner: Person
    loser: Person
    through: set[Identifier]
    moved: set[Identifier]
    undone: bool = False


class Model:
    def __init__(self, limits: tuple[int, ...] = (1, 20, 1_000, 100, 1_000, 1_000, 20, 10_000)) -> None:
        self.limits, self.history, self.merges = limits, Counter[str](), list[Merge]()
        self.people, self.owner = list[Person](), dict[Identifier, Person]()
        self.links, self.apart = dict[Identifier, set[Person]](), list[tuple[Identifier, Person, Person]]()

    def apply(self, message: Message, position: int) -> None:
        names, hints, former = clean(message.identifiers, self.owner)
        if not names and message.kind == "identify":
            return
        self.answer(names)
        new = [name for name in names if rank(name) == CUSTOMER and name not in self.owner]
        self.told = {name.namespace for name in names if rank(name) == CONTACT}
        self.target, self.by = self.named(names)
        decided = [(self.reach(name, self.owner.get(name)), name) for name in names]
        named = [self.owner.get(name, self.target) for name in (*former, *map(previous_of, new))]
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
                self.links.setdefault(hint, set()).update(() if full else (self.target,))
        plain = {n.namespace: n.value for kind, n in decided if kind == "conflict" and rank(n) == CONTACT}
        for trait, value in (plain | message.traits).items():
            self.target.traits.setdefault(trait, {})[message.time, position] = value
        self.target.events += [message.id] * (message.kind == "track")

    def answer(self, names: list[Identifier]) -> None:  # an alias named the value of a new device before
        for name in names:
            alias = previous_of(name)
            if rank(name) == DEVICE and name not in self.owner and alias in self.owner:
                self.target, self.by = self.owner[alias], alias
                self.reach(name, None)

    def named(self, names: list[Identifier]) -> tuple[Person, Identifier]:  # R1
        known = [(rank(name), self.owner[name], name) for name in names if name in self.owner]
        able = [one for one in known if one[0] <= CONTACT or not one[1].spaces(CONTACT) & self.told]
        if names and rank(names[0]) == CUSTOMER:
            able = known[:1] if names[0] in self.owner else [one for one in able if one[1].stage() < 2]
        elif self.told:
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
            self.merges.append(Merge(winner, loser, {name, self.by}, set(loser.names)))
            loser.into = self.target = winner
            self.give(set(loser.names), winner)
        elif decision in {"attached", "reassigned"}:
            self.give({name}, self.target)
            for merge in self.merges:  # nobody holds it still who has to get it from somebody else again
                merge.moved.discard(name)
        return decision

    def decide(self, name: Identifier, other: Person | None, target: Person) -> str:  # R3, memory of undo, limits
        full = sum(held.namespace == name.namespace for held in target.names) >= self.limits[rank(name)]
        if other is None or other is target:
            return "" if other else "limited" if full else "attached"
        if any(name == n and {a.canonical(), b.canonical()} == {target, other} for n, a, b in self.apart):
            return "conflict"
        weak, customers = rank(name) > CONTACT, target.spaces(CUSTOMER) and other.spaces(CUSTOMER)
        if customers or (weak and other.spaces(CONTACT) & (target.spaces(CONTACT) | self.told)):
            return "conflict" if not weak else "limited" if full else "reassigned"
        both = Counter(held.namespace for held in target.names | other.names)
        both["members"] = sum(person.canonical() in {target, other} for person in self.people) - 1
        return "limited" if any(count > self.limits[RANKS[space]] for space, count in both.items()) else "merged"

    def give(self, names: set[Identifier], person: Person) -> None:
        for name in names:
            self.owner.get(name, person).names.discard(name)
            self.owner[name] = person
            person.names.add(name)

    def undo(self, merge: Merge) -> bool:  # whether it could be: no later merge builds on this one
        later = [m for m in self.merges[self.merges.index(merge) + 1 :] if m.winner is merge.winner and not m.undone]
        if merge.undone or merge.winner.into or any(m.through & merge.moved for m in later):
            return False
        merge.undone, merge.loser.into = True, None
        self.give(merge.moved & merge.winner.names, merge.loser)
        self.apart += [(name, merge.winner, merge.loser) for name in merge.through]
        return True
