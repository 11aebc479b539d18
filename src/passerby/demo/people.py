"""The demo's people: who they are, what they use, and how far they go. The same seed gives the same people.

All of them are made up: names are a colour and a bird, addresses are at example.com.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Final

from passerby.dialects.demo import Ambition, Person

COLOURS: Final = (
    "Amber",
    "Coral",
    "Cobalt",
    "Indigo",
    "Ivory",
    "Jade",
    "Ochre",
    "Olive",
    "Ruby",
    "Sepia",
    "Teal",
    "Umber",
)
BIRDS: Final = (
    "Avocet",
    "Bittern",
    "Curlew",
    "Dunlin",
    "Egret",
    "Fulmar",
    "Heron",
    "Knot",
    "Plover",
    "Siskin",
    "Tern",
    "Wren",
)
LANGUAGES: Final = ("de", "en", "es", "fr", "it", "pt")

AMBITIONS: Final[Mapping[Ambition, float]] = {"visitor": 0.35, "lead": 0.10, "customer": 0.55}
"""How likely each is."""
APP_ONLY, WEB_ONLY = 0.82, 0.10
"""Shares of those who use only the app and only the web site; the rest use both. Two thousand people's web site stays
within the 5,000 calls a minute that its vendor allows a key."""
OUTLET_APP, SECOND_SHOP = 0.15, 0.15
"""Shares of those who also use the outlet store's app and the second web shop."""
TWO_DEVICES: Final = 0.25
HAND_DOWN_EVERY: Final = 20
"""One in so many gets the phone of the person before."""


def people(seed: int, count: int) -> list[Person]:
    """As many people as asked for. The first N of a longer list are the same people."""
    return [_person(seed, number) for number in range(count)]


def rng_of(seed: int, *about: object) -> random.Random:
    """Return a random number generator that is seeded with the seed and the subject."""
    return random.Random(":".join(map(str, (seed, *about))))  # noqa: S311 - a made-up day, not secrets


def _person(seed: int, number: int) -> Person:
    rng = rng_of(seed, "person", number)
    colour, bird = rng.choice(COLOURS), rng.choice(BIRDS)
    medium = rng.random()
    (ambition,) = rng.choices(list(AMBITIONS), list(AMBITIONS.values()))
    phones = _phones(seed, number, 2 if rng.random() < TWO_DEVICES else 1)
    elsewhere = rng_of(seed, "elsewhere", number)
    person = Person(
        number=number,
        household=number,
        name=f"{colour} {bird}",
        user_id=f"demo-{seed}-{number:05d}",
        email=f"{colour}.{bird}.{seed}.{number}@example.com".lower(),
        language=rng.choice(LANGUAGES),
        ambition=ambition,
        app=medium < APP_ONLY or medium >= APP_ONLY + WEB_ONLY,
        web=medium >= APP_ONLY,
        phones=phones,
        hands_down=False,
        inherited="",
        visitor_id=f"demo-{seed}-visitor-{number:05d}",
        outlet_app=elsewhere.random() < OUTLET_APP,
        second_shop=elsewhere.random() < SECOND_SHOP,
    )
    return _in_a_household(seed, person)


def _phones(seed: int, number: int, count: int) -> tuple[str, ...]:
    return tuple(f"demo-{seed}-device-{number:05d}-{device}" for device in range(count))


def _in_a_household(seed: int, person: Person) -> Person:
    """Every so often two people share a household: the elder hands a phone down to the younger."""
    place = person.number % HAND_DOWN_EVERY
    if place == HAND_DOWN_EVERY - 2:
        return person._replace(app=True, ambition="customer", hands_down=True)
    if place == HAND_DOWN_EVERY - 1:
        elder = person.number - 1
        return person._replace(app=True, ambition="customer", household=elder, inherited=_phones(seed, elder, 1)[0])
    return person._replace(phones=person.phones if person.app else ())
