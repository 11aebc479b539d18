"""What the demo's people do in a day, as calls in the vendors' own words. Pure: the day's end comes from outside.

Everybody visits a few times. Whoever becomes a customer or a lead browses anonymously first; then the app identifies
them by CrossEngage's calls, the web site's server by WebEngage's. Some also shop where other vendors' words are spoken
(`elsewhere`). Some have a second device, some get a phone that was somebody else's, some of the senders are sloppy:
they send zeros for an id, or a call twice with the same request id.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from passerby.demo.elsewhere import elsewhere
from passerby.demo.people import Person, dice
from passerby.demo.steps import DAY_MS, LATE_MS, PRODUCTS, Step, iso

MOST_VISITS: Final = 3
RETRIED: Final = 0.03
"""Share of WebEngage's calls that are sent twice: their sender did not wait for the answer."""
JUNK: Final = 0.01
"""Share of visits in the app whose device id did not come through."""
ZEROS: Final = "00000000-0000-0000-0000-000000000000"
SEARCHES, ADDS, BUYS = 0.4, 0.4, 0.5
"""How likely a visitor is to search, to put a product that was viewed into the cart, and, once known, to buy."""
MAILING_SIZE: Final = 25
"""Records in one bulk call (WebEngage, bulk events)."""
WEB_NAMES: Final = {
    "Viewed Page": "Page Viewed",
    "Searched Products": "Product Searched",
    "Viewed Product": "Product Viewed",
    "Added Product": "Added to Cart",
    "Completed Order": "Checkout Completed",
}
"""What the web site calls the things that the app has CrossEngage's names for."""


class Deed(NamedTuple):
    """Something that somebody does: when, and what."""

    at: int
    name: str
    properties: dict[str, Any]


class Visit(NamedTuple):
    """One visit: when, from which device (empty: the web site), and whether its visitor has signed in by then."""

    at: int
    device: str
    signed_in: bool
    signs_in: bool


def day(people: Iterable[Person], seed: int, end: int) -> list[Step]:
    """What people do within the 24 hours up to `end`, in the order in which it happens."""
    start = end - DAY_MS
    steps = [step for person in people for step in (*_steps(person, seed, start), *elsewhere(person, seed, start))]
    return sorted(steps, key=lambda step: step.at)


def _steps(person: Person, seed: int, start: int) -> Iterator[Step]:
    roll = dice(seed, "day", person.number)
    for visit in _visits(person, roll):
        yield from _visit(person, visit, start, roll)
    if person.hands_down:
        yield _identify(person, start + LATE_MS + 20 * 60_000, person.phones[0])
    if person.inherited:
        at = start + LATE_MS + roll.randint(30, 50) * 60_000
        yield _identify(person, at, person.inherited)
        yield _track(person, Deed(at + 1000, "Viewed Page", {"page": "/home"}), person.inherited)


def _visits(person: Person, roll: random.Random) -> Iterator[Visit]:
    """The person's visits: each device in turn, then any; nobody signs in on the very first."""
    places = [*person.phones, *([""] if person.web else [])]
    count = len(places) + roll.randint(1, MOST_VISITS)
    times = sorted(int(roll.triangular(0, LATE_MS, 0.75 * LATE_MS)) for _ in range(count))
    known: set[str] = set()
    for number, at in enumerate(times):
        device = places[number] if number < len(places) else roll.choice(places)
        if device and number > 0 and roll.random() < JUNK:
            yield Visit(at, ZEROS, signed_in=False, signs_in=False)
            continue
        signs_in = person.ambition != "visitor" and device not in known and number > 0
        yield Visit(at, device, signed_in=device in known, signs_in=signs_in)
        if signs_in:
            known.add(device)


def _visit(person: Person, visit: Visit, start: int, roll: random.Random) -> Iterator[Step]:
    at = start + visit.at
    for name, properties in _browsing(roll):
        yield _event(person, Deed(at, name, properties), visit, roll)
        at += roll.randrange(5_000, 90_000)
    if visit.signs_in:
        yield _sign_in(person, at, visit.device, roll)
        visit = visit._replace(signed_in=True)
    if visit.signed_in and person.ambition == "customer" and roll.random() < BUYS:
        yield _event(person, Deed(at + 1000, "Completed Order", _order(person, visit, roll)), visit, roll)


