"""Types of the demo's day: people, what they do in a shop, and how a dialect writes it as calls."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple

from passerby.dialects.samples import Keys, SampleCall

Ambition = Literal["visitor", "lead", "customer"]
"""How far a person goes within the day: looks around, leaves an e-mail address, or signs up."""

DAY_MS: Final = 24 * 3600 * 1000
LATE_MS: Final = DAY_MS - 3600 * 1000
"""After this nobody visits: it is the hour of the books, of phones that change hands, and of the mailing."""
PAUSE_MS: Final = 20_000
"""Between two calls of a visit."""

PRODUCTS: Final = (
    ("A-1", "Desk Lamp", 39.0),
    ("A-2", "Wall Clock", 24.5),
    ("B-1", "Notebook", 6.9),
    ("B-2", "Fountain Pen", 31.0),
    ("C-1", "Tea Pot", 45.0),
    ("C-2", "Mug", 9.5),
    ("D-1", "Hiking Map", 12.0),
    ("D-2", "Compass", 27.9),
)
"""SKU, name and price in EUR."""


class Person(NamedTuple):
    """A made-up person. `household` is shared by people whose calls must stay in order among each other."""

    number: int
    household: int
    name: str
    user_id: str
    email: str
    language: str
    ambition: Ambition
    app: bool
    web: bool
    phones: tuple[str, ...]
    """Mobile ids of the person's own devices; empty without the app."""
    hands_down: bool
    """Whether the first phone becomes the next person's late in the day."""
    inherited: str
    """Mobile id of the phone that the person before hands down; empty for most."""
    visitor_id: str
    outlet_app: bool = False
    """Whether the person also uses the app of the outlet store."""
    second_shop: bool = False
    """Whether the person also visits the second web shop."""


class Step(NamedTuple):
    """One call: when it happens (milliseconds since 1970), whose turn it is, and what is sent, `times` times."""

    at: int
    household: int
    call: str
    """DIALECT.CALL, for example `segment.batch`."""
    body: dict[str, Any]
    request_id: str = ""
    times: int = 1


class Action(NamedTuple):
    """An event of the shop before a dialect writes it: when it happens, its name, and its properties.

    The names are `Viewed Page`, `Searched Products`, `Viewed Product`, `Added Product` and `Completed Order`.
    """

    at: int
    name: str
    properties: dict[str, Any]


class Visitor(NamedTuple):
    """A person on a device (its mobile id; empty on the web site), and whether the person has signed in there."""

    person: Person
    device: str
    signed_in: bool


class Channel(NamedTuple):
    """Writes what people do in the demo's shop, on its app or on its web site. One dialect has each place.

    `act` writes an action, `sign_in` what becomes known of a visitor at a time. Both may draw random numbers.
    """

    place: Literal["app", "website"]
    act: Callable[[Visitor, Action, random.Random], Step]
    sign_in: Callable[[Visitor, int, random.Random], Step]


class Demo(NamedTuple):
    """A dialect's part in the day of `passerby demo`.

    `request` makes the HTTP request of a step, always a POST, with one key of each of these `kinds`. A dialect has a
    `channel` of the shop, or yields a person's `visits` elsewhere within the 24 hours from a start, or both.
    `afterwards` is sent when the day (of all people, with this end) is done.
    """

    kinds: tuple[str, ...]
    request: Callable[[Step, Keys], SampleCall]
    channel: Channel | None = None
    visits: Callable[[Person, int, random.Random], Iterator[Step]] | None = None
    afterwards: Callable[[Sequence[Person], int, random.Random], Iterator[Step]] | None = None


def iso(at: int) -> str:
    """Return a time as ISO 8601 in UTC with milliseconds."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"
