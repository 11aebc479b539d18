"""Aliases: a message may carry the previous id of its user, whose namespace is unknown.

Such a value is a *previous id* (namespace `previous_id`). It is an identifier of the profile that the alias names, and
is attached, merged, moved and detached like any other weak identifier. Device identifiers of the same value follow it:
those already known become part of the alias message, and one that arrives later is attached to the owner of the
previous id (`docs/decisions/0034-aliases-in-any-order.md`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from passerby.identity.namespaces import IdentifierClass, Policy
from passerby.messages import Identifier

PREVIOUS_ID: Final = "previous_id"
"""The namespace of previous ids."""


def previous_of(identifier: Identifier) -> Identifier:
    """Return the previous id that an alias of this identifier would carry."""
    return Identifier(PREVIOUS_ID, identifier.value)


def as_customer(previous: Identifier) -> Identifier:
    """Interpret a previous id as a customer id."""
    return Identifier("user_id", previous.value)


def readings(previous: Iterable[Identifier], policy: Policy) -> tuple[Identifier, ...]:
    """Return every identifier that previous ids may refer to: in each device namespace, then as a customer id."""
    devices = [name for name, class_ in policy.classes.items() if class_ is IdentifierClass.DEVICE]
    return tuple(Identifier(namespace, each.value) for each in previous for namespace in (*devices, "user_id"))
