"""The namespaces of identifiers, their classes and limits: a project's identity policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType

MAX_VALUE_LENGTH = 1_000
"""Characters of an identifier's value. A longer one is junk, and would bloat every index."""


class IdentifierClass(IntEnum):
    """How strongly an identifier speaks, the strongest first."""

    CUSTOMER = 0
    CONTACT = 1
    DEVICE = 2
    ADVERTISING = 3
    HINT = 4
    PREVIOUS = 5
    """The value of an alias, whose namespace is unknown (`identity.aliases`). It moves like a device identifier."""


CLASSES: Mapping[str, IdentifierClass] = MappingProxyType(
    {
        "user_id": IdentifierClass.CUSTOMER,
        "email": IdentifierClass.CONTACT,
        "phone": IdentifierClass.CONTACT,
        "mobile_id": IdentifierClass.DEVICE,
        "anonymous_id": IdentifierClass.DEVICE,
        "idfa": IdentifierClass.ADVERTISING,
        "aaid": IdentifierClass.ADVERTISING,
        "ga_app_instance_id": IdentifierClass.ADVERTISING,
        "device_id": IdentifierClass.HINT,
        "previous_id": IdentifierClass.PREVIOUS,
    }
)

FORMER_USER_ID = "former_user_id"
"""The namespace of customer ids that lost their own profile in a merge by hand. No message carries it: one that names
such a customer by `user_id` reaches whoever holds it here (`docs/decisions/0015-manual-merges.md`)."""
FORMER_LIMIT = 20
"""How many former customer ids a profile may hold."""

MEMBERS = 10_000
"""How many profiles one may absorb, directly or by what those had absorbed. Identifiers that move on make room for
others, so that without this limit the members of a profile, each of which is read with it, would have no end."""

LIMITS: Mapping[IdentifierClass, int] = MappingProxyType(
    {
        IdentifierClass.CUSTOMER: 1,
        IdentifierClass.CONTACT: 20,
        IdentifierClass.DEVICE: 1_000,
        IdentifierClass.ADVERTISING: 100,
        # How many anonymous profiles may wait behind one hint. identity.md names none; without one, a device id that
        # a whole fleet shares would gather profiles without end and hand all of them to the first who signs in.
        IdentifierClass.HINT: 1_000,
        IdentifierClass.PREVIOUS: 1_000,
    }
)


CONTACT_TRAITS = frozenset({"email", "phone"})
"""The traits whose values are contacts, too, where a project says nothing else."""


def limits_of(classes: Mapping[str, IdentifierClass]) -> dict[str, int]:
    """The limits of these namespaces where a project says nothing else."""
    return {name: LIMITS[class_] for name, class_ in classes.items()} | {FORMER_USER_ID: FORMER_LIMIT}


@dataclass(frozen=True, slots=True)
class Policy:
    """What a project wants of identity.

    `phone_country` is the two-letter region in which phone numbers without a country code are read (None: such
    numbers stay as they are). A contact that a message also carries as a trait of that name counts only where that
    trait is one of `contact_traits`. `blocked` holds values, in lower case, that the project blocks beyond the
    built-in list. `members` is how many others a profile may absorb.
    """

    classes: Mapping[str, IdentifierClass] = field(default_factory=lambda: CLASSES)
    limits: Mapping[str, int] = field(default_factory=lambda: limits_of(CLASSES))
    blocked: frozenset[str] = frozenset()
    phone_country: str | None = None
    contact_traits: frozenset[str] = CONTACT_TRAITS
    members: int = MEMBERS


DEFAULT_POLICY = Policy()