def _browsing(roll: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "Viewed Page", {"page": roll.choice(("/home", "/offers", "/guides"))}
    if roll.random() < SEARCHES:
        term = roll.choice(("lamp", "pen", "tea"))
        yield "Searched Products", {"searchTerm": term, "productsDisplayed": roll.randint(0, 8)}
    for _ in range(roll.randint(1, 3)):
        sku, product, price = roll.choice(PRODUCTS)
        yield "Viewed Product", {"sku": sku, "product": product, "price": price}
        if roll.random() < ADDS:
            yield "Added Product", {"sku": sku, "product": product, "price": price, "quantity": roll.randint(1, 3)}


def _order(person: Person, visit: Visit, roll: random.Random) -> dict[str, Any]:
    bought = roll.sample(PRODUCTS, roll.randint(1, 3))
    return {
        "orderId": f"{person.user_id}-{visit.at}",
        "total": round(sum(price for _, _, price in bought), 2),
        "currency": "EUR",
        "products": [{"sku": sku, "name": name, "price": price, "quantity": 1} for sku, name, price in bought],
    }


def _event(person: Person, deed: Deed, visit: Visit, roll: random.Random) -> Step:
    if visit.device:
        return _track(person, deed, visit.device)
    who = {"userId": person.user_id} if visit.signed_in else {"anonymousId": person.visitor_id}
    return _webengage("events", deed.at, person, who | _web_event(deed), roll)


def _track(person: Person, deed: Deed, device: str) -> Step:
    event = {"event": deed.name, "properties": deed.properties, "timestamp": iso(deed.at)}
    return Step(deed.at, person.household, "crossengage.track", {"mobileId": device, "type": "track"} | event)


def _sign_in(person: Person, at: int, device: str, roll: random.Random) -> Step:
    if device:
        return _identify(person, at, device)
    traits = {"firstName": person.name, "email": person.email, "attributes": {"language": person.language}}
    return _webengage("users", at, person, {"userId": person.user_id} | traits, roll)


def _identify(person: Person, at: int, device: str) -> Step:
    """A customer is named by the customer id, a lead by the e-mail address with its business unit."""
    lead = person.ambition == "lead"
    who = {"email": person.email, "businessUnit": "newsletter"} if lead else {"userId": person.user_id}
    traits = {"firstName": person.name, "language": person.language, "email": person.email}
    body = {"mobileId": device, "type": "identify", **who, "traits": traits, "timestamp": iso(at)}
    return Step(at, person.household, "crossengage.identify", body)


def _webengage(call: str, at: int, person: Person, body: dict[str, Any], roll: random.Random) -> Step:
    times = 2 if roll.random() < RETRIED else 1
    return Step(
        at, person.household, f"webengage.{call}", body, request_id=f"{roll.getrandbits(128):032x}", times=times
    )


def _web_event(deed: Deed) -> dict[str, Any]:
    moment = datetime.fromtimestamp(deed.at / 1000, UTC)
    time = moment.strftime("%Y-%m-%dT%H:%M:%S+0000")
    return {"eventName": WEB_NAMES.get(deed.name, deed.name), "eventTime": time, "eventData": deed.properties}


def mailing(people: Iterable[Person], seed: int, end: int) -> Iterator[Step]:
    """The evening's mailing to all customers, reported by the mail server in bulk calls: to be sent after the day."""
    roll = dice(seed, "mailing")
    customers = [person for person in people if person.ambition == "customer"]
    for first in range(0, len(customers), MAILING_SIZE):
        part = customers[first : first + MAILING_SIZE]
        opened = Deed(end - 60_000, "Mail Opened", {"campaign": "evening"})
        records = [{"userId": person.user_id} | _web_event(opened) for person in part]
        yield _webengage("bulk-events", opened.at, part[0], {"events": records}, roll)
