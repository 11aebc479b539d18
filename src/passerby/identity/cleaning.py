"""From the identifiers that a message carries to the evidence that counts.

Values and scopes are trimmed, Unicode-normalised and freed of invisible characters. Junk that clients send instead of
an id is dropped and counted, never refused: one shared `undefined` would otherwise merge thousands of people.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from passerby.identity.aliases import readings
from passerby.identity.namespaces import CONTACT_TRAITS, DEFAULT_POLICY, MAX_VALUE_LENGTH, IdentifierClass, Policy
from passerby.identity.nothing import BLOCK_LIST, is_nothing
from passerby.messages import Identifier

PHONE_LENGTH = 250
"""Characters of a text that is read as a phone number (the limit of `phonenumbers`)."""
MACHINE_MADE = frozenset({IdentifierClass.DEVICE, IdentifierClass.ADVERTISING, IdentifierClass.HINT})
"""The classes whose values no person has chosen or sees."""
INVISIBLE = re.compile(
    "[\0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Characters that show nothing: the property Default_Ignorable_Code_Point (Unicode, section 5.21), which has the soft
hyphen, zero-width characters, direction marks and the byte-order mark; and NUL, with which C fills up fields."""


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


def tidy(text: str) -> str:
    """Trim the text, normalise it to NFC, and remove its invisible characters. Its length must be bounded."""
    if text.isascii() and "\0" not in text:
        return text.strip()
    return unicodedata.normalize("NFC", INVISIBLE.sub("", text)).strip()


def clean_identifier(raw: Identifier, policy: Policy = DEFAULT_POLICY) -> Identifier | None:
    """The identifier with its value and scope cleaned, or None where it names nobody (see `clean`)."""
    namespace, value, scope = raw
    cleaned = clean(namespace, value, policy)
    if cleaned is None:
        return None
    if scope:
        if len(scope) > MAX_VALUE_LENGTH:
            return None
        tidied = tidy(scope)
        if tidied != scope:
            return Identifier(namespace, cleaned, tidied)
    return raw if cleaned == value else Identifier(namespace, cleaned, scope)


def clean(namespace: str, value: str, policy: Policy = DEFAULT_POLICY) -> str | None:
    """The form in which this value names somebody, or None where it is too long or on the block list."""
    if len(value) > MAX_VALUE_LENGTH:
        return None
    value = value.strip() if value.isascii() and "\0" not in value else tidy(value)
    lowered = value.lower()
    if lowered in BLOCK_LIST or lowered in policy.blocked or len(value) > MAX_VALUE_LENGTH:
        return None
    first = lowered[0]
    if (
        first in "0f" or not first.isalnum() or "{" in lowered or "[" in lowered or "|" in lowered or "%" in lowered
    ) and is_nothing(lowered, machine_made=policy.classes.get(namespace) in MACHINE_MADE):
        return None
    if namespace == "phone":
        return e164(value, policy.phone_country)
    if namespace == "email" or policy.classes.get(namespace) is IdentifierClass.ADVERTISING:
        return lowered
    return value


def e164(value: str, country: str | None) -> str:
    """The phone number in E.164 where it can be read, with the country if need be; else the value as it is."""
    if len(value) > PHONE_LENGTH:
        return value
    import phonenumbers  # noqa: PLC0415 - slow to load, and the command line reads no numbers

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
        identifier = None if class_ is None else clean_identifier(raw, policy)
        if class_ is None or identifier is None:
            blocked.append(raw)
            continue
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
    if raw.scope or (class_ is not IdentifierClass.DEVICE and class_ is not IdentifierClass.CUSTOMER):
        return None
    value = clean(raw.namespace, raw.value, policy)
    if value is None:
        return None
    only = raw if value == raw.value else Identifier(raw.namespace, value)
    if class_ is IdentifierClass.DEVICE:
        return Evidence(weak=(only,), names=(only,))
    return Evidence(user_id=only, names=(only,), naming=True)
