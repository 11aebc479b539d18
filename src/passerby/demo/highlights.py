"""Whose profiles are worth a look after the demo, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from passerby.dialects.demo import Person


class Highlight(NamedTuple):
    """An identifier to look a profile up by, and what is to be seen there."""

    what: str
    namespace: str
    value: str


class Seen(NamedTuple):
    """What the profile of a highlight has become."""

    highlight: Highlight
    profile: str
    stage: str
    events: int
    members: int


def highlights(people: Iterable[Person]) -> Iterator[Highlight]:
    """The first one of each interesting sort, among those who are there."""
    people = list(people)
    sorts = (
        ("a customer with several devices", [_by_customer_id(p) for p in people if _goes_far(p) and len(p.phones) > 1]),
        (
            "a customer whom every vendor's clients reported",
            [_by_customer_id(p) for p in people if _goes_far(p) and p.app and p.web and p.outlet_app and p.second_shop],
        ),
        ("a customer on the app and the web", [_by_customer_id(p) for p in people if _goes_far(p) and p.app and p.web]),
        ("gave a phone away, kept the history", [_by_customer_id(p) for p in people if p.hands_down]),
        ("got that phone, without its past", [_by_customer_id(p) for p in people if p.inherited]),
        ("never signed in", [("mobile_id", p.phones[0]) for p in people if p.ambition == "visitor" and p.phones]),
    )
    for what, found in sorts:
        for namespace, value in found[:1]:
            yield Highlight(what, namespace, value)


def seen(highlight: Highlight, profile: dict[str, Any]) -> Seen:
    """A highlight with what the management API says of its profile."""
    return Seen(highlight, profile["id"], profile["stage"], profile["event_count"], len(profile["members"]))


def _goes_far(person: Person) -> bool:
    return person.ambition == "customer" and not (person.hands_down or person.inherited)


def _by_customer_id(person: Person) -> tuple[str, str]:
    return "user_id", person.user_id
