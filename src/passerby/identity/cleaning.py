"""From the identifiers that a message carries to the evidence that counts.

Values are trimmed and Unicode-normalised; junk that clients send instead of an id is dropped and reported, never
refused, because one shared `undefined` would otherwise make one person of thousands.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from hashlib import md5, sha1, sha256
from typing import Any, NamedTuple

import phonenumbers

from passerby.identity.aliases import readings
from passerby.identity.namespaces import CONTACT_TRAITS, DEFAULT_POLICY, IdentifierClass, Policy
from passerby.messages import Identifier

NOTHING_HASHED = frozenset(digest(b"", usedforsecurity=False).hexdigest() for digest in (md5, sha1, sha256))
"""What becomes of an empty text where a site sends hashes of addresses for ids, and hashes the missing ones, too."""
BLOCK_LIST = NOTHING_HASHED | {
    "",
    "null",
    "none",
    "nil",
    "undefined",
    "nan",
    "[object object]",
    "anonymous",
    "unknown",
    "-1",
}
MAX_VALUE_LENGTH = 1_000
"""Characters. A longer value is junk: nobody goes by such a name, and it would bloat every index."""


class Evidence(NamedTuple):
    """What a message says of who it is about, cleaned. Identifiers are distinct, and in the sender's order.

    `weak` are device identifiers, then advertising ones. `names` are all identifiers that can name a profile, the
    strongest class first. A message is `naming` when it carries a customer or contact identifier. `previous` are the
    previous ids of an alias, and `readings` the identifiers that these may stand for (`identity.aliases`).
    """

    user_id: Identifier | None = None
    contacts: tuple[Identifier, ...] = ()
    weak: tuple[Identifier, ...] = ()
    hints: tuple[Identifier, ...] = ()
    blocked: tuple[Identifier, ...] = ()
    names: tuple[Identifier, ...] = ()
    naming: bool = False
    previous: tuple[Identifier, ...] = ()
    readings: tuple[Identifier, ...] = ()

    @property
    def mentioned(self) -> tuple[Identifier, ...]:
        """Every identifier of which the resolver must know whether it has an owner."""
        return (*self.names, *self.previous, *self.readings) if self.previous else self.names


def clean(namespace: str, value: str, policy: Policy = DEFAULT_POLICY) -> str | None:
    """The form in which this value names somebody, or None where it is on the block list."""
    value = value.strip() if value.isascii() else unicodedata.normalize("NFC", value).strip()
    if is_junk(value, policy):
        return None
    if namespace == "phone":
        return e164(value, policy.phone_country)
    if namespace == "email" or policy.classes.get(namespace) is IdentifierClass.ADVERTISING:
        return value.lower()
    return value


def is_junk(value: str, policy: Policy) -> bool:
    """Whether this (trimmed) value is one that many clients send for want of an id."""
    if len(value) > MAX_VALUE_LENGTH or not value.strip("0-"):
        return True
    lowered = value.lower()
    return lowered in BLOCK_LIST or lowered in policy.blocked


def e164(value: str, country: str | None) -> str:
    """The phone number in E.164 where it can be read, with the country if need be; else the value as it is."""
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        return value
    if not phonenumbers.is_possible_number(number):
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def naming(identifiers: tuple[Identifier, ...], traits: Mapping[str, Any], policy: Policy) -> tuple[Identifier, ...]:
    """The identifiers of a message with these traits, without contacts that the project wants to be traits alone."""
    if policy.contact_traits == CONTACT_TRAITS or not traits:
        return identifiers
    alone = CONTACT_TRAITS - policy.contact_traits
    return tuple(i for i in identifiers if not (i.namespace in alone and i.namespace in traits))


def gather(identifiers: Sequence[Identifier], policy: Policy = DEFAULT_POLICY) -> Evidence:
    """The evidence in these identifiers.

    An identifier in a namespace that the policy does not know is dropped like a blocked one. Of two customer ids in
    one message the first counts and the other is dropped: nobody is two customers. An alias of a customer id to itself
    is dropped, too, without being reported.
    """
    if len(identifiers) == 1 and (only := _only(identifiers[0], policy)):
        return only
    found: tuple[dict[Identifier, None], ...] = ({}, {}, {}, {}, {}, {})
    blocked: list[Identifier] = []
    for raw in identifiers:
        class_ = policy.classes.get(raw.namespace)
        value = None if class_ is None else clean(raw.namespace, raw.value, policy)
        if class_ is None or value is None:
            blocked.append(raw)
            continue
        identifier = raw if value == raw.value else Identifier(raw.namespace, value, raw.scope)
        if class_ is IdentifierClass.CUSTOMER and found[class_].keys() - {identifier}:
            blocked.append(raw)
        else:
            found[class_][identifier] = None
    customer, contacts, devices, advertising, hints, aliases = map(tuple, found)
    previous = tuple(each for each in aliases if not customer or each.value != customer[0].value)
    return Evidence(
        user_id=customer[0] if customer else None,
        contacts=contacts,
        weak=devices + advertising,
        hints=hints,
        blocked=tuple(blocked),
        names=customer + contacts + devices + advertising,
        naming=bool(customer or contacts),
        previous=previous,
        readings=readings(previous, policy) if previous else (),
    )


def _only(raw: Identifier, policy: Policy) -> Evidence | None:
    """The evidence in a single device or customer identifier, which is all that most messages carry; else None."""
    class_ = policy.classes.get(raw.namespace)
    if class_ is not IdentifierClass.DEVICE and class_ is not IdentifierClass.CUSTOMER:
        return None
    value = clean(raw.namespace, raw.value, policy)
    if value is None:
        return None
    only = raw if value == raw.value else Identifier(raw.namespace, value, raw.scope)
    if class_ is IdentifierClass.DEVICE:
        return Evidence(weak=(only,), names=(only,))
    return Evidence(user_id=only, names=(only,), naming=True)
