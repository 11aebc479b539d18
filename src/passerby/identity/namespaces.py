"""Identity policy: the namespaces of identifiers, their classes and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType

MAX_VALUE_LENGTH = 1_000
"""Longest identifier value, in characters. Real ids are far shorter, and longer ones would bloat every index."""


class IdentifierClass(IntEnum):
    """How strong the evidence of an identifier is, strongest first."""

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
"""The namespace of customer ids that lost their own profile in a manual merge. No message carries it: a `user_id` with
such a value leads to the profile that holds it here (`docs/decisions/0015-manual-merges.md`)."""
FORMER_LIMIT = 20
"""Former customer ids that a profile may hold."""

MEMBERS = 10_000
"""Profiles that one profile may absorb, directly and indirectly. Limits of identifiers do not bound it, because moved
identifiers free their place, and reading a profile reads every member."""

LIMITS: Mapping[IdentifierClass, int] = MappingProxyType(
    {
        IdentifierClass.CUSTOMER: 1,
        IdentifierClass.CONTACT: 20,
        IdentifierClass.DEVICE: 1_000,
        IdentifierClass.ADVERTISING: 100,
        # Anonymous profiles linked to one hint. Without a limit, a device id that a whole fleet shares would collect
        # profiles without bound, and the first user to sign in would absorb all of them.
        IdentifierClass.HINT: 1_000,
        IdentifierClass.PREVIOUS: 1_000,
    }
)


CONTACT_TRAITS = frozenset({"email", "phone"})
"""Traits whose values are also contact identifiers, by default."""


def limits_of(classes: Mapping[str, IdentifierClass]) -> dict[str, int]:
    """Return the default limits of these namespaces."""
    return {name: LIMITS[class_] for name, class_ in classes.items()} | {FORMER_USER_ID: FORMER_LIMIT}


@dataclass(frozen=True, slots=True)
class Policy:
    """A project's identity policy.

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
