"""Generates the users of the sample data from a seed. The same seed gives the same users.

All users are fictional: names are a colour and a bird, email addresses are at example.com.
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
"""Probability of each."""
APP_ONLY, WEB_ONLY = 0.82, 0.10
"""Shares of users with only the app and only the website; the rest use both. Chosen so that the website of 2,000 users
stays within WebEngage's limit of 5,000 calls per minute."""
OUTLET_APP, SECOND_SHOP = 0.15, 0.15
"""Shares of users who also use the outlet store's app and the second web shop."""
TWO_DEVICES: Final = 0.25
HAND_DOWN_EVERY: Final = 20
"""Every 20th user gets the phone of the previous one."""


def people(seed: int, count: int) -> list[Person]:
    """Return this many users. A longer list starts with the same users."""
    return [_person(seed, number) for number in range(count)]


def rng_of(seed: int, *about: object) -> random.Random:
    """Return a random number generator that is seeded with the seed and the subject."""
    return random.Random(":".join(map(str, (seed, *about))))  # noqa: S311 - sample data, no secrets


def _person(seed: int, number: int) -> Person:
    rng = rng_of(seed, "person", number)
    colour, bird = rng.choice(COLOURS), rng.choice(BIRDS)
    medium = rng.random()
    (ambition,) = rng.choices(list(AMBITIONS), list(AMBITIONS.values()))
    phones = _phones(seed, number, 2 if rng.random() < TWO_DEVICES else 1)
    # A separate generator, so that the main shop's users did not change when other shops were added.
    other_shops = rng_of(seed, "elsewhere", number)
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
        outlet_app=other_shops.random() < OUTLET_APP,
        second_shop=other_shops.random() < SECOND_SHOP,
    )
    # Two of every 20 users are one household, in which the first passes a phone on to the second.
    place = number % HAND_DOWN_EVERY
    if place == HAND_DOWN_EVERY - 2:
        return person._replace(app=True, ambition="customer", hands_down=True)
    if place == HAND_DOWN_EVERY - 1:
        elder = number - 1
        return person._replace(app=True, ambition="customer", household=elder, inherited=_phones(seed, elder, 1)[0])
    return person._replace(phones=phones if person.app else ())


def _phones(seed: int, number: int, count: int) -> tuple[str, ...]:
    return tuple(f"demo-{seed}-device-{number:05d}-{device}" for device in range(count))
