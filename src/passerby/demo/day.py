"""Generates the events of one day as requests of the dialects. Pure: the end of the day is passed in.

Each user visits the shop a few times, in its app or on its website. A customer or lead browses anonymously first, then
signs in. Some also use other shops. Some have a second device, some get a phone that another user had before. Some
senders make mistakes: they send zeros as an id, or a request twice with the same request id.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from passerby.demo.people import rng_of
from passerby.dialects import registry
from passerby.dialects.demo import DAY_MS, LATE_MS, PRODUCTS, Action, Demo, Person, Step, Visitor

MOST_VISITS: Final = 3
JUNK: Final = 0.01
"""Share of app visits with an invalid device id."""
ZEROS: Final = "00000000-0000-0000-0000-000000000000"
SEARCHES, ADDS, BUYS = 0.4, 0.4, 0.5
"""Probability that a visitor searches, adds a viewed product to the cart, and, once signed in, buys."""

DEMOS: Final[dict[str, Demo]] = {dialect.name: dialect.demo for dialect in registry.ALL if dialect.demo}
"""Dialects with sample data, by name."""
_CHANNELS: Final = {demo.channel.place: demo.channel for demo in DEMOS.values() if demo.channel}


class Visit(NamedTuple):
    """A visit: its time, device (empty: the website), and whether the user is signed in or signs in during it."""

    at: int
    device: str
    signed_in: bool
    signs_in: bool


def day(people: Iterable[Person], seed: int, end: int) -> list[Step]:
    """Return the requests of the 24 hours up to `end`, ordered by time."""
    start, app = end - DAY_MS, _CHANNELS["app"]
    steps: list[Step] = []
    for person in people:
        # One generator for each person: the day of a person is the same however many others there are.
        rng = rng_of(seed, "day", person.number)
        for visit in _visits(person, rng):
            steps += _visit(person, visit, start, rng)
        # A phone changes hands after its owner's last visit, so that the heir's events are the newest.
        if person.hands_down:
            owner = Visitor(person, person.phones[0], signed_in=True)
            steps.append(app.sign_in(owner, start + LATE_MS + 20 * 60_000, rng))
        if person.inherited:
            at = start + LATE_MS + rng.randint(30, 50) * 60_000
            heir = Visitor(person, person.inherited, signed_in=True)
            steps.append(app.sign_in(heir, at, rng))
            steps.append(app.act(heir, Action(at + 1000, "Viewed Page", {"page": "/home"}), rng))
        for name, demo in DEMOS.items():
            if demo.visits:
                # With a generator of its own: a new dialect does not change the calls of the others.
                steps += demo.visits(person, start, rng_of(seed, "visits", name, person.number))
    return sorted(steps, key=lambda step: step.at)


def afterwards(people: Sequence[Person], seed: int, end: int) -> list[Step]:
    """Return what is sent after the day, such as reports about all customers."""
    return [
        step
        for name, demo in DEMOS.items()
        if demo.afterwards
        for step in demo.afterwards(people, end, rng_of(seed, "afterwards", name))
    ]


def _visits(person: Person, rng: random.Random) -> Iterator[Visit]:
    """Yield the user's visits: one on each device, then on random ones. The first is always anonymous."""
    places = [*person.phones, *([""] if person.web else [])]
    count = len(places) + rng.randint(1, MOST_VISITS)
    times = sorted(int(rng.triangular(0, LATE_MS, 0.75 * LATE_MS)) for _ in range(count))
    known: set[str] = set()
    for number, at in enumerate(times):
        device = places[number] if number < len(places) else rng.choice(places)
        if device and number > 0 and rng.random() < JUNK:
            yield Visit(at, ZEROS, signed_in=False, signs_in=False)
            continue
        signs_in = person.ambition != "visitor" and device not in known and number > 0
        yield Visit(at, device, signed_in=device in known, signs_in=signs_in)
        if signs_in:
            known.add(device)


def _visit(person: Person, visit: Visit, start: int, rng: random.Random) -> Iterator[Step]:
    channel = _CHANNELS["app" if visit.device else "website"]
    at = start + visit.at
    visitor = Visitor(person, visit.device, visit.signed_in)
    for name, properties in _browsing(rng):
        yield channel.act(visitor, Action(at, name, properties), rng)
        at += rng.randrange(5_000, 90_000)
    if visit.signs_in:
        yield channel.sign_in(visitor, at, rng)
        visitor = visitor._replace(signed_in=True)
    if visitor.signed_in and person.ambition == "customer" and rng.random() < BUYS:
        bought = rng.sample(PRODUCTS, rng.randint(1, 3))
        order = {
            "orderId": f"{person.user_id}-{visit.at}",
            "total": round(sum(price for _, _, price in bought), 2),
            "currency": "EUR",
            "products": [{"sku": sku, "name": name, "price": price, "quantity": 1} for sku, name, price in bought],
        }
        yield channel.act(visitor, Action(at + 1000, "Completed Order", order), rng)


def _browsing(rng: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield names and properties of the events of a visitor who looks around."""
    yield "Viewed Page", {"page": rng.choice(("/home", "/offers", "/guides"))}
    if rng.random() < SEARCHES:
        term = rng.choice(("lamp", "pen", "tea"))
        yield "Searched Products", {"searchTerm": term, "productsDisplayed": rng.randint(0, 8)}
    for _ in range(rng.randint(1, 3)):
        sku, product, price = rng.choice(PRODUCTS)
        yield "Viewed Product", {"sku": sku, "product": product, "price": price}
        if rng.random() < ADDS:
            yield "Added Product", {"sku": sku, "product": product, "price": price, "quantity": rng.randint(1, 3)}
