"""Profiles of a project, in a form that a state and a reference model share.

People and merges have numbers in place of ids: the order in which their project got them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tests.identity.model import Merge, Model, Person
from tests.identity.model_cleaning import CUSTOMER, rank

from passerby.messages import Identifier

STAGES = ("anonymous", "lead", "customer")


class PersonView(NamedTuple):
    """One profile, merged or not: `names` are the identifiers at home in it.

    `traits` are those stated under this very profile: time, position, value. A merged profile has no stage and no
    customer id of its own.
    """

    into: int | None
    names: frozenset[Identifier]
    stage: int
    user_id: str | None
    traits: dict[str, tuple[int, int, object]]
    events: list[str]


class MergeView(NamedTuple):
    winner: int
    loser: int
    through: frozenset[Identifier]
    undone: bool


class View(NamedTuple):
    """One project. `history` counts decisions by kind, `stages` counts profiles that are not merged."""

    people: list[PersonView]
    merges: list[MergeView]
    history: dict[str, int]
    links: set[tuple[Identifier, int]]
    apart: set[tuple[Identifier, frozenset[int]]]
    stages: dict[str, int]


def owned(people: Sequence[PersonView]) -> list[set[Identifier]]:
    """What each profile owns: the identifiers of all its members, none for a merged one."""
    found: list[set[Identifier]] = [set() for _ in people]
    for number, person in enumerate(people):
        found[canonical(people, number)] |= person.names
    return found


def canonical(people: Sequence[PersonView], number: int) -> int:
    """The profile that this one belongs to."""
    while (into := people[number].into) is not None:
        number = into
    return number


def view_of_model(model: Model) -> View:
    numbers = {person: number for number, person in enumerate(model.people)}
    stages = [person.stage() for person in model.people if person.into is None]
    history = {kind: count for kind, count in model.history.items() if kind and count}
    made = {"created": len(model.people), "undone": sum(merge.undone for merge in model.merges)}
    return View(
        people=[_person(person, numbers) for person in model.people],
        merges=[_merge(merge, numbers) for merge in model.merges],
        history=history | {kind: count for kind, count in made.items() if count},
        links={(hint, numbers[person]) for hint, waiting in model.links.items() for person in waiting},
        apart={(name, frozenset((numbers[one], numbers[other]))) for name, one, other in model.apart},
        stages={stage: stages.count(number) for number, stage in enumerate(STAGES) if number in stages},
    )


def _person(person: Person, numbers: dict[Person, int]) -> PersonView:
    newest = {trait: max(values.items(), key=lambda item: item[0]) for trait, values in person.traits.items()}
    return PersonView(
        into=None if person.into is None else numbers[person.into],
        names=frozenset(person.names),
        stage=0 if person.into else person.stage(),
        user_id=next((name.value for name in person.held() if rank(name) == CUSTOMER and not person.into), None),
        traits={trait: (*when, value) for trait, (when, value) in newest.items()},
        events=person.events,
    )


def _merge(merge: Merge, numbers: dict[Person, int]) -> MergeView:
    return MergeView(numbers[merge.winner], numbers[merge.loser], frozenset(merge.through), merge.undone)
