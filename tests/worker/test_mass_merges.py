"""A thousand profiles that are one person, merged in random order and random batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import pytest
from tests.worker.comparison import Comparison, temporary_folder
from tests.worker.view import owned

from passerby.messages import Identifier

PEOPLE: Final = 1_000
LARGEST_BATCH: Final = 300
CUSTOMER: Final = Identifier("user_id", "u1")
DEVICE: Final = Identifier("device_id", "d1")


class Draft(NamedTuple):
    names: tuple[Identifier, ...]
    kind: str = "identify"


def visitor(number: int) -> Identifier:
    return Identifier("anonymous_id", f"v{number}")


def visits() -> list[Draft]:
    """An event of each visitor, before any of them is linked."""
    return [Draft((visitor(number),), "track") for number in range(PEOPLE)]


def chain() -> list[Draft]:
    """Each visitor is the same as the next."""
    return [Draft((visitor(number), visitor(number + 1))) for number in range(PEOPLE - 1)]


def star() -> list[Draft]:
    """Each visitor is the same customer."""
    return [Draft((CUSTOMER, visitor(number))) for number in range(PEOPLE)]


def tree() -> list[Draft]:
    """Each visitor is the same as a random earlier one."""
    random = Random(1)
    return [Draft((visitor(number), visitor(random.randrange(number)))) for number in range(1, PEOPLE)]


def applied_in_random_batches(folder: Path, drafts: list[Draft], random: Random) -> Comparison:
    """A state after all drafts, applied in batches of random size."""
    comparison = Comparison(folder / "state.db")
    for draft in drafts:
        comparison.append(*draft.names, kind=draft.kind)
    while comparison.applied < len(comparison.log):
        comparison.apply(random.randint(1, LARGEST_BATCH))
    return comparison


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder


def assert_one_person(comparison: Comparison, events: int) -> None:
    people = comparison.observer.view(1).people
    assert [person.into for person in people].count(None) == 1
    assert {visitor(number) for number in range(PEOPLE)} <= set().union(*owned(people))
    assert sum(len(member.events) for member in people) == events
    comparison.check()


@pytest.mark.parametrize("shape", [chain, star, tree])
@pytest.mark.parametrize("seed", range(2))
def test_a_thousand_profiles_end_as_one_with_all_events(
    folder: Path, shape: Callable[[], list[Draft]], seed: int
) -> None:
    random = Random(seed)
    drafts = visits() + shape()
    random.shuffle(drafts)
    with closing(applied_in_random_batches(folder, drafts, random)) as comparison:
        assert_one_person(comparison, PEOPLE)


@pytest.mark.parametrize("shape", [chain, star, tree])
def test_a_thousand_profiles_that_are_there_before_they_merge_end_as_one_too(
    folder: Path, shape: Callable[[], list[Draft]]
) -> None:
    random = Random(3)
    links = shape()
    random.shuffle(links)
    with closing(applied_in_random_batches(folder, visits() + links, random)) as comparison:
        assert_one_person(comparison, PEOPLE)


def test_a_thousand_visitors_of_one_device_end_as_the_one_who_signs_in(folder: Path) -> None:
    waiting = [Draft((visitor(number), DEVICE), "track") for number in range(PEOPLE)]
    with closing(applied_in_random_batches(folder, [*waiting, Draft((CUSTOMER, DEVICE))], Random(4))) as comparison:
        assert_one_person(comparison, PEOPLE)
