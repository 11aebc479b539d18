"""A thousand profiles that turn out to be one person, in random order and random batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import pytest
from tests.worker.twin import Twin, scratch
from tests.worker.view import owned

from passerby.messages import Identifier

PEOPLE: Final = 1_000
LARGEST_BATCH: Final = 300
CUSTOMER: Final = Identifier("user_id", "u1")
DEVICE: Final = Identifier("device_id", "d1")


class Saying(NamedTuple):
    names: tuple[Identifier, ...]
    kind: str = "identify"


def visitor(number: int) -> Identifier:
    return Identifier("anonymous_id", f"v{number}")


def visits() -> list[Saying]:
    """An event of each visitor, before any of them is linked."""
    return [Saying((visitor(number),), "track") for number in range(PEOPLE)]


def chain() -> list[Saying]:
    """Each is the same as the next."""
    return [Saying((visitor(number), visitor(number + 1))) for number in range(PEOPLE - 1)]


def star() -> list[Saying]:
    """Each is the same customer."""
    return [Saying((CUSTOMER, visitor(number))) for number in range(PEOPLE)]


def tree() -> list[Saying]:
    """Each is the same as one before, any one."""
    random = Random(1)
    return [Saying((visitor(number), visitor(random.randrange(number)))) for number in range(1, PEOPLE)]


def storm(folder: Path, sayings: list[Saying], random: Random) -> Twin:
    """A state after all of these, cut anywhere."""
    twin = Twin(folder / "state.db")
    for saying in sayings:
        twin.say(*saying.names, kind=saying.kind)
    while twin.applied < len(twin.log):
        twin.work(random.randint(1, LARGEST_BATCH))
    return twin


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch() as folder:
        yield folder


def assert_one_person(twin: Twin, events: int) -> None:
    people = twin.watcher.view(1).people
    assert [person.into for person in people].count(None) == 1
    assert {visitor(number) for number in range(PEOPLE)} <= set().union(*owned(people))
    assert sum(len(member.events) for member in people) == events
    twin.check()


@pytest.mark.parametrize("shape", [chain, star, tree])
@pytest.mark.parametrize("seed", range(2))
def test_a_thousand_profiles_end_as_one_with_all_events(
    folder: Path, shape: Callable[[], list[Saying]], seed: int
) -> None:
    random = Random(seed)
    sayings = visits() + shape()
    random.shuffle(sayings)
    with closing(storm(folder, sayings, random)) as twin:
        assert_one_person(twin, PEOPLE)


@pytest.mark.parametrize("shape", [chain, star, tree])
def test_a_thousand_profiles_that_are_there_before_they_merge_end_as_one_too(
    folder: Path, shape: Callable[[], list[Saying]]
) -> None:
    random = Random(3)
    links = shape()
    random.shuffle(links)
    with closing(storm(folder, visits() + links, random)) as twin:
        assert_one_person(twin, PEOPLE)


def test_a_thousand_visitors_of_one_device_end_as_the_one_who_signs_in(folder: Path) -> None:
    waiting = [Saying((visitor(number), DEVICE), "track") for number in range(PEOPLE)]
    with closing(storm(folder, [*waiting, Saying((CUSTOMER, DEVICE))], Random(4))) as twin:
        assert_one_person(twin, PEOPLE)
