"""From what a message carries to what counts: the cleaning of the reference model, written from the rules."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterable

from passerby.messages import Identifier

CUSTOMER, CONTACT, DEVICE, ADVERTISING, HINT, PREVIOUS, FORMER, MEMBERS = range(8)
RANKS = {"user_id": CUSTOMER, "email": CONTACT, "phone": CONTACT, "mobile_id": DEVICE, "anonymous_id": DEVICE}
RANKS |= {"idfa": ADVERTISING, "aaid": ADVERTISING, "ga_app_instance_id": ADVERTISING}
RANKS |= {"device_id": HINT, "previous_id": PREVIOUS, "former_user_id": FORMER, "members": MEMBERS}
JUNK = {"", "null", "none", "nil", "undefined", "nan", "[object object]", "anonymous", "unknown", "-1"}


def rank(name: Identifier) -> int:
    return RANKS[name.namespace]


def previous_of(name: Identifier) -> Identifier:
    return Identifier("previous_id", name.value)


def clean(
    identifiers: Iterable[Identifier], known: Container[Identifier]
) -> tuple[list[Identifier], list[Identifier], list[Identifier]]:
    """What can name somebody, each once and the strongest first; the hints; the customer ids that somebody had before.

    Phones are taken to be in E.164. A previous id brings the known devices of its value. Alone it names no profile, and
    it is dropped where the message has it as customer id.
    """
    kept = dict[Identifier, None]()
    for namespace, raw, scope in identifiers:
        value = unicodedata.normalize("NFC", raw).strip()
        lowered = namespace == "email" or RANKS[namespace] == ADVERTISING
        second = namespace == "user_id" and any(name.namespace == namespace for name in kept)
        if value.lower() not in JUNK and value.strip("0-") and not second:
            kept[Identifier(namespace, value.lower() if lowered else value, scope)] = None
    customers = {name.value for name in kept if rank(name) == CUSTOMER}
    previous = [name for name in kept if rank(name) == PREVIOUS and name.value not in customers]
    devices = [Identifier(space, name.value) for name in previous for space in RANKS if RANKS[space] == DEVICE]
    named = dict.fromkeys([*(name for name in kept if rank(name) < HINT), *(name for name in devices if name in known)])
    former = [Identifier("user_id", name.value) for name in previous] if named else []
    names = sorted([*named, *(previous if named else [])], key=rank)
    return names, [name for name in kept if rank(name) == HINT], former
