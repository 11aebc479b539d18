"""Where R3 never has to decide, the final profiles do not depend on the order of the messages.

They are the connected components then: two identifiers belong to one profile when a message carries both, or a chain of
messages leads from one to the other. An alias carries all device identifiers of its previous id's value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from random import Random
from typing import Final, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.identity.model_cleaning import DEVICE, PREVIOUS, clean, previous_of, rank
from tests.worker.comparison import DAY, Comparison, temporary_folder
from tests.worker.strategies import ADVERTISING, ALIASED, CONTACTS, DEVICES, SEED, USERS
from tests.worker.view import PersonView, canonical

from passerby.messages import Identifier

ORDERS: Final = range(1, 51)
"""Each set of messages is applied in so many orders, each in a project of its own."""
FEWER: Final = settings(max_examples=settings().max_examples // 4)
"""As an example here is fifty of elsewhere."""


class Fact(NamedTuple):
    """The content of a message, at any place in the log. Its number, which its time encodes, is unique."""

    number: int
    names: tuple[Identifier, ...]
    kind: str
    trait: str


class Outcome(NamedTuple):
    """One person in the end: identifiers, the number of the fact that each trait is from, and the events' numbers.

    Previous ids are left out.
    """

    names: frozenset[Identifier]
    traits: frozenset[tuple[str, int]]
    events: frozenset[int]


class Orders:
    """The same messages in many orders at once, with random batch boundaries."""

    def __init__(self, facts: Sequence[Fact], random: Random) -> None:
        with temporary_folder() as folder, closing(Comparison(folder / "state.db", projects=ORDERS)) as comparison:
            orders = {project: random.sample(facts, len(facts)) for project in ORDERS}
            turns = [project for project in ORDERS for _ in facts]
            random.shuffle(turns)
            for project in turns:
                _say(comparison, project, orders[project].pop())
            while comparison.applied < len(comparison.log):
                comparison.apply(random.randint(1, len(turns) // 5))
            comparison.invariants.check()
            numbers = {message.id: (message.time - DAY) // 1000 for _, message in comparison.log}
            self.outcomes = {p: _outcomes(comparison.observer.view(p).people, numbers) for p in ORDERS}
            self.decided = {
                p for p in ORDERS if any(comparison.models[p].history[kind] for kind in ("conflict", "reassigned"))
            }


def _say(comparison: Comparison, project: int, fact: Fact) -> None:
    traits = {fact.trait: fact.number} if fact.trait else {}
    comparison.append(*fact.names, kind=fact.kind, project=project, time=DAY + fact.number * 1000, traits=traits)


def _outcomes(people: Sequence[PersonView], numbers: dict[str, int]) -> frozenset[Outcome]:
    """All profiles with all members."""
    members: dict[int, list[PersonView]] = {}
    for number, person in enumerate(people):
        members.setdefault(canonical(people, number), []).append(person)
    return frozenset(_outcome(persons, numbers) for persons in members.values())


def _outcome(persons: Sequence[PersonView], numbers: dict[str, int]) -> Outcome:
    stated = sorted((time, trait) for person in persons for trait, (time, _, _) in person.traits.items())
    newest = {trait: (time - DAY) // 1000 for time, trait in stated}
    events = frozenset(numbers[event] for person in persons for event in person.events)
    return Outcome(_lasting(name for person in persons for name in person.names), frozenset(newest.items()), events)


def _lasting(names: Iterable[Identifier]) -> frozenset[Identifier]:
    return frozenset(name for name in names if rank(name) != PREVIOUS)


def components(facts: Sequence[Fact]) -> frozenset[Outcome]:
    """Who there is, if all that is carried together belongs together."""
    groups: list[tuple[set[Identifier], list[Fact]]] = []
    carried = [set(clean(fact.names, ())[0]) for fact in facts]
    aliases = {name for names in carried for name in names if rank(name) == PREVIOUS}
    for fact, named in zip(facts, carried, strict=True):
        names = named | {previous_of(name) for name in named if rank(name) == DEVICE} & aliases
        stated = [fact]
        if not names and fact.kind == "identify":
            continue
        for group in [group for group in groups if group[0] & names]:
            groups.remove(group)
            names |= group[0]
            stated += group[1]
        groups.append((names, stated))
    return frozenset(_component(names, stated) for names, stated in groups)


def _component(names: set[Identifier], facts: Sequence[Fact]) -> Outcome:
    newest = {fact.trait: fact.number for fact in sorted(facts) if fact.trait}
    events = frozenset(fact.number for fact in facts if fact.kind == "track")
    return Outcome(_lasting(names), frozenset(newest.items()), events)


def facts_about(*people: Sequence[Identifier]) -> st.SearchStrategy[list[Fact]]:
    """Messages each of which carries names of one of these people only, and never an alias alone."""
    names = st.one_of(*(st.lists(st.sampled_from(person), max_size=3, unique=True).map(_named) for person in people))
    fact = st.tuples(names, st.sampled_from(["track", "identify"]), st.sampled_from(["", "a", "b"]))
    return st.lists(fact, min_size=2, max_size=10).map(
        lambda drawn: [Fact(number, *parts) for number, parts in enumerate(drawn, 1)]
    )


def _named(names: Sequence[Identifier]) -> tuple[Identifier, ...]:
    return tuple(names) if any(rank(name) != PREVIOUS for name in names) else ()


_OWN: Final = [DEVICES[2 * n : 2 * n + 2] for n in range(2)]
APART: Final = [
    (
        USERS[n],
        CONTACTS[n],
        *_OWN[n],
        *map(previous_of, _OWN[n]),
        Identifier("previous_id", f"never {n}"),
        ADVERTISING[n],
    )
    for n in range(2)
]
"""The names of two people who have nothing in common: one customer id and one address each, and aliases of identifiers
that arrive before, after or never."""
SHARED: Final = (*USERS, *CONTACTS, *DEVICES, *ADVERTISING, *ALIASED, Identifier("mobile_id", "a1"))
"""Names of which some have the same value in two namespaces."""


@FEWER
@given(facts_about(*APART), SEED)
def test_people_who_share_no_name_are_found_in_any_order(facts: list[Fact], seed: int) -> None:
    orders = Orders(facts, Random(seed))
    assert orders.decided == set()
    assert set(orders.outcomes.values()) == {components(facts)}


@FEWER
@given(facts_about(SHARED), SEED)
def test_all_orders_without_decisions_by_r3_have_the_same_result(facts: list[Fact], seed: int) -> None:
    orders = Orders(facts, Random(seed))
    undecided = {outcome for project, outcome in orders.outcomes.items() if project not in orders.decided}
    assert undecided <= {components(facts)}
