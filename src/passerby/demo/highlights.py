"""Selects profiles of interest in the sample data: one for each case of identity resolution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from passerby.dialects.demo import Person


class Highlight(NamedTuple):
    """A profile of interest: what it shows, and an identifier to find it by."""

    what: str
    namespace: str
    value: str


class Seen(NamedTuple):
    """A highlight with its profile after the run."""

    highlight: Highlight
    profile: str
    stage: str
    events: int
    members: int


def highlights(people: Iterable[Person]) -> Iterator[Highlight]:
    """Yield the first user of each case."""
    people = list(people)
    sorts = (
        ("a customer with several devices", [_by_customer_id(p) for p in people if _goes_far(p) and len(p.phones) > 1]),
        (
            "a customer with events from every vendor",
            [_by_customer_id(p) for p in people if _goes_far(p) and p.app and p.web and p.outlet_app and p.second_shop],
        ),
        ("a customer on the app and the web", [_by_customer_id(p) for p in people if _goes_far(p) and p.app and p.web]),
        ("passed on a phone, kept the history", [_by_customer_id(p) for p in people if p.hands_down]),
        ("received that phone, without its history", [_by_customer_id(p) for p in people if p.inherited]),
        ("never signed in", [("mobile_id", p.phones[0]) for p in people if p.ambition == "visitor" and p.phones]),
    )
    for what, found in sorts:
        for namespace, value in found[:1]:
            yield Highlight(what, namespace, value)


def seen(highlight: Highlight, profile: dict[str, Any]) -> Seen:
    """Return a highlight with its profile as returned by the management API."""
    return Seen(highlight, profile["id"], profile["stage"], profile["event_count"], len(profile["members"]))


def _goes_far(person: Person) -> bool:
    return person.ambition == "customer" and not (person.hands_down or person.inherited)


def _by_customer_id(person: Person) -> tuple[str, str]:
    return "user_id", person.user_id
