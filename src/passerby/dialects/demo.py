"""Types of the sample data: users, their actions in a shop, and the requests that a dialect makes of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple

from passerby.dialects.samples import Keys, SampleCall

Ambition = Literal["visitor", "lead", "customer"]
"""How far a user gets within the day: stays anonymous, leaves an email address, or signs up."""

DAY_MS: Final = 24 * 3600 * 1000
LATE_MS: Final = DAY_MS - 3600 * 1000
"""End of the visits. The last hour has orders by telephone, phones with a new owner, and the mailing."""
PAUSE_MS: Final = 20_000
"""Time between two calls of a visit, in milliseconds."""

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
    """A fictional user. Calls of users with the same `household` must stay in order."""

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
    """Mobile ids of the user's devices; empty without the app."""
    hands_down: bool
    """Whether the next user gets the first phone late in the day."""
    inherited: str
    """Mobile id of the phone that the previous user passes on; empty for most."""
    visitor_id: str
    outlet_app: bool = False
    """Whether the user also uses the outlet store's app."""
    second_shop: bool = False
    """Whether the user also visits the second web shop."""


class Step(NamedTuple):
    """One request: its time (milliseconds since 1970), household and body. It is sent `times` times."""

    at: int
    household: int
    call: str
    """DIALECT.CALL, for example `segment.batch`."""
    body: dict[str, Any]
    request_id: str = ""
    times: int = 1


class Action(NamedTuple):
    """An event of the shop in neutral form: time, name and properties.

    The names are `Viewed Page`, `Searched Products`, `Viewed Product`, `Added Product` and `Completed Order`.
    """

    at: int
    name: str
    properties: dict[str, Any]


class Visitor(NamedTuple):
    """A user on a device (its mobile id; empty on the website), and whether the user is signed in there."""

    person: Person
    device: str
    signed_in: bool


class Channel(NamedTuple):
    """Turns actions in the shop's app or website into requests. One dialect has each of the two.

    `act` returns the request of an action, `sign_in` that of a visitor who signs in at a time. Both may draw random
    numbers.
    """

    place: Literal["app", "website"]
    act: Callable[[Visitor, Action, random.Random], Step]
    sign_in: Callable[[Visitor, int, random.Random], Step]


class Demo(NamedTuple):
    """A dialect's part of the sample data of `passerby demo`.

    `request` returns the HTTP request of a step, always a POST, with one key of each of the `kinds`. A dialect has a
    `channel` of the main shop, or yields a user's `visits` to another shop within the 24 hours from a start, or both.
    `afterwards` returns what is sent at the end of the day for all users.
    """

    kinds: tuple[str, ...]
    request: Callable[[Step, Keys], SampleCall]
    channel: Channel | None = None
    visits: Callable[[Person, int, random.Random], Iterator[Step]] | None = None
    afterwards: Callable[[Sequence[Person], int, random.Random], Iterator[Step]] | None = None


def iso(at: int) -> str:
    """Return a time as ISO 8601 in UTC with milliseconds."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"
